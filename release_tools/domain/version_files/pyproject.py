"""pyproject.toml names the version where PEP 621, Poetry and Commitizen each keep it.

Places of other tools (a Python module, a tag) are not guessed: such a file is named with a row of its own.
"""

import re

from release_tools.domain.version_files.source import KeyPath, Scalar, TomlString, Unlocatable
from release_tools.domain.version_files.spec import FileSpec
from release_tools.domain.version_files.toml_document import locate_strings, parse_toml, text_at, value_at

PLACES: tuple[KeyPath, ...] = (
    ("project", "version"),
    ("tool", "poetry", "version"),
    ("tool", "commitizen", "version"),
)


def find_pyproject(data: bytes, spec: FileSpec, toml: TomlString) -> tuple[Scalar, ...]:
    """Locate the version in every place that holds it; an explicitly named file must hold it somewhere."""
    document = parse_toml(data)
    found = locate_strings(data, document, PLACES, toml)
    if not found and not spec.optional:
        raise Unlocatable(_absence(document))
    return found


def uv_package(data: bytes) -> str:
    """Return the name that a project has in uv.lock; empty when its version does not stand in pyproject.toml."""
    document = parse_toml(data)
    name = text_at(document, ("project", "name")) if text_at(document, ("project", "version")) else ""
    return re.sub(r"[-_.]+", "-", name).lower()


def _absence(document: object) -> str:
    dynamic = value_at(document, ("project", "dynamic"))
    if not isinstance(dynamic, list) or "version" not in dynamic:
        return "neither `project.version` nor `tool.poetry.version` is set"
    holder = text_at(document, ("tool", "hatch", "version", "path"))
    hint = f" ({holder})" if holder else ""
    return (
        f"`project.dynamic` says that the version stands elsewhere: name the file that holds it{hint} "
        "with the kind `python`, or with a `pattern`"
    )
