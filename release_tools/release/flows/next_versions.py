"""The next version of the branch that is checked out, and what else it could have been.

Nothing is written or planned.
"""

from dataclasses import asdict
from typing import Any

from release_tools.domain.history.next_version import NextVersion
from release_tools.domain.history.unreleased import Unreleased
from release_tools.domain.history.wish import NO_WISH, Wish
from release_tools.domain.version import Version
from release_tools.errors import PreconditionFailed
from release_tools.record import record
from release_tools.release.choosing import choose_version
from release_tools.release.flows.outlook import Outlook


@record
class Alternative:
    """What another baseline would give, and which one that is."""

    why: str
    commits: int
    plan: NextVersion

    def as_json(self) -> dict[str, Any]:
        """Return the value as `explain --json` prints it."""
        plan = self.plan.as_json()
        return {
            "why": self.why,
            "commits": self.commits,
            **{key: plan[key] for key in ("version", "previous", "level")},
        }


@record
class Explanation:
    """How the next version came about: the baseline with its reason, the plan, and the other ways to count."""

    why: str
    tag: str
    commits: int
    plan: NextVersion
    alternatives: tuple[Alternative, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the value as `explain --json` prints it: what `next-version` has, and more."""
        plan = self.plan.as_json()
        return {
            **plan,
            "baseline": {"version": plan["previous"], "tag": self.tag or None, "why": self.why},
            "commits": self.commits,
            "deciding": [asdict(row) for row in self.plan.deciding],
            "alternatives": [one.as_json() for one in self.alternatives],
        }


def find_next_version(outlook: Outlook, wish: Wish = NO_WISH) -> NextVersion:
    """Return the version that the commits on the current branch ask for, or that somebody wishes for instead."""
    return _plan(outlook, outlook.pending(), wish)


def explain_next_version(outlook: Outlook, wish: Wish = NO_WISH, *, baseline: Version | None = None) -> Explanation:
    """Return how the next version comes about, and what other baselines would give: the near ones, or the named one."""
    pending = outlook.pending()
    found = pending.baseline
    others = _near(outlook, pending) if baseline is None else (_named(outlook, baseline),)
    return Explanation(
        why=_why(pending),
        tag=found.tag_name(outlook.config.version.tag_prefix) if found else "",
        commits=pending.count,
        plan=_plan(outlook, pending, wish),
        alternatives=tuple(
            Alternative(why=why, commits=other.count, plan=_plan(outlook, other, wish)) for why, other in others
        ),
    )


def _plan(outlook: Outlook, pending: Unreleased, wish: Wish) -> NextVersion:
    return choose_version(
        outlook.config,
        pending,
        taken=frozenset(outlook.tags),
        claims=outlook.claims,
        branch=outlook.branch,
        wish=wish,
    )


def _why(pending: Unreleased) -> str:
    if pending.baseline is None:
        return "no final version is tagged in this history"
    if pending.baseline in pending.missing:
        return "the highest final version in main; this branch lacks its tag"
    return "the highest final version that this branch contains"


def _near(outlook: Outlook, pending: Unreleased) -> tuple[tuple[str, Unreleased], ...]:
    """Return the baselines that somebody might have expected: this branch alone, the one before, one elsewhere."""
    found: list[tuple[str, Unreleased]] = []
    if pending.missing:
        alone = outlook.since(outlook.present, main=None)
        found.append(("counted from this branch alone, without main", alone))
    if pending.baseline is not None:
        found.append(("counted from the release before", _below(outlook, pending.baseline)))
    strange = max((one for one in outlook.present if one.is_final), default=None)
    if strange and strange != pending.baseline and strange not in pending.missing:
        elsewhere = Unreleased(baseline=strange, commits=pending.commits, released=pending.released)
        found.append((f"counted from {strange}, which this branch does not contain", elsewhere))
    return tuple(found)


def _below(outlook: Outlook, version: Version) -> Unreleased:
    lower = {other: sha for other, sha in outlook.present.items() if other < version}
    return outlook.since(lower, main=outlook.main)


def _named(outlook: Outlook, version: Version) -> tuple[str, Unreleased]:
    """Return what is pending after a version that a person named, be it a pre-release."""
    if version not in outlook.present:
        raise PreconditionFailed(
            f"There is no tag {version.tag_name(outlook.config.version.tag_prefix)} here.",
            state="Nothing was changed.",
            todo="Run `git fetch --tags`, or name a version that is tagged.",
        )
    lower = {other: sha for other, sha in outlook.present.items() if other < version and other.is_final}
    # A pre-release counts as if it were final: the commits after it are asked for.
    stand_in = {**lower, version.final: outlook.present[version]}
    return f"counted from {version}", outlook.since(stand_in, main=outlook.main)
