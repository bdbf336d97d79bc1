"""The next version is what the unreleased commits make of the baseline, with the reasons for it.

Which commits are unreleased is not found here, and no tag or branch is read.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict

from release_tools.domain.history.commit import Commit
from release_tools.domain.history.entries import Remark, Squash, remark, select_entries
from release_tools.domain.history.wish import NO_WISH, Asking, Wish, find_asking, with_build
from release_tools.domain.version import LEVELS, Level, Version, next_prerelease, raise_level
from release_tools.errors import PreconditionFailed
from release_tools.record import record


@record
class BumpRules:
    """What commits raise: a level for each type, what breaking raises while 0.x, and the first version of all.

    `types` are the types that a team knows; empty: it may be any.
    """

    levels: Mapping[str, Level]
    zero_breaking: Level = "minor"
    initial: Version
    squash: Squash = "one"
    types: frozenset[str] = frozenset()


@record
class NextVersion:
    """The next version, None when there is nothing to release, and how it came about.

    `deciding` are those of the reasons without which the number would be another one.
    """

    version: Version | None
    previous: Version | None
    level: Level
    reasons: tuple[Remark, ...]
    cancelled: tuple[Remark, ...] = ()
    ignored: tuple[Remark, ...] = ()
    unparsed: tuple[Remark, ...] = ()
    deciding: tuple[Remark, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the value as `next-version --json` prints it."""
        remarks = ("reasons", "cancelled", "ignored", "unparsed")
        return {
            "version": str(self.version) if self.version else None,
            "previous": str(self.previous) if self.previous else None,
            "level": self.level,
            **{name: [asdict(row) for row in getattr(self, name)] for name in remarks},
        }


@record
class _Numbers:
    """The numbers that are gone, and those that this branch must not fall below."""

    baseline: Version | None
    taken: frozenset[Version]
    claimed: frozenset[Version]
    prereleases: Sequence[Version]

    def gone(self, version: Version) -> str:
        """Return why a number cannot be had, empty when it can."""
        if version in self.taken:
            return f"{version} exists as a tag"
        return f"{version} is claimed by an open release or hotfix branch" if version in self.claimed else ""

    def free(self, version: Version, level: Level) -> tuple[Version, tuple[Remark, ...]]:
        """Return the version, raised until it is free and not below a pre-release, and a remark for each step."""
        steps: list[Remark] = []
        announced = max(self.prereleases, default=version)
        if announced > version:
            steps.append(Remark(why=f"{announced} announces {announced.final}, so {version} would go back"))
            version = announced.final
        while why := self.gone(version):
            steps.append(Remark(why=f"{why}, so the {level} number is raised again"))
            version = raise_level(version, level)
        return version, tuple(steps)

    def fault(self, version: Version) -> str:
        """Return why a version that somebody asks for cannot be had, empty when it can."""
        if self.baseline and version <= self.baseline:
            return f"{version} is not greater than {self.baseline}, which is released"
        return self.gone(version)


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
    wish: Wish = NO_WISH,
) -> NextVersion:
    """Plan the version that the unreleased commits make, or that somebody wishes for instead.

    `taken` exists as a tag, `claimed` by an open release or hotfix branch (never the branch that asks). `missing` names
    tags of main that the branch lacks; `prereleases` and `released` are those of `Unreleased`. Raises
    `PreconditionFailed` for a wish that cannot be had; a commit's `Release-As` that cannot is listed as not understood.
    """
    entries = select_entries(commits, released=released, squash=rules.squash)
    breaking = rules.zero_breaking if (baseline or rules.initial).major == 0 else "major"
    levels = [(entry, level_of(entry, rules.levels, breaking)) for entry in entries.kept]
    numbers = _Numbers(baseline=baseline, taken=taken, claimed=claimed, prereleases=prereleases)
    askings = tuple(find_asking(entries.kept))
    level = _highest(found for _, found in levels)
    reasons = tuple((found, remark(entry, _why(entry, found, breaking))) for entry, found in levels if found != "none")
    deciding = tuple(row for found, row in reasons if found == level)
    version: Version | None = None
    steps: tuple[Remark, ...] = ()
    asked = next((one for one in askings if one.version and not numbers.fault(one.version)), None)
    if wish.forces:
        version, level, steps = _wished(wish, numbers, rules)
        deciding = steps[:1]
    elif asked is not None and asked.version is not None:
        version, level = asked.version, _step(baseline, asked.version)
        deciding = steps = (remark(asked.commit, f"its footer Release-As asks for {version}"),)
    elif level != "none":
        version, steps = numbers.free(raise_level(baseline, level) if baseline else rules.initial, level)
    return NextVersion(
        version=_spelled(version, wish, taken) if version else None,
        previous=baseline,
        level=level,
        reasons=(*(row for _, row in reasons), *steps, *_missing(missing)),
        cancelled=entries.cancelled,
        ignored=(*entries.ignored, *_idle(levels, rules)),
        unparsed=(*entries.unparsed, *_unknown(levels, rules), *_unheard(askings, numbers)),
        deciding=deciding,
    )


def _wished(wish: Wish, numbers: _Numbers, rules: BumpRules) -> tuple[Version, Level, tuple[Remark, ...]]:
    """Return what somebody wishes for instead of what the commits ask for, and the remarks on it."""
    said = Remark(why=wish.says)
    if wish.version is None:
        level = wish.level or "none"
        wanted = raise_level(numbers.baseline, level) if numbers.baseline else rules.initial
        version, steps = numbers.free(wanted, level)
        return version, level, (said, *steps)
    if fault := numbers.fault(wish.version):
        raise PreconditionFailed(
            f"{fault}.",
            state="Nothing was changed.",
            todo="Ask for another version; `release-tools next-version` prints one that is free.",
        )
    return wish.version, _step(numbers.baseline, wish.version), (said,)


def _step(old: Version | None, new: Version) -> Level:
    """Return the highest part in which two versions differ."""
    parts = zip(LEVELS[:0:-1], old.core if old else (0, 0, 0), new.core, strict=True)
    return next((level for level, before, after in parts if before != after), "patch")


def _spelled(version: Version, wish: Wish, taken: frozenset[Version]) -> Version:
    """Return the version as a pre-release and with build metadata, where these are wished for."""
    if wish.label:
        version = next_prerelease(version, wish.label, taken=taken)
    return with_build(version, wish.build) if wish.build else version


def level_of(entry: Commit, levels: Mapping[str, Level], breaking: Level = "major") -> Level:
    """Return what one entry raises: by its type, by the types it covers, and by what it breaks."""
    kinds = [levels.get(kind, "none") for kind in (entry.type, *entry.covers)]
    return _highest((*kinds, breaking) if entry.breaking is not None else kinds)


def _highest(levels: Iterable[Level]) -> Level:
    return max(levels, key=LEVELS.index, default="none")


def _why(entry: Commit, level: Level, breaking: Level) -> str:
    breaks = entry.breaking is not None and level == breaking
    return f"{level}: it breaks, {entry.breaking}" if breaks else f"{level}: {_kinds(entry)}"


def _kinds(entry: Commit) -> str:
    covered = ", ".join(entry.covers)
    return f"{entry.type}, a squash of {covered}" if covered else entry.type


def _missing(tags: Sequence[str]) -> Iterable[Remark]:
    for tag in tags:
        yield Remark(why=f"{tag} is missing from this branch, which counts from it: merge the tag back")


def _is_unknown(entry: Commit, rules: BumpRules) -> bool:
    return bool(rules.types) and entry.type not in rules.types and entry.type not in rules.levels


def _idle(levels: Iterable[tuple[Commit, Level]], rules: BumpRules) -> Iterable[Remark]:
    for entry, level in levels:
        if level == "none" and not _is_unknown(entry, rules):
            yield remark(entry, f"type {entry.type} raises nothing")


def _unknown(levels: Iterable[tuple[Commit, Level]], rules: BumpRules) -> Iterable[Remark]:
    for entry, level in levels:
        if level == "none" and _is_unknown(entry, rules):
            yield remark(entry, f"type {entry.type} is not known here, so it raises nothing")


def _unheard(askings: Iterable[Asking], numbers: _Numbers) -> Iterable[Remark]:
    """Yield a remark for each version that a commit asks for and that cannot be had."""
    for one in askings:
        fault = numbers.fault(one.version) if one.version else f"{one.text!r} is no version"
        if fault:
            yield remark(one.commit, f"its footer Release-As does not count: {fault}")
