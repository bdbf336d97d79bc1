"""People are who made what a version lists: authors and co-authors, and whether that is their first work in it.

They are told apart by their names, as `.mailmap` spells those of authors; robots are left out.
"""

from collections.abc import Iterable, Mapping, Sequence

from release_tools.domain.changelog.outline import Contributor, Group
from release_tools.domain.history.commit import Commit
from release_tools.record import record

PEOPLE_FORMAT = "%H%x00%P%x00%aN%x00%(trailers:key=Co-authored-by,valueonly,unfold,separator=%x01)"
"""For `git log -z --format=`: name, parents, author, co-authors as `Name <address>`."""

FIELDS = 4
ROBOT = "[bot]"


@record
class People:
    """The people of each commit, and as bits of a number all those of a commit and of what it contains."""

    authors: Mapping[str, tuple[str, ...]]
    known: Mapping[str, int]
    bits: Mapping[str, int]

    def contributors(self, commits: Sequence[Commit], groups: Iterable[Group]) -> tuple[Contributor, ...]:
        """Return who made the listed changes of a version, which consists of these commits, in the order of names.

        New is who has no commit in what the version contains beside its own.
        """
        inside = {commit.sha for commit in commits}
        before = 0
        for commit in commits:
            for parent in commit.parents:
                before |= 0 if parent in inside else self.known.get(parent, 0)
        listed = dict.fromkeys(item.sha for group in groups for item in group.items if item.sha)
        names = {name.casefold(): name for sha in listed for name in self.authors.get(sha, ())}
        return tuple(
            Contributor(name=names[key], is_new=not before >> self.bits[key] & 1)
            for key in sorted(names, key=lambda key: (names[key].casefold(), names[key]))
        )


def parse_people(stream: bytes) -> People:
    """Parse the whole output of `git log -z --topo-order --format=PEOPLE_FORMAT`."""
    fields = stream.decode("utf-8", "replace").split("\0")
    rows = list(zip(*(fields[place::FIELDS] for place in range(FIELDS)), strict=False))
    authors: dict[str, tuple[str, ...]] = {}
    known: dict[str, int] = {}
    bits: dict[str, int] = {}
    for sha, parents, author, others in reversed(rows):
        names = [author, *(other.partition("<")[0].strip() for other in others.split("\1") if other)]
        authors[sha] = tuple(dict.fromkeys(name for name in names if name and not name.endswith(ROBOT)))
        mask = 0
        for parent in parents.split():
            mask |= known.get(parent, 0)
        for name in authors[sha]:
            mask |= 1 << bits.setdefault(name.casefold(), len(bits))
        known[sha] = mask
    return People(authors=authors, known=known, bits=bits)
