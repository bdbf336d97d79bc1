"""pyproject.toml names the version where PEP 621, Poetry and Commitizen each keep it.

Places of other tools (a Python module, a tag) are not guessed: such a file is named with a pattern of its own.
"""

import tomllib

from release_tools.domain.version_files.source import KeyPath, Scalar, TomlString, Unlocatable, parse_source
from release_tools.domain.version_files.spec import FileSpec

PLACES: tuple[KeyPath, ...] = (
    ("project", "version"),
    ("tool", "poetry", "version"),
    ("tool", "commitizen", "version"),
)


def find_pyproject(data: bytes, spec: FileSpec, toml: TomlString) -> tuple[Scalar, ...]:
    """Locate the version in every place that holds it; an explicitly named file must hold it somewhere."""
    document = _parse_document(data)
    held = [place for place in PLACES if _value_at(document, place) is not None]
    for place in held:
        if not isinstance(_value_at(document, place), str):
            raise Unlocatable(f"`{'.'.join(place)}` is not a string")
    if not held and not spec.optional:
        raise Unlocatable(_absence(document))
    return tuple(_located(place, toml(data, place)) for place in held)


def _located(place: KeyPath, scalar: Scalar | None) -> Scalar:
    if scalar is None:
        raise Unlocatable(
            f"`{'.'.join(place)}` is there, but its bytes cannot be located; write it on a line of its own"
        )
    return scalar


def _absence(document: object) -> str:
    dynamic = _value_at(document, ("project", "dynamic"))
    if not isinstance(dynamic, list) or "version" not in dynamic:
        return "neither `project.version` nor `tool.poetry.version` is set"
    holder = _value_at(document, ("tool", "hatch", "version", "path"))
    hint = f" ({holder})" if isinstance(holder, str) else ""
    return (
        f"`project.dynamic` says that the version stands elsewhere: name the file that holds it{hint} with a `pattern`"
    )


def _parse_document(data: bytes) -> object:
    try:
        return tomllib.loads(parse_source(data).text)
    except RecursionError as error:
        raise Unlocatable("the TOML is nested too deeply") from error
    except ValueError as error:
        raise Unlocatable(f"this is not TOML ({error})") from error


def _value_at(document: object, path: KeyPath) -> object:
    for key in path:
        if not isinstance(document, dict):
            return None
        document = document.get(key)
    return document
