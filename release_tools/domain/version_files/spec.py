"""A spec says in which file the version stands and in what manner.

It is a row with its own rules; reading it from the configuration and finding the version by it happen elsewhere.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from posixpath import basename, dirname, join
from typing import Literal

from release_tools.domain.version_files.pep440 import Spelling
from release_tools.record import record

Kind = Literal[
    "pyproject",
    "uv-lock",
    "package-json",
    "package-lock",
    "cargo",
    "cargo-lock",
    "composer",
    "chart",
    "python",
    "env",
    "compose-image",
    "pattern",
    "commitizen",
]
HOLE = "{version}"
CHART_KEYS = ("version", "appVersion")
KIND_OF_NAME: Mapping[str, Kind] = {
    "pyproject.toml": "pyproject",
    "package.json": "package-json",
    "Cargo.toml": "cargo",
    "composer.json": "composer",
    "Chart.yaml": "chart",
}
KIND_OF_SETTING: Mapping[str, Kind] = {"pattern": "pattern", "image": "compose-image", "provider": "commitizen"}
SETTINGS: Mapping[Kind, str] = {
    "compose-image": "image",
    "pattern": "pattern",
    "env": "key",
    "chart": "key",
    "commitizen": "provider",
}
"""The setting that a kind takes; only a chart can do without."""
COUNTED = frozenset({"compose-image", "pattern"})
SPELLINGS: Mapping[Kind, Spelling] = {"pyproject": "pep440", "uv-lock": "pep440", "python": "pep440"}
"""How a kind spells versions when its row does not say it; the others: as SemVer does."""
SEMVER_ONLY = frozenset({"package-json", "cargo", "composer", "chart"})
LOCKS: Mapping[Kind, tuple[Kind, tuple[str, ...]]] = {
    "package-json": ("package-lock", ("package-lock.json", "npm-shrinkwrap.json")),
    "pyproject": ("uv-lock", ("uv.lock",)),
    "cargo": ("cargo-lock", ("Cargo.lock",)),
}
SHARED = frozenset({"uv-lock", "cargo-lock"})
"""Locks of a whole workspace, which may stand above the manifests of its members."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


@record
class FileSpec:
    """A file that names the version; an optional one may be missing, or hold none."""

    path: str
    kind: Kind
    wanted: str = ""
    """What the row says besides: the image, the pattern, the key or the provider."""
    count: int = 1
    optional: bool = False
    spelling: Spelling = "semver"
    manifests: tuple[str, ...] = ()
    """The manifests whose packages stand in this lock."""
    packages: tuple[str, ...] = ()
    """The names that those packages have in the lock; known when the manifests are read."""


DEFAULT_SPECS = tuple(
    FileSpec(path=name, kind=kind, optional=True, spelling=SPELLINGS.get(kind, "semver"))
    for name, kind in KIND_OF_NAME.items()
)
"""The files that are looked at when the configuration names none."""


def kind_of(path: str, settings: Mapping[str, str | None]) -> Kind | None:
    """Tell the kind of a row that does not say it: by its settings, or by the name of its file."""
    for setting, kind in KIND_OF_SETTING.items():
        if settings.get(setting) is not None:
            return kind
    named = KIND_OF_NAME.get(basename(path)) or ("python" if path.endswith(".py") else None)
    return named or ("env" if settings.get("key") is not None else None)


def lint_row(
    kind: Kind | None, settings: Mapping[str, str | None], *, count: int, spelling: Spelling | None
) -> tuple[str, ...]:
    """Return what is wrong with a row: a setting missing, wrong, or one that its kind would ignore."""
    if kind is None:
        return ("the kind is not known from the file's name: add `kind`, `image`, `pattern`, `key` or `provider`",)
    needed = SETTINGS.get(kind)
    problems = [f"kind `{kind}` takes no `{key}`" for key, value in settings.items() if value and key != needed]
    wanted = settings.get(needed) if needed else None
    if needed and not wanted and kind != "chart":
        problems.append(f"kind `{kind}` needs `{needed}`")
    if kind == "pattern" and wanted and wanted.count(HOLE) != 1:
        problems.append(f"`pattern` needs `{HOLE}` exactly once")
    if kind == "env" and wanted and not _VARIABLE.fullmatch(wanted):
        problems.append(f"`key` is not the name of a variable: {wanted!r}")
    if kind == "chart" and wanted and wanted not in CHART_KEYS:
        problems.append(f"`key` of a chart is `{'` or `'.join(CHART_KEYS)}`; left out: both while they are equal")
    if count != 1 and kind not in COUNTED:
        problems.append(f"kind `{kind}` takes no `count`")
    if kind in SEMVER_ONLY and spelling == "pep440":
        problems.append(f"kind `{kind}` knows no other spelling than `semver`")
    if kind == "commitizen" and spelling:
        problems.append("kind `commitizen` takes no `spelling`: it is only read")
    return tuple(problems)


def with_locks(specs: Iterable[FileSpec]) -> tuple[FileSpec, ...]:
    """Return the specs and the locks that may stand beside their files; those of a workspace also above them."""
    files = tuple(dict.fromkeys(specs))
    owners: dict[tuple[Kind, str], tuple[str, ...]] = {}
    for spec in files:
        for lock in _locks(spec):
            owners[lock] = (*owners.get(lock, ()), spec.path)
    locks = (
        FileSpec(path=path, kind=kind, optional=True, spelling=SPELLINGS.get(kind, "semver"), manifests=manifests)
        for (kind, path), manifests in owners.items()
    )
    return (*files, *locks)


def _locks(spec: FileSpec) -> Iterator[tuple[Kind, str]]:
    if spec.kind not in LOCKS:
        return
    kind, names = LOCKS[spec.kind]
    folder = dirname(spec.path)
    above = tuple(str(path) for path in PurePosixPath(folder).parents) if kind in SHARED and folder else ()
    for place in (folder, *above):
        yield from ((kind, join("" if place == "." else place, name)) for name in names)
