"""Landmarks are the names in a history: its tags and branches with their commits, and what is checked out.

Which of them are versions is decided by who reads them.
"""

from collections.abc import Mapping

from release_tools.domain.refs import HEADS, PEELED, REMOTES, TAGS
from release_tools.domain.version import Version, parse_tag
from release_tools.record import record


@record
class Landmarks:
    """The commits of names by their kind; `head` is the one checked out, `branch` its branch, empty where none is."""

    head: str
    branch: str
    branches: Mapping[str, str]
    tracked: Mapping[str, str]
    """Remote-tracking branches by remote and name (`origin/main`)."""
    tags: Mapping[str, str]

    def versions(self, prefix: str) -> dict[Version, str]:
        """Return the tags that spell versions, by version."""
        found = ((parse_tag(name, prefix), name) for name in self.tags)
        return {version: name for version, name in found if version is not None}


def parse_landmarks(listed: str, branch: str) -> Landmarks:
    """Parse what `git show-ref --head --dereference` prints; a tag is the object behind it, however deep."""
    words = listed.split()  # no name of a ref holds a blank
    names = dict(zip(words[1::2], words[::2], strict=True))
    tags = {name.removeprefix(TAGS): sha for name, sha in names.items() if name.startswith(TAGS)}
    peeled = {name.removesuffix(PEELED): tags.pop(name) for name in tuple(tags) if name.endswith(PEELED)}
    return Landmarks(
        head=names.get("HEAD", ""),
        branch=branch,
        branches=_under(names, HEADS),
        tracked=_under(names, REMOTES),
        tags={**tags, **peeled},
    )


def _under(names: Mapping[str, str], space: str) -> dict[str, str]:
    return {name.removeprefix(space): sha for name, sha in names.items() if name.startswith(space)}
