"""The laws of writing a version, and versions and layouts to try them with.

What kinds of files there are stands in the tests.
"""

from collections.abc import Mapping

from hypothesis import strategies as st

from release_tools.config.model import Config, Version, VersionFile
from release_tools.domain.version import parse_tag, parse_version
from release_tools.domain.version_files.pep440 import Spelling, spell
from release_tools.release.version_files import read_versions, write_version
from release_tools.wiring.releases import version_locator

LOCATE = version_locator()

numbers = st.tuples(*[st.integers(min_value=0, max_value=120)] * 3).map(lambda parts: ".".join(map(str, parts)))
numbered = st.builds("".join, st.tuples(numbers, st.sampled_from(["", "-rc.1", "-beta.12", "-alpha.0", "-dev.3"])))
"""Versions that every kind of file can hold."""
versions = numbered | numbers.map("{}-alpha".format)
prefixes = st.sampled_from(["", "v"])
endings = st.sampled_from(["\n", "\r\n"])
marks = st.sampled_from(["", "\ufeff"])
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=8)
names = st.from_regex(r"[a-z]{1,6}", fullmatch=True)


def configure(*rows: VersionFile) -> Config:
    """Return a configuration with these version files."""
    return Config(version=Version(files=rows))


def spelled(version: str, spelling: Spelling) -> str:
    """Return a version as a file has it."""
    text = spell(parse_version(version), spelling)
    assert text is not None
    return text


def check_write(
    row: VersionFile,
    before: bytes,
    old: str,
    new: str,
    places: int = 1,
    *,
    spelling: Spelling = "semver",
    beside: Mapping[str, bytes] | None = None,
    path: str | None = None,
) -> bytes:
    """Write the new version and check every law of writing; return the new bytes of the row's file, or of `path`.

    `old` is what stands there, `beside` the files that are written as well.
    """
    config, path = configure(row), path or row.path
    blobs = {**(beside or {}), path: before}
    found = [place for place in read_versions(config, blobs, LOCATE) if place.path == path]
    assert [place.written for place in found] == [old] * places
    assert all(before[slice(*place.span)] == old.encode() for place in found)
    after = {**blobs, **write_version(config, blobs, new, LOCATE)}
    again = [place for place in read_versions(config, after, LOCATE) if place.path == path]
    written = spelled(new, spelling)
    assert {(place.text, place.written) for place in again} == {(new, written)}
    assert len(again) >= places
    assert write_version(config, after, new, LOCATE) == {}
    if parse_tag(found[0].text, "") and spelled(found[0].text, spelling) == old and len(again) == places:
        assert {**after, **write_version(config, after, found[0].text, LOCATE)}[path] == before
    assert len(after[path]) - len(before) == places * (len(written) - len(old))
    return after[path]
