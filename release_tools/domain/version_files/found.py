"""A found version is one place of one file in which the product's version stands.

Each kind of file has one row in the table of finders; agreement between files is judged by the caller.
"""

import re
from collections.abc import Callable, Mapping

from release_tools.domain.version_files.cargo import find_cargo
from release_tools.domain.version_files.chart import find_chart
from release_tools.domain.version_files.compose_image import find_images
from release_tools.domain.version_files.env_file import find_variable
from release_tools.domain.version_files.lock_entries import find_lock_entries
from release_tools.domain.version_files.package_json import find_lock, find_package
from release_tools.domain.version_files.pattern import find_pattern
from release_tools.domain.version_files.pep440 import Spelling, parse_any
from release_tools.domain.version_files.pyproject import find_pyproject
from release_tools.domain.version_files.python_module import find_module
from release_tools.domain.version_files.source import (
    AskProvider,
    Scalar,
    TomlString,
    Unlocatable,
    YamlImages,
    YamlString,
    line_at,
    plain_start,
)
from release_tools.domain.version_files.spec import FileSpec, Kind
from release_tools.record import record

NO_LINE = 0
"""The line of a version that a provider told: it stands in no place that could be written."""


@record
class FoundVersion:
    """A place that holds the version: its file, its line from 1, the text without a leading `v`, its byte offsets."""

    path: str
    line: int
    text: str
    """The version as SemVer spells it, where SemVer has a word for it."""
    written: str
    """What stands there."""
    span: tuple[int, int]
    spelling: Spelling = "semver"
    """How this place spells versions."""

    @property
    def place(self) -> str:
        """Return the place as a terminal can jump to it."""
        return f"{self.path}:{self.line}" if self.line else self.path

    @property
    def is_only_read(self) -> bool:
        """Return whether nothing can be written there."""
        return self.line == NO_LINE


@record
class Locators:
    """What is needed to locate strings in formats that the standard library cannot locate them in."""

    toml: TomlString
    yaml: YamlImages
    yaml_string: YamlString
    provider: AskProvider


_LIKE_A_VERSION = re.compile(r"[0-9]+[0-9A-Za-z.+_!-]*")
"""Old numbers may be of any scheme (`1.0`, `1.0.0rc1`); a placeholder such as `${VERSION}` belongs to somebody else."""

Finder = Callable[[bytes, FileSpec, Locators], tuple[Scalar, ...]]
FINDERS: Mapping[Kind, Finder] = {
    "pyproject": lambda data, spec, locators: find_pyproject(data, spec, locators.toml),
    "uv-lock": lambda data, spec, locators: find_lock_entries(data, spec),
    "package-json": lambda data, spec, locators: find_package(data, spec),
    "package-lock": lambda data, spec, locators: find_lock(data),
    "cargo": lambda data, spec, locators: find_cargo(data, spec, locators.toml),
    "cargo-lock": lambda data, spec, locators: find_lock_entries(data, spec),
    "composer": lambda data, spec, locators: find_package(data, spec),
    "chart": lambda data, spec, locators: find_chart(data, spec, locators.yaml_string),
    "python": lambda data, spec, locators: find_module(data),
    "env": lambda data, spec, locators: find_variable(data, spec),
    "compose-image": lambda data, spec, locators: find_images(data, spec, locators.yaml),
    "pattern": lambda data, spec, locators: find_pattern(data, spec),
}


def find_versions(spec: FileSpec, data: bytes, locators: Locators) -> tuple[FoundVersion, ...]:
    """Find every place of the file in which the spec's version stands; raise Unlocatable for what cannot be trusted."""
    return tuple(_found(spec, data, scalar) for scalar in FINDERS[spec.kind](data, spec, locators))


def ask_version(spec: FileSpec, locators: Locators) -> FoundVersion:
    """Ask a provider of commitizen, which tells a version and no place."""
    written = locators.provider(spec.wanted, spec.path).removeprefix("v")
    if not _LIKE_A_VERSION.fullmatch(written):
        raise Unlocatable(f"commitizen's provider `{spec.wanted}` tells {written!r}, which is not a version")
    name = f"commitizen's provider `{spec.wanted}`"
    return FoundVersion(path=name, line=NO_LINE, text=_as_semver(written), written=written, span=(0, 0))


def _found(spec: FileSpec, data: bytes, scalar: Scalar) -> FoundVersion:
    start = plain_start(data, scalar)
    written = scalar.text.removeprefix("v")
    if not _LIKE_A_VERSION.fullmatch(written):
        raise Unlocatable(f"line {line_at(data, start)}: {scalar.text!r} is not a version")
    start += len(scalar.text) - len(written)
    span = (start, start + len(written.encode()))
    return FoundVersion(
        path=spec.path,
        line=line_at(data, start),
        text=_as_semver(written),
        written=written,
        span=span,
        spelling=spec.spelling,
    )


def _as_semver(written: str) -> str:
    version = parse_any(written)
    return written if version is None else str(version)
