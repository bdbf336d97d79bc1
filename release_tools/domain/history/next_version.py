"""The next version is what the unreleased commits make of the baseline, with the reasons for it.

Which commits are unreleased is not found here, and no tag or branch is read.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from release_tools.domain.history.commit import Commit
from release_tools.domain.history.entries import Entries, Remark, Squash, remark, select_entries
from release_tools.domain.version import LEVELS, Level, Version, next_prerelease, raise_level


@dataclass(frozen=True, slots=True, kw_only=True)
class BumpRules:
    """What commits raise: a level for each type, what breaking raises while 0.x, and the first version of all."""

    levels: Mapping[str, Level]
    zero_breaking: Level = "minor"
    initial: Version
    squash: Squash = "one"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextVersion:
    """The next version, None when there is nothing to release, and how it came about."""

    version: Version | None
    previous: Version | None
    level: Level
    reasons: tuple[Remark, ...]
    cancelled: tuple[Remark, ...] = ()
    ignored: tuple[Remark, ...] = ()
    unparsed: tuple[Remark, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the value as `next-version --json` prints it."""
        remarks = ("reasons", "cancelled", "ignored", "unparsed")
        return {
            "version": str(self.version) if self.version else None,
            "previous": str(self.previous) if self.previous else None,
            "level": self.level,
            **{name: [asdict(row) for row in getattr(self, name)] for name in remarks},
        }


def plan_next(
    commits: Sequence[Commit],
    baseline: Version | None,
    *,
    rules: BumpRules,
    taken: frozenset[Version],
    claimed: frozenset[Version],
    missing: Sequence[str] = (),
    prereleases: Sequence[Version] = (),
    released: Container[str] = (),
    label: str = "",
) -> NextVersion:
    """Plan the version that the unreleased commits make.

    `taken` exists as a tag, `claimed` by an open release or hotfix branch (never the branch that asks). `missing` names
    tags of main that the branch lacks; `prereleases` and `released` are those of `Unreleased`; with a `label` (`rc`)
    the result is the next pre-release of that version.
    """
    entries = select_entries(commits, released=released, squash=rules.squash)
    breaking = rules.zero_breaking if (baseline or rules.initial).major == 0 else "major"
    levels = [(entry, level_of(entry, rules.levels, breaking)) for entry in entries.kept]
    level = _highest(found for _, found in levels)
    version: Version | None = None
    raised: tuple[Remark, ...] = ()
    if level != "none":
        wanted = raise_level(baseline, level) if baseline else rules.initial
        version, raised = _free(wanted, level, taken=taken, claimed=claimed, prereleases=prereleases)
    return NextVersion(
        version=next_prerelease(version, label, taken=taken) if version and label else version,
        previous=baseline,
        level=level,
        reasons=(*_reasons(levels, breaking), *raised, *_missing(missing)),
        cancelled=entries.cancelled,
        ignored=_ignored(entries, levels),
        unparsed=entries.unparsed,
    )


def level_of(entry: Commit, levels: Mapping[str, Level], breaking: Level = "major") -> Level:
    """Return what one entry raises: by its type, by the types it covers, and by what it breaks."""
    kinds = [levels.get(kind, "none") for kind in (entry.type, *entry.covers)]
    return _highest((*kinds, breaking) if entry.breaking is not None else kinds)


def _highest(levels: Iterable[Level]) -> Level:
    return max(levels, key=LEVELS.index, default="none")


def _free(
    version: Version,
    level: Level,
    *,
    taken: frozenset[Version],
    claimed: frozenset[Version],
    prereleases: Sequence[Version],
) -> tuple[Version, tuple[Remark, ...]]:
    """Return the version, raised until it is free and not below a pre-release, and a remark for each step."""
    steps: list[Remark] = []
    announced = max(prereleases, default=version)
    if announced > version:
        steps.append(Remark(why=f"{announced} announces {announced.final}, so {version} would go back"))
        version = announced.final
    while version in taken or version in claimed:
        known = "exists as a tag" if version in taken else "is claimed by an open release or hotfix branch"
        steps.append(Remark(why=f"{version} {known}, so the {level} number is raised again"))
        version = raise_level(version, level)
    return version, tuple(steps)


def _reasons(levels: Iterable[tuple[Commit, Level]], breaking: Level) -> Iterable[Remark]:
    for entry, level in levels:
        if level == "none":
            continue
        breaks = entry.breaking is not None and level == breaking
        yield remark(entry, f"{level}: it breaks, {entry.breaking}" if breaks else f"{level}: {_kinds(entry)}")


def _kinds(entry: Commit) -> str:
    covered = ", ".join(entry.covers)
    return f"{entry.type}, a squash of {covered}" if covered else entry.type


def _missing(tags: Sequence[str]) -> Iterable[Remark]:
    for tag in tags:
        yield Remark(why=f"{tag} is missing from this branch, which counts from it: merge the tag back")


def _ignored(entries: Entries, levels: Iterable[tuple[Commit, Level]]) -> tuple[Remark, ...]:
    idle = (remark(entry, f"type {entry.type} raises nothing") for entry, level in levels if level == "none")
    return (*entries.ignored, *idle)
