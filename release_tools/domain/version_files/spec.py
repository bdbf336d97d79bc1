"""A spec says in which file the version stands and in what manner.

It is a row with its own rules; reading it from the configuration and finding the version by it happen elsewhere.
"""

from dataclasses import dataclass
from posixpath import basename, dirname, join
from typing import Literal

Kind = Literal["pyproject", "package-json", "package-lock", "compose-image", "pattern"]
HOLE = "{version}"
LOCK_NAMES = ("package-lock.json", "npm-shrinkwrap.json")
KIND_OF_NAME: dict[str, Kind] = {"pyproject.toml": "pyproject", "package.json": "package-json"}
COUNTED = frozenset({"compose-image", "pattern"})
NEEDS: dict[Kind, str] = {"compose-image": "image", "pattern": "pattern"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSpec:
    """A file that names the version; an optional one may be missing, or hold none."""

    path: str
    kind: Kind
    wanted: str = ""
    """The image of `compose-image`, the pattern of `pattern`."""
    count: int = 1
    optional: bool = False


DEFAULT_SPECS = tuple(FileSpec(path=name, kind=kind, optional=True) for name, kind in KIND_OF_NAME.items())
"""The files that are looked at when the configuration names none."""


def kind_of(path: str, *, image: str | None, pattern: str | None) -> Kind | None:
    """Tell the kind of a row that does not say it: by its pattern, its image or the name of its file."""
    if pattern is not None:
        return "pattern"
    return KIND_OF_NAME.get(basename(path)) if image is None else "compose-image"


def lint_row(kind: Kind | None, *, image: str | None, pattern: str | None, count: int) -> tuple[str, ...]:
    """Return what is wrong with a row: a setting missing, or one that its kind would ignore."""
    if kind is None:
        return ("the kind is not known from the file's name: add `kind`, `image` or `pattern`",)
    given = {"image": image, "pattern": pattern}
    needed = NEEDS.get(kind)
    problems = [f"kind `{kind}` takes no `{key}`" for key, value in given.items() if value and key != needed]
    if needed and not given[needed]:
        problems.append(f"kind `{kind}` needs `{needed}`")
    if kind == "pattern" and pattern and pattern.count(HOLE) != 1:
        problems.append(f"`pattern` needs `{HOLE}` exactly once")
    if count != 1 and kind not in COUNTED:
        problems.append(f"kind `{kind}` takes no `count`")
    return tuple(problems)


def with_locks(spec: FileSpec) -> tuple[FileSpec, ...]:
    """Return the spec and, for package.json, its lock files beside it, each of which may be missing."""
    if spec.kind != "package-json":
        return (spec,)
    folder = dirname(spec.path)
    locks = (FileSpec(path=join(folder, name), kind="package-lock", optional=True) for name in LOCK_NAMES)
    return (spec, *locks)
