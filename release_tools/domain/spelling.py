"""The nearest word: which word of a list somebody meant who typed another one.

No list of words is kept here except the aliases of commit types; callers bring the words they know.
"""

from collections.abc import Iterable

_ALIASES = {
    "feature": "feat",
    "features": "feat",
    "feats": "feat",
    "add": "feat",
    "new": "feat",
    "enhancement": "feat",
    "bug": "fix",
    "bugfix": "fix",
    "bugs": "fix",
    "fixes": "fix",
    "fixed": "fix",
    "fixing": "fix",
    "hotfix": "fix",
    "patch": "fix",
    "doc": "docs",
    "documentation": "docs",
    "readme": "docs",
    "tests": "test",
    "testing": "test",
    "spec": "test",
    "performance": "perf",
    "optimize": "perf",
    "refactoring": "refactor",
    "refact": "refactor",
    "cleanup": "refactor",
    "format": "style",
    "formatting": "style",
    "lint": "style",
    "deps": "build",
    "dependencies": "build",
    "pipeline": "ci",
    "workflow": "ci",
    "chores": "chore",
    "maintenance": "chore",
    "misc": "chore",
    "rollback": "revert",
    "undo": "revert",
}


def nearest(word: str, known: Iterable[str], *, limit: int | None = None) -> str | None:
    """Return the word of `known` that is at most `limit` slips away from `word` (default: one in three letters)."""
    allowed = max(1, len(word) // 3) if limit is None else limit
    folded = word.casefold()
    best: tuple[int, str] | None = None
    for candidate in known:
        if abs(len(candidate) - len(word)) > allowed:
            continue
        slips = distance(folded, candidate.casefold())
        if slips <= allowed and (best is None or slips < best[0]):
            best = (slips, candidate)
    return best[1] if best else None


def nearest_type(word: str, types: Iterable[str]) -> str | None:
    """Return the commit type that was meant by `word`: by its letters, by an alias, or by a slip of the fingers."""
    known = tuple(types)
    letters = "".join(filter(str.isalnum, word.casefold()))
    if letters in known:
        return letters
    alias = _ALIASES.get(letters)
    if alias in known:
        return alias
    return nearest(letters, known) if letters else None


def distance(left: str, right: str) -> int:
    """Return the Damerau distance (adjacent letters swapped count once) between two words."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            best = min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and b == left[i - 2]:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]
