"""A finding: one thing that is wrong with the configuration, and the dotted path of the key it is about.

Findings of pydantic are turned into ours here; rules that span several keys live in `config.semantics`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple

from release_tools.config.table import Table, tables_in
from release_tools.domain.spelling import nearest
from release_tools.errors import ConfigError

if TYPE_CHECKING:
    from release_tools.config.source import Source

Location = tuple[str | int, ...]
UNKNOWN = "unexpected_keyword_argument"
MAY_BE_ABSENT = ("missing", UNKNOWN)
_ABSENT = object()


class Finding(NamedTuple):
    """One thing that is wrong, at a dotted path below the configuration's top."""

    path: str
    wrong: str


def parse_findings(
    errors: Sequence[Mapping[str, Any]], raw: Mapping[str, Any], model: type[Table]
) -> tuple[Finding, ...]:
    """Turn pydantic's errors about `raw`, which should make a `model`, into findings, one for each key."""
    wrongs: dict[Location, list[str]] = {}
    given: dict[Location, str] = {}
    for error in errors:
        place = _existing(error["loc"], raw, whole=error["type"] in MAY_BE_ABSENT)
        wrong = _render_unknown(place, model) if error["type"] == UNKNOWN else _render_wrong(error)
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


def _render_unknown(place: Location, model: type[Table]) -> str:
    key, known = str(place[-1]), tuple(field.name for field in fields(_table_at(place[:-1], model)))
    if (near := nearest(key, known)) is not None:
        return f"unknown key; did you mean '{near}'?"
    elsewhere = next((path for path in _paths(model, "") if path.rpartition(".")[2] == key), None)
    return f"unknown key; did you mean '{elsewhere}'?" if elsewhere else f"unknown key; known: {', '.join(known)}"


def _table_at(place: Location, model: type[Table]) -> type[Table]:
    table = model
    for part in place:
        kind = next((field.type for field in fields(table) if field.name == part), None)
        table = next(tables_in(kind), table)
    return table


def _paths(table: type[Table], prefix: str) -> Iterator[str]:
    for field in fields(table):
        yield f"{prefix}{field.name}"
        if isinstance(field.type, type) and issubclass(field.type, Table):
            yield from _paths(field.type, f"{prefix}{field.name}.")


def refuse(source: "Source", findings: tuple[Finding, ...]) -> ConfigError:
    """Return the error that lists everything that is wrong with a configuration."""
    lines = (f"  {source.spell(finding.path)}: {finding.wrong}" for finding in dict.fromkeys(findings))
    count = "1 fault" if len(set(findings)) == 1 else f"{len(set(findings))} faults"
    return ConfigError(
        "\n".join((f"The configuration in {source.path} has {count}:", *lines)),
        state="Nothing was changed.",
        todo=f"Mend {source.path.name} and repeat the command.",
    )
