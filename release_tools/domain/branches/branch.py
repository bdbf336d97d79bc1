"""A branch as the flow table sees it: of which kind a name is, or why it is of none and which name was probably meant.

Nothing is rendered here; the words a person reads are made in `domain.branch_report`.
"""

from release_tools.domain.branch_grammar import BAD_BYTE, FITS, OTHER_NAME, SLUG, VERSION, match_branch
from release_tools.domain.branches.proposal import propose_name
from release_tools.record import record

Patterns = tuple[tuple[str, str], ...]


@record
class BranchTable:
    """The branches a team knows: the long-lived ones, those open to direct commits, and (kind, pattern) rows."""

    main: str
    develop: str | None
    direct: tuple[str, ...]
    patterns: Patterns

    @property
    def long_lived(self) -> tuple[str, ...]:
        """Return main, develop and the other names that the configuration spells out."""
        return tuple(dict.fromkeys(name for name in (self.main, self.develop, *self.direct) if name))

    @property
    def closed(self) -> tuple[str, ...]:
        """Return the long-lived branches that take no direct commits."""
        return tuple(name for name in self.long_lived if name not in self.direct)


@record
class Branch:
    """A branch whose name fits: its kind (`long-lived` for main and the like), and what fills the pattern's hole."""

    name: str
    kind: str
    slug: str = ""
    version: str = ""


@record
class BranchFault:
    """A name that fits no row: the kind that was probably meant, the text at fault, and a name that would do."""

    name: str
    kind: str | None
    fault: int
    start: int
    end: int
    proposal: str | None


LONG_LIVED = "long-lived"
_MAIN_NAMES, _DEVELOP_NAMES = ("main", "master", "trunk"), ("develop", "dev", "development")


def parse_branch(name: str, table: BranchTable) -> Branch | None:
    """Return the branch that `name` means by the table, None when it fits no row."""
    if name in table.long_lived:
        return Branch(name=name, kind=LONG_LIVED)
    raw = name.encode("utf-8", "surrogateescape")
    for kind, pattern in table.patterns:
        fault, _, start, end = match_branch(raw, pattern.encode())
        if fault == FITS:
            hole = raw[start:end].decode()
            return Branch(name=name, kind=kind, **{"version" if VERSION.decode() in pattern else "slug": hole})
    return None


def lint_branch(name: str, table: BranchTable, *, taken: frozenset[str] = frozenset()) -> BranchFault | None:
    """Return why a name fits no row, None when it fits; no name that is `taken` is proposed."""
    if parse_branch(name, table) is not None:
        return None
    kind, proposal = _meant_long_lived(name, table, taken) or propose_name(name, table.patterns)
    fault, start, end = _locate(name, dict(table.patterns).get(kind or "", ""))
    return BranchFault(name=name, kind=kind, fault=fault, start=start, end=end, proposal=_free(proposal, table, taken))


def _meant_long_lived(name: str, table: BranchTable, taken: frozenset[str]) -> tuple[str, str] | None:
    """Return main or develop where another spelling of it stands and the branch itself does not exist yet."""
    for meant, spellings in ((table.main, _MAIN_NAMES), (table.develop, _DEVELOP_NAMES)):
        if meant and meant not in taken and name.casefold() in (meant.casefold(), *spellings):
            return LONG_LIVED, meant
    return None


def _locate(name: str, pattern: str) -> tuple[int, int, int]:
    """Return (fault, start, end) in characters of the name, judged by the pattern that was probably meant."""
    raw = name.encode("utf-8", "surrogateescape")
    fault, at, _, hole_end = match_branch(raw, pattern.encode())
    if not pattern or fault == OTHER_NAME:
        head = pattern.partition(VERSION.decode() if VERSION.decode() in pattern else SLUG.decode())[0]
        start = _agreement(name, head)
        return OTHER_NAME, start, max(start + 1, len(name.partition("/")[0]))
    start = len(raw[:at].decode("utf-8", "surrogateescape"))
    end = start + 1 if fault == BAD_BYTE else len(raw[:hole_end].decode("utf-8", "surrogateescape"))
    return fault, start, max(start + 1, end)


def _agreement(name: str, head: str) -> int:
    return next((at for at, (one, other) in enumerate(zip(name, head, strict=False)) if one != other), 0)


def _free(proposal: str | None, table: BranchTable, taken: frozenset[str]) -> str | None:
    if proposal is None or proposal not in taken:
        return proposal
    numbered = (f"{proposal}-{number}" for number in range(2, len(taken) + 3))
    free = next(name for name in numbered if name not in taken)
    return free if parse_branch(free, table) is not None else None
