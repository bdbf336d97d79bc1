"""The version files of a configuration: which blobs to read, which version they name, and their bytes with another one.

Bytes in, bytes out: the git objects are read and written by the caller, the formats are known to the domain.
"""

from collections.abc import Iterable, Mapping

from release_tools.config.model import Config, VersionFile
from release_tools.domain.version import parse_version
from release_tools.domain.version_files.agreement import agreed_text, lint_agreement
from release_tools.domain.version_files.found import FoundVersion, Locators, find_versions
from release_tools.domain.version_files.source import Unlocatable
from release_tools.domain.version_files.spec import DEFAULT_SPECS, FileSpec, Kind, kind_of, lint_row, with_locks
from release_tools.domain.version_files.splice import lint_version, rewrite
from release_tools.errors import ConfigError, PreconditionFailed
from release_tools.ports import VersionLocator

NOTHING_CHANGED = "Nothing was changed."


def version_paths(config: Config) -> tuple[str, ...]:
    """Return every path to read from a tree, lock files included; some of them may be missing there."""
    return tuple(dict.fromkeys(spec.path for spec in _specs(config)))


def read_versions(config: Config, blobs: Mapping[str, bytes], locate: VersionLocator) -> tuple[FoundVersion, ...]:
    """Find every place that names the version; raise PreconditionFailed with all files that cannot be trusted."""
    found, problems = _survey(_specs(config), blobs, _locators(locate))
    _refuse("cannot be read", problems)
    return found


def read_version(config: Config, blobs: Mapping[str, bytes], locate: VersionLocator) -> str | None:
    """Return the one version that all files name, None when none names any; raise PreconditionFailed otherwise."""
    found = read_versions(config, blobs, locate)
    _refuse("name different versions", lint_agreement(found))
    return agreed_text(found)


def write_version(
    config: Config, blobs: Mapping[str, bytes], version: str, locate: VersionLocator, *, expected: str | None = None
) -> Mapping[str, bytes]:
    """Return the files that change with their new bytes; raise PreconditionFailed naming all problems at once.

    The places must name one version before: the `expected` one where it is given.
    """
    new = str(parse_version(version))
    specs, locators = _specs(config), _locators(locate)
    found, problems = _survey(specs, blobs, locators)
    problems += lint_agreement(found, expected=expected) + _lint_new(specs, found, new)
    _refuse(f"cannot take {new}", problems)
    written: dict[str, bytes] = {}
    failures: list[str] = []
    for path in dict.fromkeys(place.path for place in found):
        rows = [spec for spec in specs if spec.path == path]
        try:
            written[path] = rewrite(blobs[path], rows, [place for place in found if place.path == path], new, locators)
        except Unlocatable as error:
            failures.append(f"{path}: {error.failed}")
    _refuse(f"cannot take {new}", tuple(failures))
    return {path: data for path, data in written.items() if data != blobs[path]}


def _lint_new(specs: Iterable[FileSpec], found: Iterable[FoundVersion], version: str) -> tuple[str, ...]:
    """Return why some of the files that name a version cannot hold the new one."""
    holding = {place.path for place in found}
    refusals = ((spec.path, lint_version(spec.kind, version)) for spec in specs if spec.path in holding)
    return tuple(f"{path}: {refusal}" for path, refusal in refusals if refusal)


def _survey(
    specs: Iterable[FileSpec], blobs: Mapping[str, bytes], locators: Locators
) -> tuple[tuple[FoundVersion, ...], tuple[str, ...]]:
    """Return all places found and all problems met; a missing file is one unless its spec is optional."""
    found: list[FoundVersion] = []
    problems: list[str] = []
    for spec in specs:
        if spec.path not in blobs:
            problems += [] if spec.optional else [f"{spec.path}: the file is missing"]
            continue
        try:
            found += find_versions(spec, blobs[spec.path], locators)
        except Unlocatable as error:
            problems.append(f"{spec.path}: {error.failed}")
    return tuple(found), tuple(problems)


def _specs(config: Config) -> tuple[FileSpec, ...]:
    """Convert the configuration's rows, locks beside a package.json added; raise ConfigError naming all bad rows."""
    files = config.version.files
    if files is None:
        return tuple(part for spec in DEFAULT_SPECS for part in with_locks(spec))
    kinds = [row.kind or kind_of(row.path, image=row.image, pattern=row.pattern) for row in files]
    specs: list[FileSpec] = []
    problems: list[str] = []
    for index, (row, kind) in enumerate(zip(files, kinds, strict=True)):
        faults = lint_row(kind, image=row.image, pattern=row.pattern, count=row.count)
        problems += [f"version.files[{index}] ({row.path}): {fault}" for fault in faults]
        if kind is not None and not faults:
            specs += with_locks(_spec(row, kind))
    if problems:
        raise ConfigError("\n".join(problems), state=NOTHING_CHANGED, todo="Correct these rows of the configuration.")
    return tuple(dict.fromkeys(specs))


def _spec(row: VersionFile, kind: Kind) -> FileSpec:
    return FileSpec(path=row.path, kind=kind, wanted=row.image or row.pattern or "", count=row.count)


def _locators(locate: VersionLocator) -> Locators:
    return Locators(toml=locate.toml_string, yaml=locate.yaml_images)


def _refuse(what: str, problems: tuple[str, ...]) -> None:
    """Raise one PreconditionFailed for all problems, if there are any."""
    if problems:
        raise PreconditionFailed(
            "\n".join((f"The version files {what}:", *(f"  {problem}" for problem in problems))),
            state=NOTHING_CHANGED,
            todo="Put these places right, commit that, and run the same command again.",
        )
