"""package.json names the version at its top, its lock files at the top and for the root package.

Other packages of a workspace and the dependencies have versions of their own, which are not touched.
"""

from release_tools.domain.version_files.json_strings import json_strings
from release_tools.domain.version_files.source import Scalar, Unlocatable
from release_tools.domain.version_files.spec import FileSpec

_TOP = ("version",)
_ROOT_PACKAGE = ("packages", "", "version")


def find_package(data: bytes, spec: FileSpec) -> tuple[Scalar, ...]:
    """Locate `version` of a package.json; an explicitly named file must hold it."""
    found = tuple(json_strings(data, _TOP).values())
    if not found and not spec.optional:
        raise Unlocatable("no `version` stands at the top; add it or take the file out of `version.files`")
    return found


def find_lock(data: bytes) -> tuple[Scalar, ...]:
    """Locate `version` and `packages[""].version` of a lock file (npm lockfile versions 1 to 3)."""
    return tuple(json_strings(data, _TOP, _ROOT_PACKAGE).values())
