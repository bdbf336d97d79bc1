"""The context is what templates see of a changelog: plain lists and words, as JSON writes them and reads them back.

Nothing is rendered here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from release_tools.domain.changelog.operator import OperatorNotes, Turn
from release_tools.domain.changelog.outline import Contributor, Group, Item, Outline
from release_tools.domain.changelog.rendering import render_item
from release_tools.domain.weblinks import Forge
from release_tools.errors import UsageError

FORMAT = 1


def as_context(outlines: Sequence[Outline], forge: Forge | None = None) -> dict[str, Any]:
    """Return the context of a changelog; `text` of an item is its Markdown, `link` and `compare` are empty without."""
    return {"format": FORMAT, "versions": [_version(outline, forge) for outline in outlines]}


def _version(outline: Outline, forge: Forge | None) -> dict[str, Any]:
    compared = forge and outline.previous and forge.compare(outline.previous, outline.tag)
    return {
        "version": outline.version,
        "date": outline.date,
        "tag": outline.tag,
        "previous": outline.previous,
        "compare": compared or "",
        "groups": [
            {"heading": group.heading, "items": [_item(item, forge) for item in group.items]}
            for group in outline.groups
        ],
        "contributors": [{"name": one.name, "new": one.is_new} for one in outline.contributors],
        "words": outline.words,
        "operator": _operator(outline.operator),
    }


def _operator(notes: OperatorNotes) -> dict[str, Any]:
    """Return the notes for operators with lists in place of tuples, as JSON reads them back."""
    return {
        "migrations": list(notes.migrations),
        **{name: [asdict(turn) for turn in getattr(notes, name)] for name in ("keys", "images")},
    }


def _item(item: Item, forge: Forge | None) -> dict[str, Any]:
    return {
        "sha": item.sha,
        "short": item.short,
        "type": item.type,
        "scope": item.scope,
        "description": item.description,
        "breaking": item.breaking,
        "closes": list(item.closes),
        "notices": list(item.notices),
        "link": forge.commit(item.sha) if forge and item.sha else "",
        "text": render_item(item, forge=forge),
    }


def parse_context(data: object) -> tuple[Outline, ...]:
    """Parse a context that `as_context` made, perhaps changed since; a UsageError says where it does not fit."""
    versions = _list(_field(data, "versions", "the context"), "versions")
    if _field(data, "format", "the context") != FORMAT:
        raise _unfit(f"format is not {FORMAT}")
    return tuple(_outline(version, f"versions[{place}]") for place, version in enumerate(versions))


def _outline(data: object, path: str) -> Outline:
    words = {key: _word(data, key, path) for key in ("version", "date", "tag", "previous", "words")}
    groups = _list(_field(data, "groups", path), f"{path}.groups")
    return Outline(
        groups=tuple(_group(group, f"{path}.groups[{n}]") for n, group in enumerate(groups)),
        contributors=tuple(
            Contributor(
                name=_word(one, "name", f"{path}.contributors[{n}]"),
                is_new=_field(one, "new", f"{path}.contributors[{n}]") is True,
            )
            for n, one in enumerate(_list(_field(data, "contributors", path), f"{path}.contributors"))
        ),
        operator=_parsed_operator(_field(data, "operator", path), f"{path}.operator"),
        **words,
    )


def _parsed_operator(data: object, path: str) -> OperatorNotes:
    keys, images = (
        tuple(
            Turn(**{key: _word(turn, key, f"{path}.{name}[{n}]") for key in ("name", "before", "after")})
            for n, turn in enumerate(_list(_field(data, name, path), f"{path}.{name}"))
        )
        for name in ("keys", "images")
    )
    return OperatorNotes(migrations=_words(data, "migrations", path), keys=keys, images=images)


def _group(data: object, path: str) -> Group:
    items = _list(_field(data, "items", path), f"{path}.items")
    return Group(
        heading=_word(data, "heading", path),
        items=tuple(_parsed(item, f"{path}.items[{n}]") for n, item in enumerate(items)),
    )


def _parsed(data: object, path: str) -> Item:
    words = {key: _word(data, key, path) for key in ("sha", "type", "scope", "description")}
    breaking = None if _field(data, "breaking", path) is None else _word(data, "breaking", path)
    return Item(breaking=breaking, closes=_words(data, "closes", path), notices=_words(data, "notices", path), **words)


def _field(data: object, key: str, path: str) -> object:
    if not isinstance(data, Mapping):
        raise _unfit(f"{path} is not an object")
    if key not in data:
        raise _unfit(f"{path} has no {key!r}")
    return data[key]


def _list(value: object, path: str) -> Sequence[object]:
    if not isinstance(value, list):
        raise _unfit(f"{path} is not a list")
    return value


def _word(data: object, key: str, path: str) -> str:
    value = _field(data, key, path)
    if not isinstance(value, str):
        raise _unfit(f"{path}.{key} is not a string")
    return value


def _words(data: object, key: str, path: str) -> tuple[str, ...]:
    values = _list(_field(data, key, path), f"{path}.{key}")
    if not all(isinstance(value, str) for value in values):
        raise _unfit(f"{path}.{key} holds something else than strings")
    return tuple(map(str, values))


def _unfit(what: str) -> UsageError:
    return UsageError(
        f"This is no changelog context: {what}.",
        state="Nothing was written.",
        todo="Pass what `release-tools changelog --context` prints.",
    )
