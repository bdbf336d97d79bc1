"""A finding: one thing that is wrong with the configuration, and the dotted path of the key it is about.

Findings of pydantic are turned into ours here; rules that span several keys live in `config.semantics`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

from release_tools.config.model import Config
from release_tools.config.table import Table, tables_in
from release_tools.domain.spelling import nearest

Location = tuple[str | int, ...]
UNKNOWN = "unexpected_keyword_argument"
MAY_BE_ABSENT = ("missing", UNKNOWN)
_ABSENT = object()


class Finding(NamedTuple):
    """One thing that is wrong, at a dotted path below the configuration's top."""

    path: str
    wrong: str


def parse_findings(errors: Sequence[Mapping[str, Any]], raw: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Turn pydantic's errors about `raw` into findings, one for each key."""
    wrongs: dict[Location, list[str]] = {}
    given: dict[Location, str] = {}
    for error in errors:
        place = _existing(error["loc"], raw, whole=error["type"] in MAY_BE_ABSENT)
        wrong = _render_unknown(place) if error["type"] == UNKNOWN else _render_wrong(error)
        texts = wrongs.setdefault(place, [])
        if wrong not in texts:
            texts.append(wrong)
        given[place] = _render_given(error["input"])
    return tuple(Finding(render_path(place), ", or ".join(texts) + given[place]) for place, texts in wrongs.items())


def render_path(place: Location) -> str:
    """Return a location as TOML spells it: `version.files[0].path`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{_quote(part)}" for part in place)
    return text.removeprefix(".")


def _quote(key: str) -> str:
    bare = key.replace("-", "").replace("_", "")
    return key if bare.isascii() and bare.isalnum() else '"' + key.replace('"', '\\"') + '"'


def _existing(place: Location, raw: Any, *, whole: bool) -> Location:
    """Return `place` without the names of alternatives that pydantic appends for a union."""
    kept: list[str | int] = []
    for part in place:
        inside = _get(raw, part)
        if inside is _ABSENT and not (whole and isinstance(raw, Mapping) and part == place[-1]):
            break
        raw = inside
        kept.append(part)
    return tuple(kept)


def _get(raw: Any, part: str | int) -> Any:
    if isinstance(raw, Mapping):
        return raw.get(part, _ABSENT)
    return raw[part] if isinstance(raw, list) and isinstance(part, int) else _ABSENT


def _render_wrong(error: Mapping[str, Any]) -> str:
    text = str(error["msg"]).removeprefix("Input ").replace("a valid dictionary or instance of ", "a table: ")
    return text[:1].lower() + text[1:]


def _render_given(value: object) -> str:
    return f" (it is {json.dumps(value)})" if isinstance(value, str | int | float) else ""


def _render_unknown(place: Location) -> str:
    key, known = str(place[-1]), tuple(field.name for field in fields(_table_at(place[:-1])))
    if (near := nearest(key, known)) is not None:
        return f"unknown key; did you mean '{near}'?"
    elsewhere = next((path for path in _paths(Config, "") if path.rpartition(".")[2] == key), None)
    return f"unknown key; did you mean '{elsewhere}'?" if elsewhere else f"unknown key; known: {', '.join(known)}"


def _table_at(place: Location) -> type[Table]:
    table: type[Table] = Config
    for part in place:
        kind = next((field.type for field in fields(table) if field.name == part), None)
        table = next(tables_in(kind), table)
    return table


def _paths(table: type[Table], prefix: str) -> Iterator[str]:
    for field in fields(table):
        yield f"{prefix}{field.name}"
        if isinstance(field.type, type) and issubclass(field.type, Table):
            yield from _paths(field.type, f"{prefix}{field.name}.")
