"""Changelogs from history: the whole one, that of some versions, and what is not released yet.

Only what is here counts: no remote is asked and nothing is written.
"""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from release_tools.domain.changelog.outline import Group, Outline, group_entries
from release_tools.domain.changelog.people import People
from release_tools.domain.history.log import LOG_FORMAT, parse_chunks
from release_tools.domain.history.timeline import Stretch, cut_timeline
from release_tools.domain.history.unreleased import Unreleased
from release_tools.domain.refs import Blob
from release_tools.domain.version import Version, parse_version
from release_tools.errors import PreconditionFailed
from release_tools.release.credits import read_people
from release_tools.release.dates import release_date
from release_tools.release.flows.chronicle import Chronicle
from release_tools.release.fragments import folded, parse_blobs, waiting
from release_tools.release.narrowing import narrow, narrow_all
from release_tools.release.pending import read_pending, read_release

Folded = Mapping[str, Mapping[str, Blob]]
"""The fragments that release commits took away, by commit and path."""


def outline_all(chronicle: Chronicle) -> tuple[Outline, ...]:
    """Return the outlines of the whole history: what is unreleased, then every version, newest first."""
    with _uncollected():
        stretches = _narrowed(chronicle, _stretches(chronicle))
        days = chronicle.reader.days(())
        commits = (commit for stretch in stretches for commit in stretch.commits)
        gone = folded(chronicle.reader, chronicle.config, commits)
        people = read_people(chronicle.reader, chronicle.config, *_starts(chronicle))
        told = (_credited(_stretch(chronicle, one, days, gone), one, people) for one in stretches)
        return _link(tuple(told))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from going over a growing history again and again: there is no garbage in it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _stretches(chronicle: Chronicle) -> tuple[Stretch, ...]:
    marks, finals = chronicle.landmarks, chronicle.finals
    commits = parse_chunks(chronicle.reader.stream(LOG_FORMAT, _starts(chronicle)))
    return cut_timeline(commits, finals, head=marks.head, main=chronicle.main)


def _starts(chronicle: Chronicle) -> tuple[str, ...]:
    """Return the commits from which the whole history is reached."""
    names = (chronicle.landmarks.head, chronicle.main, *chronicle.finals.values())
    return tuple(name for name in dict.fromkeys(names) if name)


def _narrowed(chronicle: Chronicle, stretches: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    """Return the stretches of the product alone, by few questions to git."""
    told = narrow_all(chronicle.reader, chronicle.config, [stretch.commits for stretch in stretches])
    return tuple(replace(one, commits=commits) for one, commits in zip(stretches, told, strict=True))


def outline_span(chronicle: Chronicle, old: str, new: str) -> tuple[Outline, ...]:
    """Return the outlines of the versions after `old` (empty: all) up to `new` (empty: what is unreleased as well)."""
    floor, ceiling = (find_version(chronicle, text) if text else None for text in (old, new))
    return tuple(
        outline
        for outline in outline_all(chronicle)
        if (outline.version or ceiling is None)
        and (not outline.version or floor is None or parse_version(outline.version) > floor)
        and (not outline.version or ceiling is None or parse_version(outline.version) <= ceiling)
    )


def outline_unreleased(chronicle: Chronicle) -> Outline:
    """Return the outline of what no final version contains."""
    found = _pending(chronicle)
    groups = _groups(chronicle, found, tip=chronicle.landmarks.head)
    outline = Outline(version="", previous=chronicle.tag(found.baseline), groups=groups)
    return _credited(outline, found, read_people(chronicle.reader, chronicle.config, chronicle.landmarks.head))


def outline_version(chronicle: Chronicle, text: str) -> Outline:
    """Return the outline of one version; one that is not tagged yet has what is unreleased."""
    version = parse_version(text.removeprefix(chronicle.config.version.tag_prefix))
    tag = chronicle.tag(version)
    if not tag:
        return _announced(chronicle, version)
    finals = chronicle.finals | {version: chronicle.landmarks.tags[tag]}
    found = read_release(chronicle.reader, finals, version)
    if found is None:
        return _from_whole(chronicle, version, tag)
    outline = Outline(
        version=str(version),
        date=chronicle.reader.days((tag,))[tag],
        tag=tag,
        previous=chronicle.tag(found.baseline),
        groups=_groups(chronicle, _mine(chronicle, found)),
    )
    return _credited(outline, found, read_people(chronicle.reader, chronicle.config, finals[version]))


def latest_version(chronicle: Chronicle) -> str:
    """Return the latest final version that what is checked out contains; `PreconditionFailed` when there is none."""
    finals, head = chronicle.finals, chronicle.landmarks.head
    baseline = read_pending(chronicle.reader, finals, head=head, main=chronicle.main).baseline
    if baseline is None:
        raise PreconditionFailed(
            "Nothing is released here yet.",
            state="Nothing was written.",
            todo="Name the coming version, for example `release-tools notes 0.1.0`.",
        )
    return str(baseline)


def find_version(chronicle: Chronicle, text: str) -> Version:
    """Return the version that a person named as a version or a tag; `PreconditionFailed` when it has no tag."""
    version = parse_version(text.removeprefix(chronicle.config.version.tag_prefix))
    if version not in chronicle.versions:
        raise _untagged(chronicle, version)
    return version


def _announced(chronicle: Chronicle, version: Version) -> Outline:
    found = _pending(chronicle)
    if found.baseline and version <= found.baseline:
        raise _untagged(chronicle, version)
    now = chronicle.reader.now()
    return replace(outline_unreleased(chronicle), version=str(version), date=release_date(now) if now else "")


def _pending(chronicle: Chronicle) -> Unreleased:
    marks = chronicle.landmarks
    return _mine(chronicle, read_pending(chronicle.reader, chronicle.commits, head=marks.head, main=chronicle.main))


def _mine(chronicle: Chronicle, found: Unreleased) -> Unreleased:
    return replace(found, commits=narrow(chronicle.reader, chronicle.config, found.commits))


def _stretch(chronicle: Chronicle, stretch: Stretch, days: Mapping[str, str], gone: Folded) -> Outline:
    tag = chronicle.tag(stretch.version)
    groups = _groups(chronicle, stretch, gone, tip="" if stretch.version else chronicle.landmarks.head)
    return Outline(version=str(stretch.version or ""), date=days.get(tag, ""), tag=tag, groups=groups)


def _credited(outline: Outline, found: Stretch | Unreleased, people: People | None) -> Outline:
    """Return the outline with the people who made what it lists, where they are to be named."""
    if people is None:
        return outline
    return replace(outline, contributors=people.contributors(found.commits, outline.groups))


def _groups(
    chronicle: Chronicle, found: Stretch | Unreleased, gone: Folded | None = None, *, tip: str = ""
) -> tuple[Group, ...]:
    """Return the groups of some commits; `tip` is the commit whose fragments wait, `gone` are those folded in."""
    wanted, reader = chronicle.config.changelog, chronicle.reader
    if gone is None:
        gone = folded(reader, chronicle.config, found.commits)
    # A history has thousands of stretches, and few of them have fragments.
    ours = [gone[commit.sha] for commit in found.commits if commit.sha in gone] if gone else []
    return group_entries(
        found.commits,
        sections=wanted.sections,
        released=found.released,
        squash=chronicle.config.commits.squash,
        fragments=parse_blobs(chronicle.config, *ours, waiting(reader, chronicle.config, tip)),
    )


def _link(outlines: Sequence[Outline]) -> tuple[Outline, ...]:
    """Return the outlines with the tag of the version before each."""
    older: Iterable[Outline] = (*outlines[1:], Outline(version="", groups=()))
    return tuple(replace(one, previous=before.tag) for one, before in zip(outlines, older, strict=True))


def _from_whole(chronicle: Chronicle, version: Version, tag: str) -> Outline:
    for outline in outline_all(chronicle):
        if outline.version == str(version):
            return outline
    raise PreconditionFailed(
        f"{tag} tags nothing of the history of what is checked out, nor of main's.",
        state="Nothing was written.",
        todo="Check out a branch that contains it, then run this again.",
    )


def _untagged(chronicle: Chronicle, version: Version) -> PreconditionFailed:
    latest = max((found for found in chronicle.versions if found.is_final), default=None)
    return PreconditionFailed(
        f"There is no tag {version.tag_name(chronicle.config.version.tag_prefix)} here.",
        state="Nothing was written.",
        todo=f"Run `git fetch --tags`, or name a version that is tagged{f', for example {latest}' if latest else ''}.",
    )
