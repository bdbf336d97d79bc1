"""The strings of a JSON file by key path, with the bytes in which they stand.

The whole file is checked by the standard library first; nothing is written here and nothing is known about versions.
"""

import json
import re
from collections.abc import Iterator

from release_tools.domain.version_files.source import KeyPath, Scalar, Unlocatable, line_at, parse_source

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[][{}]')
Path = tuple[str | None, ...]
"""A key path; None stands for an element of an array."""

_COLON = re.compile(rb"[ \t\r\n]*:")


def json_strings(data: bytes, *wanted: KeyPath) -> dict[Path, Scalar]:
    """Locate the strings at the wanted key paths, absent ones left out; raise Unlocatable for bad JSON."""
    document = _parse_document(data)
    watched = {path[:length] for path in wanted for length in range(1, len(path) + 1)}
    found: dict[Path, Scalar] = {}
    seen: set[Path] = set()
    for path, token, is_key in _walk(data, max(map(len, wanted))):
        if path not in watched:
            continue
        if is_key and path in seen:
            raise Unlocatable(f"line {line_at(data, token.start())}: the key {_spell(path)} stands twice")
        if is_key:
            seen.add(path)
        elif path in wanted:
            found[path] = Scalar(start=token.start(), end=token.end(), text=json.loads(token[0]))
    for path in wanted:
        if path not in found and _holds(document, path):
            raise Unlocatable(f"{_spell(path)} is not a string")
    return found


def _walk(data: bytes, depth: int) -> Iterator[tuple[Path, re.Match[bytes], bool]]:
    """Yield each string down to a depth with its path and whether it is a key."""
    path: list[str | None] = []
    for token in _TOKEN.finditer(data):
        first = data[token.start()]
        if first in b"{[":
            path.append(None)
        elif first in b"}]":
            path.pop()
        elif len(path) <= depth:
            is_key = _COLON.match(data, token.end()) is not None
            if is_key:
                path[-1] = json.loads(token[0])
            yield tuple(path), token, is_key


def _parse_document(data: bytes) -> object:
    try:
        return json.loads(parse_source(data).text)
    except RecursionError as error:
        raise Unlocatable("the JSON is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise Unlocatable(f"line {error.lineno}: this is not JSON ({error.msg})") from error
    except ValueError as error:
        raise Unlocatable(f"this is not JSON ({error})") from error


def _holds(document: object, path: KeyPath) -> bool:
    for key in path:
        if not isinstance(document, dict) or key not in document:
            return False
        document = document[key]
    return True


def _spell(path: Path) -> str:
    """Spell a key path for people: `packages[""].version`."""
    return ".".join(key if key else '""' for key in path)
