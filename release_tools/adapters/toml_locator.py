"""Locates strings in TOML files by letting tomlkit, which keeps every other byte, write a mark in their place.

No value is changed here: the mark only shows where a token begins and ends.
"""

import tomlkit
from tomlkit.exceptions import TOMLKitError

from release_tools.domain.version_files.source import KeyPath, Scalar, Source, Unlocatable, parse_source


def locate_toml_string(data: bytes, key: KeyPath) -> Scalar | None:
    """Locate the string at a key path, None when it is absent; raise Unlocatable when the bytes cannot be told."""
    source = parse_source(data)
    try:
        document = tomlkit.parse(source.text)
        table = _table_at(document, key[:-1])
        text = None if table is None else table.get(key[-1])
        if table is None or not isinstance(text, str):
            return None
        mark = _unused_mark(source.text)
        table[key[-1]] = mark
        marked = tomlkit.dumps(document)
    except (TOMLKitError, RecursionError) as error:
        raise Unlocatable(f"this is not TOML that can be kept byte by byte ({error})") from error
    return _difference(source, marked, f'"{mark}"', str(text))


def _table_at(document: object, path: KeyPath) -> "dict[str, object] | None":
    for key in path:
        if not isinstance(document, dict):
            return None
        document = document.get(key)
    return document if isinstance(document, dict) else None


def _unused_mark(text: str) -> str:
    mark = "version-stands-here"
    while mark in text:
        mark += "-"
    return mark


def _difference(source: Source, marked: str, token: str, text: str) -> Scalar:
    """Return what stands in the original where the marked copy has the token."""
    before, _, after = marked.partition(token)
    end = len(source.text) - len(after)
    if len(before) >= end or source.text[: len(before)] != before or source.text[end:] != after:
        raise Unlocatable("the TOML around the version cannot be kept byte by byte; write the version on its own line")
    return Scalar(start=source.byte_at(len(before)), end=source.byte_at(end), text=text)
