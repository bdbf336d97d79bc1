"""Members of archives: which are refused, how names are read, and that the listing tells them apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.domain.deploy.archive import Member, lint_members, parse_path, render_member

DIRECTORY = Member(".", "directory", 0o755)


def file(path: str, mode: int = 0o644, **more: object) -> Member:
    """Return a file."""
    return Member(path, "file", mode, 1, "ab" * 32)._replace(**more)


def link(path: str, target: str) -> Member:
    """Return a symbolic link."""
    return Member(path, "symlink", 0o777, 0, target)


def hard(path: str, target: str) -> Member:
    """Return a hard link."""
    return Member(path, "hardlink", 0o644, 0, target)


REFUSED = {
    "a name above the top": file("../x"),
    "the top's parent itself": file(".."),
    "an absolute name": file("/etc/passwd"),
    "a link above the top": link("a", ".."),
    "a link far above the top": link("d/a", "../../etc"),
    "an absolute link": link("a", "/etc/passwd"),
    "a link that climbs behind a name": link("a", "d/../../x"),
    "a link that climbs behind a name and stays": link("d/a", "x/../y"),
    "the top as a link": link(".", "x"),
    "a hard link above the top": hard("a", "../x"),
    "an absolute hard link": hard("a", "/etc/passwd"),
    "a fifo": Member("a", "fifo", 0o644),
    "a device": Member("a", "device", 0o644),
    "something unheard of": Member("a", "member of an unknown kind", 0o644),
    "setuid": file("a", 0o4755),
    "setgid": file("a", 0o2755),
    "sticky": file("a", 0o1755),
    "setgid on a directory": Member("d", "directory", 0o2755),
    "a capability": file("a", attributes=("security.capability",)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_member_is_refused(name: str) -> None:
    """The sentence begins with its path."""
    (fault,) = lint_members([DIRECTORY, REFUSED[name], file("sound")])
    assert fault.startswith(REFUSED[name].path)


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ([link("a", "d"), file("a/x")], "a/x lies behind the link a"),
        ([link("a", "d"), Member("a/d", "directory", 0o755), file("a/d/x")], "a/d lies behind the link a"),
        ([link("a", "d"), hard("b", "a")], "b is a hard link to a link"),
        ([link("a", "d"), hard("b", "a/x")], "b is a hard link to a link"),
    ],
    ids=["a file", "a tree", "a hard link", "a hard link through one"],
)
def test_nothing_is_written_through_a_link(members: list[Member], fault: str) -> None:
    """Even a link that stays inside is no way for other members."""
    assert next(lint_members(members)) == fault


def test_links_that_stay_inside_are_sound() -> None:
    """Relative links between directories are usual."""
    members = [link("current", "releases/v1"), link("d/e/up", "../../x"), link("d/self", "."), hard("b", "d/x")]
    assert list(lint_members([DIRECTORY, file("d/x"), *members, file("..x"), file("d/...")])) == []


@pytest.mark.parametrize(
    ("name", "path"),
    [("./a/b/", "a/b"), (".", "."), ("./", "."), ("", "."), ("a", "a"), ("a/../../b", "../b"), ("//a", "//a")],
)
def test_names_are_read_in_one_spelling(name: str, path: str) -> None:
    """What leaves the top stays visible."""
    assert parse_path(name) == path


TEXTS = st.text(st.characters(), max_size=5)
MEMBERS = st.builds(
    Member,
    path=TEXTS,
    kind=st.sampled_from(("file", "symlink")),
    mode=st.integers(0, 0o777),
    size=st.integers(0, 9),
    content=TEXTS,
    attributes=st.lists(TEXTS, max_size=2).map(tuple),
)


@given(st.lists(MEMBERS, max_size=4), st.lists(MEMBERS, max_size=4))
def test_other_members_make_another_listing(one: list[Member], other: list[Member]) -> None:
    """No two lists of members are spelled alike."""
    assert (one == other) == (b"".join(map(render_member, one)) == b"".join(map(render_member, other)))
