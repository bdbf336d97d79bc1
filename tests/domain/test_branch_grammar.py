"""The grammar of branch names, held against a regular expression and against git itself."""

import re
import subprocess

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from release_tools.domain.branch_grammar import (
    BAD_BYTE,
    BAD_PLACE,
    EMPTY_HOLE,
    FITS,
    LEADING_ZERO,
    NOT_A_VERSION,
    OTHER_NAME,
    match_branch,
)

SLUG = re.compile(
    rb"(?:(?!.*\.\.)(?!.*(?:\.|\.lock)(?:/|\Z))[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*)\Z"
)
VERSION = re.compile(rb"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\Z")
NEAR_SLUGS = st.lists(
    st.sampled_from([b"a", b"Z9", b".", b"..", b"-", b"_", b"/", b".lock", b" ", b"\xc3\xbc", b"\n", b"~"])
)
NEAR_VERSIONS = st.lists(st.sampled_from([b"0", b"1", b"20", b".", b"v", b"-rc.1", b"+b", b" ", b"\n", b"\xd9\xa1"]))


@pytest.mark.parametrize(
    ("name", "pattern", "fault", "at"),
    [
        (b"feature/login", b"feature/{slug}", FITS, 8),
        (b"feature/ABC-12_x.y/z", b"feature/{slug}", FITS, 8),
        (b"features/login", b"feature/{slug}", OTHER_NAME, 0),
        (b"Feature/login", b"feature/{slug}", OTHER_NAME, 0),
        (b"feature/", b"feature/{slug}", EMPTY_HOLE, 8),
        (b"feature/a b", b"feature/{slug}", BAD_BYTE, 9),
        (b"feature/-a", b"feature/{slug}", BAD_PLACE, 8),
        (b"feature/a//b", b"feature/{slug}", BAD_PLACE, 10),
        (b"feature/a/.b", b"feature/{slug}", BAD_PLACE, 10),
        (b"feature/a.lock", b"feature/{slug}", BAD_PLACE, 9),
        (b"feature/a.", b"feature/{slug}", BAD_PLACE, 9),
        (b"feature/a\n", b"feature/{slug}", BAD_BYTE, 9),
        (b"release/v1.20.300", b"release/v{version}", FITS, 9),
        (b"release/1.2.0", b"release/v{version}", OTHER_NAME, 0),
        (b"release/v1.2", b"release/v{version}", NOT_A_VERSION, 12),
        (b"release/v1.2.0.1", b"release/v{version}", NOT_A_VERSION, 14),
        (b"release/v1.2.0-rc.1", b"release/v{version}", NOT_A_VERSION, 14),
        (b"release/v1.02.0", b"release/v{version}", LEADING_ZERO, 11),
        (b"release/v", b"release/v{version}", EMPTY_HOLE, 9),
        (b"team/x/wip", b"team/{slug}/wip", FITS, 5),
        (b"team/wip", b"team/{slug}/wip", OTHER_NAME, 0),
    ],
)
def test_place_of_the_first_fault(name: bytes, pattern: bytes, fault: int, at: int) -> None:
    """The fault is named, and the offset is where the name stops fitting; without fault it is the hole."""
    found, where, start, _ = match_branch(name, pattern)
    assert (found, start if found == FITS else where) == (fault, at)


@given(NEAR_SLUGS.map(b"".join))
def test_slug_like_names(text: bytes) -> None:
    """A slug fits exactly when the regular expression matches it."""
    fault, at, start, end = match_branch(b"fix/" + text, b"fix/{slug}")
    assert (fault == FITS) == bool(SLUG.match(text))
    assert fault == FITS or start <= at <= end


@given(NEAR_VERSIONS.map(b"".join))
@example(b"1.2.3")
@example(b"0.0.0")
def test_version_like_names(text: bytes) -> None:
    """A version fits exactly when it is three SemVer numbers."""
    fault, at, start, end = match_branch(b"release/v" + text, b"release/v{version}")
    assert (fault == FITS) == bool(VERSION.match(text))
    assert fault == FITS or start <= at <= end


@given(st.binary(max_size=40), st.sampled_from([b"feature/{slug}", b"release/v{version}", b"a{slug}b", b""]))
def test_any_bytes(name: bytes, pattern: bytes) -> None:
    """No name makes the grammar fail, and offsets stay inside the name."""
    fault, at, start, end = match_branch(name, pattern)
    assert 0 <= at <= len(name) and 0 <= start <= end <= len(name) and fault in range(7)


@pytest.mark.parametrize("slug", ["a", "A-1", "a/b", "a.b", "x_1/y-2", "a.b.c", "0", "a-", "a_", "locks", "a.locker"])
def test_accepted_slug_is_a_name_for_git(slug: str) -> None:
    """What the grammar accepts, git accepts."""
    assert match_branch(f"feature/{slug}".encode(), b"feature/{slug}")[0] == FITS
    subprocess.run(("git", "check-ref-format", "--branch", f"feature/{slug}"), check=True, capture_output=True)
