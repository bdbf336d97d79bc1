"""A TOML document as values, to see what a manifest says before its bytes are located.

Bytes are located by the caller's port; nothing is known about versions here.
"""

import tomllib
from collections.abc import Sequence

from release_tools.domain.version_files.source import KeyPath, Scalar, TomlString, Unlocatable, parse_source


def parse_toml(data: bytes) -> dict[str, object]:
    """Parse a TOML file; raise Unlocatable when it is none."""
    try:
        return tomllib.loads(parse_source(data).text)
    except RecursionError as error:
        raise Unlocatable("the TOML is nested too deeply") from error
    except ValueError as error:
        raise Unlocatable(f"this is not TOML ({error})") from error


def value_at(document: object, path: KeyPath) -> object:
    """Return what stands at a key path, None when there is nothing."""
    for key in path:
        if not isinstance(document, dict):
            return None
        document = document.get(key)
    return document


def text_at(document: object, path: KeyPath) -> str:
    """Return the string at a key path, empty when there is none."""
    value = value_at(document, path)
    return value if isinstance(value, str) else ""


def locate_strings(data: bytes, document: object, places: Sequence[KeyPath], toml: TomlString) -> tuple[Scalar, ...]:
    """Locate the strings of a parsed file at those of the places that hold anything; anything else is refused."""
    held = [place for place in places if value_at(document, place) is not None]
    for place in held:
        if not isinstance(value_at(document, place), str):
            raise Unlocatable(f"`{'.'.join(place)}` is not a string")
    return tuple(_located(place, toml(data, place)) for place in held)


def _located(place: KeyPath, scalar: Scalar | None) -> Scalar:
    if scalar is None:
        raise Unlocatable(
            f"`{'.'.join(place)}` is there, but its bytes cannot be located; write it on a line of its own"
        )
    return scalar
