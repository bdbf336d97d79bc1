"""Rules for the flow table: patterns that can be told apart, and rows whose ends exist.

Only values are judged here; how defaults and the team's rows are put together stands in `config.flow_table`.
"""

from collections.abc import Iterator
from itertools import combinations

from release_tools.config.finding import Finding
from release_tools.config.model import Config
from release_tools.domain.branch_grammar import FITS, match_branch
from release_tools.domain.ref_name import lint_ref_name

SAMPLES = {"{slug}": "x", "{version}": "1.2.3"}


def _patterns(config: Config) -> Iterator[Finding]:
    for name, kind in config.flow.items():
        if wrong := _lint_pattern(kind.pattern):
            yield Finding(f"flow.{name}.pattern", wrong)


def _overlaps(config: Config) -> Iterator[Finding]:
    sound = [(name, kind.pattern) for name, kind in config.flow.items() if not _lint_pattern(kind.pattern)]
    for (first, one), (second, other) in combinations(sound, 2):
        if (both := _shared_name(one, other)) is not None:
            yield Finding(f"flow.{second}.pattern", f"{both!r} would be of this kind and of {first!r} ({one})")
    for name, pattern in sound:
        for branch in (config.branches.main, config.branches.develop or "develop"):
            if _matches(pattern, branch):
                yield Finding(f"flow.{name}.pattern", f"matches the long-lived branch {branch!r}")


def _ends(config: Config) -> Iterator[Finding]:
    trunk = config.branches.develop is False
    for name, kind in config.flow.items():
        if trunk and kind.base == "develop":
            yield Finding(f"flow.{name}.base", "is develop, but branches.develop is false; write 'main'")
        if trunk and "develop" in kind.targets:
            yield Finding(f"flow.{name}.targets", "name develop, but branches.develop is false")
        if not kind.targets and name != "support":
            yield Finding(f"flow.{name}.targets", "must name at least one branch")
        if len(set(kind.targets)) < len(kind.targets):
            yield Finding(f"flow.{name}.targets", "name a branch twice")
        if kind.tags and "main" not in kind.targets:
            yield Finding(f"flow.{name}.tags", "a tag is made on main, which is not among the targets")


FLOW_RULES = (_patterns, _overlaps, _ends)


def _lint_pattern(pattern: str) -> str:
    if sum(pattern.count(hole) for hole in SAMPLES) != 1:
        return "must hold {slug} or {version}, exactly once"
    before, hole, after = _split(pattern)
    if not before:
        return f"must begin with a literal, for example 'feature/{hole}'"
    if "{" in before + after or "}" in before + after:
        return f"may hold no other hole than {hole}"
    wrong = lint_ref_name(before + SAMPLES[hole] + after)
    return f"git does not allow such a name: {wrong}" if wrong else ""


def _split(pattern: str) -> tuple[str, str, str]:
    hole = next(hole for hole in SAMPLES if hole in pattern)
    return pattern.partition(hole)


def _matches(pattern: str, name: str) -> bool:
    return match_branch(name.encode(), pattern.encode())[0] == FITS


def _shared_name(one: str, other: str) -> str | None:
    """Return a name that both patterns match, None when there is none."""
    (head, _, tail), (other_head, _, other_tail) = _split(one), _split(other)
    longest = max(head, other_head, key=len), max(tail, other_tail, key=len)
    names = (f"{longest[0]}{sample}{longest[1]}" for sample in SAMPLES.values())
    return next((name for name in names if _matches(one, name) and _matches(other, name)), None)
