"""A census of a range: which of its messages break a rule, counted by author and by rule.

How single messages are judged is the lint's business.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from release_tools.domain.messages.baseline import Baseline
from release_tools.domain.messages.doubtless import doubtless
from release_tools.domain.messages.hidden import visible
from release_tools.domain.messages.lint import lint
from release_tools.domain.messages.message import decode
from release_tools.domain.messages.rules import CommitRules
from release_tools.domain.messages.violation import Violation, errors
from release_tools.record import record

SHOWN = 3
"""Commits that are named for each author and rule."""


class Recorded(NamedTuple):
    """One commit's message as git recorded it; `merging` when the commit has several parents."""

    sha: str
    merging: bool
    author: str
    message: bytes


@record
class Judged:
    """One message in which something was found; `known` are those faults that the baseline lists."""

    sha: str
    author: str
    text: str
    found: tuple[Violation, ...]
    known: tuple[Violation, ...] = ()

    @property
    def header(self) -> str:
        """The first line."""
        return self.text.partition("\n")[0]

    @property
    def refused(self) -> bool:
        """Whether it breaks a rule that its commit may not break."""
        return bool(errors(self.found))


@record
class Census:
    """How many messages were looked at, and those with findings, oldest first."""

    total: int
    judged: tuple[Judged, ...]

    @property
    def refused(self) -> tuple[Judged, ...]:
        """The messages that are refused."""
        return tuple(one for one in self.judged if one.refused)


def take_census(commits: Iterable[Recorded], rules: CommitRules, baseline: Baseline) -> Census:
    """Judge the messages, newest first as git tells them; what the baseline lists refuses nothing."""
    accepts, merges = doubtless(rules), rules.merge == "accept"
    found: list[Judged] = []
    total = 0
    for commit in commits:
        total += 1
        if (commit.merging and merges) or accepts(commit.message):
            continue
        violations = lint(commit.message, rules, merging=commit.merging)
        if violations:
            allowed = baseline.get(commit.sha, frozenset())
            found.append(_judged(commit, violations, allowed))
    return Census(total=total, judged=tuple(reversed(found)))


def _judged(commit: Recorded, violations: tuple[Violation, ...], allowed: frozenset[str]) -> Judged:
    return Judged(
        sha=commit.sha,
        author=commit.author,
        text=decode(commit.message)[0],
        found=tuple(one for one in violations if one.rule not in allowed),
        known=tuple(one for one in violations if one.rule in allowed),
    )


Tally = dict[str, dict[tuple[str, str], list[Judged]]]
"""Messages by author, then by level and rule."""


def tally(judged: Iterable[Judged]) -> Tally:
    """Return the messages by author and rule, whoever has most first; one that breaks a rule twice counts once."""
    found: Tally = {}
    for one in judged:
        for key in dict.fromkeys((violation.level, violation.rule) for violation in one.found):
            found.setdefault(one.author, {}).setdefault(key, []).append(one)
    return dict(sorted(found.items(), key=lambda row: (-_weight(row[1]), row[0])))


def _weight(rules: dict[tuple[str, str], list[Judged]]) -> int:
    return sum(len(rows) for (level, _), rows in rules.items() if level == "error")


def render_census(census: Census) -> str:
    """Render who broke which rule how often, with the first commits of each."""
    known = sum(bool(one.known) for one in census.judged)
    lines = [f"{census.total} messages, {len(census.refused)} refused{f', {known} known before' if known else ''}"]
    for author, rules in tally(census.judged).items():
        lines.append(visible(author))
        for (level, rule), rows in sorted(rules.items(), key=lambda row: (row[0][0], -len(row[1]), row[0][1])):
            lines.append(f"  {rule}: {len(rows)}{' (warning)' if level == 'warning' else ''}")
            lines += _named(rows, lambda one: f"    {one.sha[:10]} {visible(one.header[:72])}")
    return "\n".join(lines)


def _named(rows: Sequence[Judged], spell: Callable[[Judged], str]) -> Iterator[str]:
    yield from map(spell, rows[:SHOWN])
    if len(rows) > SHOWN:
        yield f"    and {len(rows) - SHOWN} more"


def census_as_json(census: Census) -> dict[str, object]:
    """Return the counts as JSON values."""
    authors = [
        {
            "author": author,
            "rules": [
                {"rule": rule, "level": level, "commits": [one.sha for one in rows]}
                for (level, rule), rows in rules.items()
            ],
        }
        for author, rules in tally(census.judged).items()
    ]
    return {"total": census.total, "refused": len(census.refused), "authors": authors}
