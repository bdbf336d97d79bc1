"""Python's spelling of versions: what it has words for, what it is read as, and where it may stand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.domain.version import Version, parse_version
from release_tools.domain.version_files.pep440 import parse_any, render_pep440, spell
from release_tools.domain.version_files.spec import FileSpec
from release_tools.domain.version_files.splice import lint_version

PYPROJECT = FileSpec(path="pyproject.toml", kind="pyproject", spelling="pep440")


@pytest.mark.parametrize(
    ("version", "spelled"),
    [
        ("1.0.0", "1.0.0"),
        ("1.0.0-rc.1", "1.0.0rc1"),
        ("1.0.0-alpha.0", "1.0.0a0"),
        ("1.0.0-beta.12", "1.0.0b12"),
        ("1.0.0-dev.3", "1.0.0.dev3"),
        ("1.0.0+linux.5", "1.0.0+linux.5"),
        ("1.0.0-rc.1+a.b", "1.0.0rc1+a.b"),
    ],
)
def test_version_in_the_spelling_of_python(version: str, spelled: str) -> None:
    """Python's spelling is read back as the same version; finals are alike in both."""
    assert spell(parse_version(version), "pep440") == spelled
    assert spell(parse_version(version), "semver") == version
    assert str(parse_any(spelled)) == str(parse_any(version)) == version
    assert lint_version(PYPROJECT, parse_version(version)) is None


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("1.0.0RC1", "1.0.0-rc.1"),
        ("1.0.0-preview_2", "1.0.0-rc.2"),
        ("1.0.0_preview.2", "1.0.0-rc.2"),
        ("1.0.0c007", "1.0.0-rc.7"),
        ("1.0.0a", "1.0.0-alpha.0"),
        ("1.0.0.alpha.3+Ubuntu-1", "1.0.0-alpha.3+ubuntu.1"),
        ("1.0.0.post1", None),
        ("1.0rc1", None),
        ("1!1.0.0", None),
        ("01.0.0rc1", None),
        ("1.0.0rc1.dev2", None),
        ("1.0.0rc1\n", None),
        ("١.0.0rc1", None),
    ],
)
def test_python_versions_in_the_wild(text: str, version: str | None) -> None:
    """What PEP 440 lets people write is understood; what SemVer has no word for is told apart."""
    found = parse_any(text)
    assert (found and str(found)) == version


@pytest.mark.parametrize("version", ["1.0.0-nightly", "1.0.0-rc.1.2", "1.0.0-1", "1.0.0-beta", "1.0.0-a.1", "1.0.0+A"])
def test_version_that_python_packages_refuse(version: str) -> None:
    """SemVer that PEP 440 could not tell again may not stand in pyproject.toml, and may in package.json."""
    assert "PEP 440" in (lint_version(PYPROJECT, parse_version(version)) or "")
    assert lint_version(FileSpec(path="package.json", kind="package-json"), parse_version(version)) is None


@pytest.mark.parametrize(("version", "fits"), [("1.0.0-beta", True), ("1.0.0-rc.1", True), ("1.0.0-nightly.1", False)])
def test_pyproject_in_the_spelling_of_semver(version: str, fits: bool) -> None:
    """With SemVer's spelling only what Python's tools can read may stand in pyproject.toml."""
    spec = replace(PYPROJECT, spelling="semver")
    assert (lint_version(spec, parse_version(version)) is None) is fits


identifiers = st.sampled_from(["rc", "alpha", "beta", "dev", "a", "post", "0", "1", "12", "01a", "x-y"])
made = st.builds(
    Version,
    major=st.integers(0, 30),
    minor=st.integers(0, 30),
    patch=st.integers(0, 30),
    prerelease=st.lists(identifiers, max_size=3).map(".".join),
    build=st.lists(identifiers | st.just("Z"), max_size=2).map(".".join),
)


@given(version=made)
def test_what_python_has_a_word_for_is_read_back(version: Version) -> None:
    """A version is spelled so that it is read back with every part, or it is not spelled at all."""
    text = render_pep440(version)
    assert text is None or str(parse_any(text)) == str(version)
    assert str(parse_any(str(version))) == str(version)
    if version.is_final and not version.build:
        assert text == str(version)
