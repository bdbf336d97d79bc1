"""A found version is one place of one file in which the product's version stands.

Each kind of file has one row in the table of finders; agreement between files is judged by the caller.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from release_tools.domain.version_files.compose_image import find_images
from release_tools.domain.version_files.package_json import find_lock, find_package
from release_tools.domain.version_files.pattern import find_pattern
from release_tools.domain.version_files.pyproject import find_pyproject
from release_tools.domain.version_files.source import Scalar, TomlString, Unlocatable, YamlImages, line_at, plain_start
from release_tools.domain.version_files.spec import FileSpec, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundVersion:
    """A place that holds the version: its file, its line from 1, the text without a leading `v`, its byte offsets."""

    path: str
    line: int
    text: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Locators:
    """What is needed to locate strings in formats that the standard library cannot locate them in."""

    toml: TomlString
    yaml: YamlImages


_LIKE_A_VERSION = re.compile(r"[0-9]+[0-9A-Za-z.+_!-]*")
"""Old numbers may be of any scheme (`1.0`, `1.0.0rc1`); a placeholder such as `${VERSION}` belongs to somebody else."""

Finder = Callable[[bytes, FileSpec, Locators], tuple[Scalar, ...]]
FINDERS: Mapping[Kind, Finder] = {
    "pyproject": lambda data, spec, locators: find_pyproject(data, spec, locators.toml),
    "package-json": lambda data, spec, locators: find_package(data, spec),
    "package-lock": lambda data, spec, locators: find_lock(data),
    "compose-image": lambda data, spec, locators: find_images(data, spec, locators.yaml),
    "pattern": lambda data, spec, locators: find_pattern(data, spec),
}


def find_versions(spec: FileSpec, data: bytes, locators: Locators) -> tuple[FoundVersion, ...]:
    """Find every place of the file in which the spec's version stands; raise Unlocatable for what cannot be trusted."""
    return tuple(_found(spec.path, data, scalar) for scalar in FINDERS[spec.kind](data, spec, locators))


def _found(path: str, data: bytes, scalar: Scalar) -> FoundVersion:
    start = plain_start(data, scalar)
    text = scalar.text.removeprefix("v")
    if not _LIKE_A_VERSION.fullmatch(text):
        raise Unlocatable(f"line {line_at(data, start)}: {scalar.text!r} is not a version")
    start += len(scalar.text) - len(text)
    span = (start, start + len(text.encode()))
    return FoundVersion(path=path, line=line_at(data, start), text=text, span=span)
