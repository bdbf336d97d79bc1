"""Archives: what a member of one is, the canonical listing of them, and which members a restore must not write.

How an archive is packed and unpacked is its adapters' business.
"""

import json
import posixpath
from collections.abc import Iterable, Iterator
from typing import NamedTuple

TOP = "."
"""The path of the archived directory, or of the one archived file, itself."""
KINDS = ("file", "directory", "symlink", "hardlink")
ATTRIBUTES = ("user.", "system.posix_acl_")
"""How the extended attributes begin that are kept; others carry privileges, or labels that the host gives."""
SPECIAL_BITS = 0o7000
_BITS = ((0o4000, "setuid"), (0o2000, "setgid"), (0o1000, "sticky"))


class Member(NamedTuple):
    """One member of an archive."""

    path: str
    """Relative to the top, which is `.` itself."""
    kind: str
    """One of `KINDS`; anything else (`fifo`, `device`, ...) is never written."""
    mode: int
    """Permission bits."""
    size: int = 0
    """Bytes of a file's content."""
    content: str = ""
    """SHA-256 of a file's content; what a link names, for a hard link a path from the top."""
    attributes: tuple[str, ...] = ()
    """Names of its extended attributes, ordered."""


def render_member(member: Member) -> bytes:
    """Return a member's line of the listing."""
    path, kind, mode, size, content, attributes = member
    return json.dumps([path, kind, f"{mode:04o}", size, content, *attributes]).encode() + b"\n"


def parse_path(name: str) -> str:
    """Return a name as tar programs write it in one spelling: `./a/b/` is `a/b`; what leaves the top stays visible."""
    return posixpath.normpath(name) if name else TOP


def lint_members(members: Iterable[Member]) -> Iterator[str]:
    """Yield a sentence for everything that a restore must not write, in the order of the archive.

    It may be fed from a stream, and sees each member before the caller's next one.
    """
    links: set[str] = set()
    for member in members:
        yield from lint_member(member)
        if behind := next((above for above in _parents(member.path) if above in links), None):
            yield f"{member.path} lies behind the link {behind}"
        if member.kind == "hardlink" and (member.content in links or links.intersection(_parents(member.content))):
            yield f"{member.path} is a hard link to a link"
        if member.kind == "symlink":
            links.add(member.path)


def lint_member(member: Member) -> Iterator[str]:
    """Yield what is wrong with one member, whatever stands around it."""
    path, mode = member.path, member.mode
    if _leaves(path):
        yield f"{path} would be written outside"
    if member.kind not in KINDS:
        yield f"{path} is a {member.kind}"
    if member.kind == "symlink" and _link_leaves(path, member.content):
        yield f"{path} is a link that leaves: {member.content}"
    if member.kind == "hardlink" and _leaves(member.content):
        yield f"{path} is a hard link that leaves: {member.content}"
    if named := [name for bit, name in _BITS if mode & bit]:
        yield f"{path} has the {' and '.join(named)} bit"
    if foreign := [name for name in member.attributes if not name.startswith(ATTRIBUTES)]:
        yield f"{path} has the attribute {', '.join(foreign)}"


def _leaves(path: str) -> bool:
    return path.startswith("/") or path.split("/")[0] == ".."


def _link_leaves(path: str, target: str) -> bool:
    # A `..` behind a name is refused as well: that name may be a link, and then text does not say where it leads.
    parts = [part for part in target.split("/") if part not in ("", ".")]
    up = next((number for number, part in enumerate(parts) if part != ".."), len(parts))
    return target.startswith("/") or ".." in parts[up:] or up > path.count("/") or path == TOP


def _parents(path: str) -> Iterator[str]:
    while "/" in path:
        path = posixpath.dirname(path)
        if path in ("/", ""):
            return
        yield path
