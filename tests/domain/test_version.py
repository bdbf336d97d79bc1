"""Versions: strict parsing, SemVer order, raising, pre-releases and tag names."""

import subprocess
import sys

import pytest
import semver
from hypothesis import given
from hypothesis import strategies as st

from release_tools.domain.version import (
    LEVELS,
    Level,
    Version,
    next_prerelease,
    parse_tag,
    parse_version,
    raise_level,
)
from release_tools.errors import UsageError

SPEC_ORDER = [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
]

numbers = st.integers(min_value=0, max_value=10**30)
identifiers = st.one_of(numbers.map(str), st.from_regex(r"[0-9]{0,3}[a-zA-Z-][0-9a-zA-Z-]{0,5}", fullmatch=True))
dotted = st.lists(identifiers, max_size=4).map(".".join)
versions = st.builds(Version, major=numbers, minor=numbers, patch=numbers, prerelease=dotted, build=dotted)
small = st.integers(min_value=0, max_value=2)
neighbours = st.builds(Version, major=small, minor=small, patch=small, prerelease=dotted, build=dotted)


def test_precedence_example_of_the_specification() -> None:
    """The specification's own list sorts as printed there."""
    assert [str(version) for version in sorted(map(parse_version, reversed(SPEC_ORDER)))] == SPEC_ORDER


@given(versions)
def test_printed_version_reads_back(version: Version) -> None:
    """Parsing what was printed gives the version again, build metadata included, and semver agrees it is one."""
    assert parse_version(str(version)) == version
    assert str(parse_version(f"v{version}")) == str(version)
    assert str(semver.Version.parse(str(version))) == str(version)


@given(neighbours, neighbours)
def test_versions_order_like_semver(one: Version, two: Version) -> None:
    """Order and equality are the library's, and equal versions have equal hashes."""
    expected = semver.Version.parse(str(one)).compare(str(two))
    assert (one > two) - (one < two) == expected
    assert (one == two) == (expected == 0)
    assert one != two or hash(one) == hash(two)


@given(st.text())
def test_any_text_is_a_version_or_a_usage_error_with_a_valid_proposal(text: str) -> None:
    """No text crashes the parser, and the form proposed in the message is itself accepted."""
    try:
        parse_version(text)
    except UsageError as error:
        assert error.exit_code == 2
        proposal = error.todo.removeprefix("Type ").removeprefix("a version such as ").removesuffix(" instead.")
        assert parse_version(proposal)
    assert parse_tag(text, "") is None or str(parse_tag(text, "")) == text


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("1.1", "1.1.0"),
        ("v1", "1.0.0"),
        ("01.1.0", "1.1.0"),
        (" 1.1.0", "1.1.0"),
        ("1.1.0\n", "1.1.0"),
        ("V1.1.0", "1.1.0"),
        ("vv1.1.0", "1.1.0"),
        ("1.1.0rc1", "1.1.0-rc.1"),
        ("1.1.0-rc.01", "1.1.0-rc.1"),
        ("1.1.0-alpha..1", "1.1.0-alpha.1"),
        ("release/v1.1.0", "1.1.0"),
        ("1.2.3.4", "1.2.3"),
        ("latest", "a version such as 1.1.0"),
        ("", "a version such as 1.1.0"),
        ("١.١.٠", "a version such as 1.1.0"),
        ("9" * 5000, "a version such as 1.1.0"),
    ],
)
def test_version_in_a_wrong_form(typed: str, nearest: str) -> None:
    """A version that is almost right is refused as a usage error that names the nearest valid form."""
    with pytest.raises(UsageError) as caught:
        parse_version(typed)
    assert caught.value.todo == f"Type {nearest} instead."
    assert len(caught.value.failed) < 130


@pytest.mark.parametrize(
    "name", ["nightly-2024-02-01", "deploy/prod", "1.0.0", "v1.0", "v01.0.0", "vv1.0.0", "v", "", "v" + "1" * 9000]
)
def test_tag_that_is_no_version(name: str) -> None:
    """Tags of other kinds and other spellings are no versions and raise nothing."""
    assert parse_tag(name, "v") is None


@given(versions, st.sampled_from(["v", "", "release-", "app@"]))
def test_tag_name_reads_back(version: Version, prefix: str) -> None:
    """A version's tag parses to that version under the same prefix."""
    parsed = parse_tag(version.tag_name(prefix), prefix)
    assert parsed is not None
    assert str(parsed) == str(version)


@pytest.mark.parametrize(
    ("version", "level", "raised"),
    [
        ("1.2.3", "none", "1.2.3"),
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3+linux", "major", "2.0.0"),
        ("0.4.1", "major", "1.0.0"),
        ("1.1.0-rc.2", "minor", "1.1.0"),
        ("1.1.0-rc.2", "patch", "1.1.0"),
        ("1.1.0-rc.2", "major", "2.0.0"),
    ],
)
def test_raised_version(version: str, level: Level, raised: str) -> None:
    """Each level raises its number; a pre-release of that level becomes final instead."""
    assert str(raise_level(parse_version(version), level)) == raised


@given(versions, st.sampled_from(LEVELS[1:]))
def test_raised_version_is_higher_and_final(version: Version, level: Level) -> None:
    """Raising gives a higher final version without build metadata."""
    raised = raise_level(version, level)
    assert raised > version
    assert raised.is_final
    assert raised.build == ""


@pytest.mark.parametrize(
    ("version", "label", "taken", "expected"),
    [
        ("1.1.0", "rc", [], "1.1.0-rc.1"),
        ("1.1.0-rc.1", "rc", [], "1.1.0-rc.2"),
        ("1.1.0", "rc", ["1.1.0-rc.9", "1.1.0-rc.10", "1.2.0-rc.40", "1.0.0"], "1.1.0-rc.11"),
        ("1.1.0-beta.3", "rc", [], "1.1.0-rc.1"),
        ("1.1.0", "rc", ["1.1.0-rc", "1.1.0-rc.1.5", "1.1.0-rcx.7"], None),
        ("1.1.0", "rc", ["1.1.0-rc", "1.1.0-rc.1.5"], "1.1.0-rc.2"),
        ("1.1.0-rc.1", "beta", [], None),
        ("1.1.0", "not a label", [], None),
    ],
)
def test_next_prerelease(version: str, label: str, taken: list[str], expected: str | None) -> None:
    """The number is the first unused one; a label that would sort below what exists is refused."""
    existing = [parse_version(text) for text in taken]
    if expected is None:
        with pytest.raises(UsageError):
            next_prerelease(parse_version(version), label, taken=existing)
        return
    assert str(next_prerelease(parse_version(version), label, taken=existing)) == expected


@given(versions, st.lists(neighbours, max_size=6))
def test_next_prerelease_is_unused_and_below_its_final(version: Version, taken: list[Version]) -> None:
    """A pre-release precedes the final version it announces and equals no existing one."""
    try:
        result = next_prerelease(version, taken=taken)
    except UsageError:
        return
    assert result < result.final == version.final
    assert result not in taken
    assert not result.is_final


def test_reading_tags_does_not_import_semver() -> None:
    """The library's 24 ms are paid only by whoever raises a version."""
    code = "import sys; from release_tools.domain.version import parse_tag; parse_tag('v1.0.0', 'v')"
    subprocess.run((sys.executable, "-c", f"{code}; assert 'semver' not in sys.modules"), check=True, timeout=60)
