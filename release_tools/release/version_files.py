"""The version files of a configuration: which blobs to read, which version they name, and their bytes with another one.

Bytes in, bytes out: the git objects are read and written by the caller, the formats are known to the domain.
"""

from collections.abc import Iterable, Mapping, Sequence
from posixpath import basename

from release_tools.config.model import Config, VersionFile
from release_tools.domain.version import Version, parse_version
from release_tools.domain.version_files.agreement import agreed_text, lint_agreement
from release_tools.domain.version_files.cargo import MANIFEST, inherits
from release_tools.domain.version_files.found import FoundVersion, Locators, ask_version, find_versions
from release_tools.domain.version_files.lock_packages import with_packages
from release_tools.domain.version_files.source import Unlocatable
from release_tools.domain.version_files.spec import (
    DEFAULT_SPECS,
    SPELLINGS,
    FileSpec,
    Kind,
    kind_of,
    lint_row,
    with_locks,
)
from release_tools.domain.version_files.splice import lint_version, rewrite
from release_tools.errors import ConfigError, PreconditionFailed
from release_tools.ports import VersionLocator

NOTHING_CHANGED = "Nothing was changed."
ASKED: Kind = "commitizen"
"""The kind of row that is asked for a version and has no file of its own."""
SETTINGS = ("image", "pattern", "key", "provider")


def version_paths(config: Config) -> tuple[str, ...]:
    """Return every path to read from a tree, lock files included; some of them may be missing there."""
    return tuple(dict.fromkeys(spec.path for spec in with_locks(_configured(config)) if spec.kind != ASKED))


def read_versions(config: Config, blobs: Mapping[str, bytes], locate: VersionLocator) -> tuple[FoundVersion, ...]:
    """Find every place that names the version; raise PreconditionFailed with all files that cannot be trusted."""
    found, problems = _survey(_specs(config, blobs), blobs, _locators(locate))
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
    new = parse_version(version)
    specs, locators = _specs(config, blobs), _locators(locate)
    found, problems = _survey(specs, blobs, locators)
    problems += lint_agreement(found, expected=expected) + _lint_new(specs, found, new)
    _refuse(f"cannot take {new}", problems)
    written: dict[str, bytes] = {}
    failures: list[str] = []
    for path in dict.fromkeys(place.path for place in found if not place.is_only_read):
        rows = [with_packages(spec, blobs) for spec in specs if spec.path == path]
        try:
            written[path] = rewrite(blobs[path], rows, [place for place in found if place.path == path], new, locators)
        except Unlocatable as error:
            failures.append(f"{path}: {error.failed}")
    _refuse(f"cannot take {new}", tuple(failures))
    return {path: data for path, data in written.items() if data != blobs[path]}


def _lint_new(specs: Iterable[FileSpec], found: Sequence[FoundVersion], version: Version) -> tuple[str, ...]:
    """Return why some of the places that name a version cannot hold the new one."""
    holding = {place.path for place in found}
    refusals = ((spec.path, lint_version(spec, version)) for spec in specs if spec.path in holding)
    return (
        *(f"{path}: {refusal}" for path, refusal in refusals if refusal),
        *(
            f"{place.place}: names {place.written} and is only read: take its row out of `version.files`, and name the "
            "file in which the version stands in a row of its own, by its `kind` or with a `pattern`"
            for place in found
            if place.is_only_read and place.text != str(version)
        ),
    )


def _survey(
    specs: Iterable[FileSpec], blobs: Mapping[str, bytes], locators: Locators
) -> tuple[tuple[FoundVersion, ...], tuple[str, ...]]:
    """Return all places found and all problems met; a missing file is one unless its spec is optional."""
    found: list[FoundVersion] = []
    problems: list[str] = []
    for spec in specs:
        if spec.kind != ASKED and spec.path not in blobs:
            problems += [] if spec.optional else [f"{spec.path}: the file is missing"]
            continue
        try:
            if spec.kind == ASKED:
                found.append(ask_version(spec, locators))
                continue
            found += find_versions(with_packages(spec, blobs), blobs[spec.path], locators)
        except Unlocatable as error:
            problems.append(f"{spec.path}: {error.failed}")
    return tuple(found), tuple(problems)


def _specs(config: Config, blobs: Mapping[str, bytes]) -> tuple[FileSpec, ...]:
    """Return the rows' specs, those of a workspace's members that inherit its version, and the locks beside them."""
    specs = _configured(config)
    listed = {spec.path for spec in specs}
    members = (path for path in blobs if path not in listed and basename(path) == MANIFEST and inherits(blobs[path]))
    return with_locks((*specs, *(FileSpec(path=path, kind="cargo", optional=True) for path in sorted(members))))


def _configured(config: Config) -> tuple[FileSpec, ...]:
    """Convert the configuration's rows; raise ConfigError naming all bad ones."""
    files = config.version.files
    if files is None:
        return DEFAULT_SPECS
    specs: list[FileSpec] = []
    problems: list[str] = []
    for index, row in enumerate(files):
        settings = _settings(row)
        kind = row.kind or kind_of(row.path, settings)
        faults = lint_row(kind, settings, count=row.count, spelling=row.spelling)
        problems += [f"version.files[{index}] ({row.path}): {fault}" for fault in faults]
        if kind is not None and not faults:
            specs.append(_spec(row, kind, settings))
    if problems:
        raise ConfigError("\n".join(problems), state=NOTHING_CHANGED, todo="Correct these rows of the configuration.")
    return tuple(specs)


def _settings(row: VersionFile) -> dict[str, str | None]:
    return {name: getattr(row, name) for name in SETTINGS}


def _spec(row: VersionFile, kind: Kind, settings: Mapping[str, str | None]) -> FileSpec:
    wanted = next((value for value in settings.values() if value is not None), "")
    spelling = row.spelling or SPELLINGS.get(kind, "semver")
    return FileSpec(path=row.path, kind=kind, wanted=wanted, count=row.count, spelling=spelling)


def _locators(locate: VersionLocator) -> Locators:
    return Locators(
        toml=locate.toml_string,
        yaml=locate.yaml_images,
        yaml_string=locate.yaml_string,
        provider=locate.provider_version,
    )


def _refuse(what: str, problems: tuple[str, ...]) -> None:
    """Raise one PreconditionFailed for all problems, if there are any."""
    if problems:
        raise PreconditionFailed(
            "\n".join((f"The version files {what}:", *(f"  {problem}" for problem in problems))),
            state=NOTHING_CHANGED,
            todo="Put these places right, commit that, and run the same command again.",
        )
