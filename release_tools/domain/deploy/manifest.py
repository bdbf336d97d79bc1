"""The manifest as bytes: canonical JSON, so that one manifest has one SHA-256, and no other spelling is accepted.

What a manifest means is said in `backup`; nothing is read or written here.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, get_args

from release_tools.domain.deploy.backup import Artefact, ArtefactKind, Coding, Manifest, Purpose
from release_tools.domain.deploy.database import Contents, SequenceValue, TableCount

FORMAT = 1


def render_manifest(manifest: Manifest) -> bytes:
    """Return the one spelling of a manifest."""
    value = {field.name: getattr(manifest, field.name) for field in fields(manifest)}
    value["artefacts"] = [one._asdict() for one in manifest.artefacts]
    value["contents"] = {name: asdict(one) for name, one in manifest.contents.items()}
    return json.dumps(value | {"format": FORMAT}, sort_keys=True, indent=1).encode() + b"\n"


def parse_manifest(data: bytes) -> Manifest:
    """Return the manifest that the bytes spell; `ValueError` says why they are none."""
    try:
        value = json.loads(data)
        if value["format"] != FORMAT:
            raise ValueError(f"it has the format {value['format']!r}, this release-tools knows {FORMAT}")
        manifest = _manifest(value)
    except (KeyError, TypeError, AttributeError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"it is no manifest: {type(error).__name__}") from error
    if render_manifest(manifest) != data:
        raise ValueError("it is not in the canonical form")
    return manifest


def _manifest(value: Mapping[str, Any]) -> Manifest:
    return Manifest(
        backup=_text(value["backup"]),
        environment=_text(value["environment"]),
        version=_text(value["version"]),
        purpose=_one_of(Purpose, value["purpose"]),
        taken_at=_text(value["taken_at"]),
        artefacts=tuple(_artefact(row) for row in value["artefacts"]),
        contents={name: _contents(one) for name, one in value["contents"].items()},
        unproven=tuple(map(_text, value["unproven"])),
        recipients=tuple(map(_text, value["recipients"])),
    )


def _contents(value: Mapping[str, Any]) -> Contents:
    return Contents(
        schema=_text(value["schema"]),
        tables=tuple(TableCount(_text(name), _number(rows), _text(content)) for name, rows, content in value["tables"]),
        sequences=tuple(
            SequenceValue(_text(name), None if last is None else _number(last)) for name, last in value["sequences"]
        ),
        roles=tuple(map(_text, value["roles"])),
        invalid_indexes=tuple(map(_text, value["invalid_indexes"])),
    )


def _artefact(value: Mapping[str, Any]) -> Artefact:
    return Artefact(
        path=_text(value["path"]),
        kind=_one_of(ArtefactKind, value["kind"]),
        subject=_text(value["subject"]),
        size=_number(value["size"]),
        sha256=_text(value["sha256"]),
        members=_number(value["members"]),
        listing=_text(value["listing"]),
        coding=tuple(_one_of(Coding, one) for one in value["coding"]),
    )


def _one_of(choice: Any, value: object) -> Any:
    if value not in get_args(choice):
        raise TypeError(value)
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
