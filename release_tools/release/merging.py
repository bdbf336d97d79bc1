"""What a merge makes of the version files and of the changelog: the content that rules give them, where git's differs.

Everything else stays as git merged it, conflicts included; commits are made of this in `edges`.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Literal

from release_tools.config.model import Config, VersionFile
from release_tools.domain.changelog.merge import Side, contested_versions, merge_changelogs
from release_tools.domain.changelog.unmergeable import Unmergeable
from release_tools.domain.refs import Blob, Merge
from release_tools.domain.version import Version, parse_tag
from release_tools.domain.version_files.found import FoundVersion
from release_tools.domain.version_files.merge import highest_version, level_places, lint_places
from release_tools.domain.version_files.spec import DEFAULT_SPECS
from release_tools.errors import PreconditionFailed
from release_tools.record import record
from release_tools.release.bench import Bench
from release_tools.release.version_files import read_versions
from release_tools.release.version_tree import version_blobs

LINK = "120000"
Files = Mapping[str, Blob]
Releaser = Literal["ours", "theirs"]


@record
class Sides:
    """A merge: its commits, what git makes of them, and on which side a version is made."""

    base: str
    """What git merges against; empty without a common history."""
    ours: str
    theirs: str
    merge: Merge
    version: Version
    releaser: Releaser

    def files(self, bench: Bench, paths: tuple[str, ...]) -> tuple[Files, Files, Files, Files]:
        """Return files of the base, of ours, of theirs, and those that git merges without a conflict."""
        trees = (self.base, self.ours, self.theirs, self.merge.tree)
        base, ours, theirs, merged = (bench.reader.files(tree, paths) if tree else {} for tree in trees)
        return base, ours, theirs, {path: blob for path, blob in merged.items() if path not in self.merge.conflicts}


@record
class Resolution:
    """What rules make of a merge: files that are not as git merged them, and those that only a person can merge."""

    files: Mapping[str, Blob]
    conflicts: tuple[str, ...] = ()
    """Paths that conflict, each with the reason where git itself sees no conflict."""


def resolve(
    bench: Bench, ours: str, theirs: str, merge: Merge, *, version: Version, releaser: Releaser = "theirs"
) -> Resolution:
    """Return what rules make of a merge; `version` is made on the side of the `releaser`."""
    base = _base(bench, ours, theirs, version)
    sides = Sides(base=base, ours=ours, theirs=theirs, merge=merge, version=version, releaser=releaser)
    files: dict[str, Blob] = {}
    undecided = []
    for rule in (resolve_changelog, resolve_versions):
        try:
            files |= rule(bench, sides)
        except Unmergeable as error:
            undecided.append(error.failed)
    left = tuple(path for path in merge.conflicts if path not in files)
    return Resolution(files=files, conflicts=(*left, *undecided))


def _base(bench: Bench, ours: str, theirs: str, version: Version) -> str:
    """Return what two commits are merged against: their merge base; of several, as after each hotfix, these merged.

    Git does the same, but its own merge of them has marks where the changelog grew on both sides.
    """
    base, *others = bench.draft.merge_bases(ours, theirs) or ("",)
    for other in others:
        merge = bench.draft.merge(base, other)
        found = resolve(bench, base, other, merge, version=version)
        base = bench.draft.stand_in(bench.draft.tree(merge.tree, found.files), (base, other))
    return base


def resolve_changelog(bench: Bench, sides: Sides) -> dict[str, Blob]:
    """Return the changelog merged part by part; nothing where a side has none, or where git's merge is the same.

    Raises `Unmergeable`, with the path, where git merges what the rules cannot decide.
    """
    path = bench.config.changelog.path
    if not path:
        return {}
    base, ours, theirs, merged = (files.get(path) for files in sides.files(bench, (path,)))
    if ours is None or theirs is None or ours == theirs or LINK in (ours.mode, theirs.mode):
        return {}
    texts = (_text(base) if base else "", _text(ours), _text(theirs))
    released = _released(bench, sides, contested_versions(*texts[1:]))
    try:
        text = merge_changelogs(*texts, released=released, merge_text=bench.draft.merge_text)
    except Unmergeable as error:
        if merged is None:
            return {}
        raise Unmergeable(f"{path} ({error.failed})") from error
    if text is None:
        return {}
    after = Blob(mode=(merged or ours).mode, data=text.encode("utf-8", "surrogateescape"))
    return {} if merged == after else {path: after}


def resolve_versions(bench: Bench, sides: Sides) -> dict[str, Blob]:
    """Return the version files with the higher version of both sides in every place, as far as the rest merges.

    Raises `Unmergeable`, with the paths, when a merged file does not name that version.
    """
    paths = dict.fromkeys(path for side in (sides.ours, sides.theirs) for path in version_blobs(bench, side))
    *raw, merged = sides.files(bench, tuple(paths))
    if raw[1] == raw[2]:
        return {}
    found = [_places(bench, files) for files in raw]
    version = highest_version(*found[1:])
    if version is None:
        return {}
    level = [_level(files, places, version) for files, places in zip(raw, found, strict=True)]
    joined: dict[str, Blob] = {}
    for path in sides.merge.conflicts:
        # A conflict in which versions play no part is as git says.
        if any(before.get(path) != after.get(path) for before, after in zip(raw, level, strict=True)):
            joined |= _join(bench, path, *level)
    whole = {**merged, **joined}
    result = _level(whole, _places(bench, whole), version)
    _guard_versions(result, _places(bench, result), version, expected=_paths(found[1]) & _paths(found[2]))
    return {path: blob for path, blob in result.items() if merged.get(path) != blob}


def _released(bench: Bench, sides: Sides, versions: frozenset[Version]) -> dict[Version, Side]:
    """Return those of the versions that are released, each with the side whose history contains its tag."""
    found: dict[Version, Side] = {sides.version: sides.releaser}
    tags = bench.reader.refs(None)[0].tags.values() if versions else ()
    for tag in tags:
        version = parse_tag(tag.name, bench.config.version.tag_prefix)
        if version is None or version not in versions:
            continue
        mine, other = (bench.reader.is_ancestor(tag.commit, side) for side in (sides.ours, sides.theirs))
        if mine != other:
            found[version] = "ours" if mine else "theirs"
        elif version not in found or mine:
            found[version] = "both"
    return found


def _join(bench: Bench, path: str, base: Files, ours: Files, theirs: Files) -> dict[str, Blob]:
    """Return a file that both sides have, merged by lines; nothing where it conflicts."""
    mine, other = ours.get(path), theirs.get(path)
    if mine is None or other is None or mine.mode != other.mode or mine.mode == LINK:
        return {}
    data, clean = bench.draft.merge_text(base[path].data if path in base else b"", mine.data, other.data)
    return {path: Blob(mode=mine.mode, data=data)} if clean else {}


def _level(files: Files, found: Iterable[FoundVersion], version: Version) -> dict[str, Blob]:
    """Return the files with a version in all places."""
    places: dict[str, list[FoundVersion]] = {path: [] for path in files}
    for place in found:
        places[place.path].append(place)
    return {path: replace(files[path], data=level_places(files[path].data, at, version)) for path, at in places.items()}


def _places(bench: Bench, files: Files) -> tuple[FoundVersion, ...]:
    """Return the places that name the version; a row that cannot be read there has none, and stays as git merges it."""
    data = {path: blob.data for path, blob in files.items() if blob.mode != LINK}
    found: list[FoundVersion] = []
    for config in _rows(bench.config):
        with suppress(PreconditionFailed):
            found += read_versions(config, data, bench.locate)
    return tuple(place for place in dict.fromkeys(found) if not place.is_only_read)


def _rows(config: Config) -> tuple[Config, ...]:
    """Return the configuration once for each version file: one that is missing on a side says nothing of the others."""
    files = config.version.files
    rows = tuple(VersionFile(path=spec.path) for spec in DEFAULT_SPECS) if files is None else files
    # What a provider tells is of the work tree, not of a side.
    kept = (row for row in rows if not row.provider)
    return tuple(replace(config, version=replace(config.version, files=(row,))) for row in kept)


def _guard_versions(files: Files, found: Iterable[FoundVersion], version: Version, *, expected: set[str]) -> None:
    """Raise when a place of the merged files names another version, or a file that named one does so no more."""
    wrong = lint_places(found, version)
    # A lock cannot be read while its manifest is in conflict.
    silent = sorted(expected - _paths(found)) if expected <= files.keys() else ()
    if wrong or silent:
        raise Unmergeable("; ".join((*wrong, *(f"{path} (the version is not found any more)" for path in silent))))


def _paths(found: Iterable[FoundVersion]) -> set[str]:
    return {place.path for place in found}


def _text(blob: Blob) -> str:
    return blob.data.decode("utf-8", "surrogateescape")
