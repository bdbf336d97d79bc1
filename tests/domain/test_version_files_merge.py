"""Levelling version files: which version wins, and what is written where."""

from hypothesis import given
from hypothesis import strategies as st

from release_tools.domain.version import parse_version
from release_tools.domain.version_files.found import FoundVersion
from release_tools.domain.version_files.merge import highest_version, level_places, lint_places
from release_tools.domain.version_files.pep440 import Spelling

NUMBERS = st.tuples(*[st.integers(0, 30)] * 3).map(lambda parts: ".".join(map(str, parts)))


def place(text: str, start: int = 0, written: str = "", spelling: Spelling = "semver") -> FoundVersion:
    """Return a place that begins at a byte."""
    span = (start, start + len(written or text))
    return FoundVersion(path="a", line=1, text=text, written=written or text, span=span, spelling=spelling)


@given(st.lists(st.tuples(NUMBERS, st.sampled_from(["", "-rc.1"]), st.text(max_size=4)), max_size=5), NUMBERS)
def test_every_place_gets_the_version_and_nothing_else_changes(rows: list[tuple[str, str, str]], new: str) -> None:
    """Whatever stands between the places stays, byte for byte; afterwards all agree."""
    data, found = b"<", []
    for number, label, rest in rows:
        found.append(place(number + label, len(data)))
        data += (number + label).encode() + b"|" + rest.encode()
    version = parse_version(new)
    expected = b"<" + b"".join(new.encode() + b"|" + rest.encode() for _, _, rest in rows)
    assert level_places(data, reversed(found), version) == expected
    assert bool(lint_places(found, version)) == any(number + label != new for number, label, _ in rows)


def test_highest_version_is_by_precedence_over_all_sides() -> None:
    """A candidate is below its final version; no side, or an unknown number, has no answer."""
    assert highest_version([place("1.9.0")], [place("1.10.0-rc.1"), place("1.2.0")]) == parse_version("1.10.0-rc.1")
    assert highest_version([place("1.1.0-rc.1")], [place("1.1.0")]) == parse_version("1.1.0")
    assert highest_version([], []) is None
    assert highest_version([place("1.1.0")], [place("2.0")]) is None


def test_places_that_overlap_are_written_once() -> None:
    """Two rows that read the same bytes differently do not garble them."""
    found = [place("1.0.0", 0), place("0.0", 2)]
    assert level_places(b"1.0.0", found, parse_version("1.1.0")) == b"1.1.0"


def test_version_that_cannot_be_spelled_is_not_written() -> None:
    """The old text stays, and is told as one that names another version."""
    found = [place("1.0.0", spelling="pep440")]
    assert level_places(b"1.0.0", found, parse_version("1.1.0-next")) == b"1.0.0"
    assert lint_places(found, parse_version("1.1.0-next")) == ("a:1 names 1.0.0, not 1.1.0-next",)
