"""The manifest as bytes: one spelling, and nothing else is accepted."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.domain.deploy.backup import Artefact, Manifest
from release_tools.domain.deploy.database import Contents, SequenceValue, TableCount
from release_tools.domain.deploy.manifest import parse_manifest, render_manifest

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
NUMBERS = st.integers(0, 2**60)
ARTEFACTS = st.builds(
    Artefact,
    path=TEXTS,
    kind=st.sampled_from(("database", "globals", "directory", "configuration")),
    subject=TEXTS,
    size=NUMBERS,
    sha256=TEXTS,
    members=NUMBERS,
    listing=TEXTS,
    coding=st.lists(st.sampled_from(("zstd", "gzip", "age")), max_size=2).map(tuple),
)
CONTENTS = st.builds(
    Contents,
    schema=TEXTS,
    tables=st.lists(st.builds(TableCount, TEXTS, NUMBERS, TEXTS), max_size=3).map(tuple),
    sequences=st.lists(st.builds(SequenceValue, TEXTS, st.none() | NUMBERS), max_size=3).map(tuple),
    roles=st.lists(TEXTS, max_size=2).map(tuple),
    invalid_indexes=st.lists(TEXTS, max_size=2).map(tuple),
)
MANIFESTS = st.builds(
    Manifest,
    backup=TEXTS,
    environment=TEXTS,
    version=TEXTS,
    purpose=st.sampled_from(("live", "fallback", "manual", "imported", "salvage")),
    taken_at=TEXTS,
    artefacts=st.lists(ARTEFACTS, max_size=3).map(tuple),
    contents=st.dictionaries(TEXTS, CONTENTS, max_size=2),
    unproven=st.lists(TEXTS, max_size=2).map(tuple),
    recipients=st.lists(TEXTS, max_size=2).map(tuple),
)


@given(MANIFESTS)
def test_a_manifest_survives_being_written(manifest: Manifest) -> None:
    """Reading what was written gives the same value."""
    assert parse_manifest(render_manifest(manifest)) == manifest


def sample() -> dict[str, Any]:
    """Return a manifest as JSON data."""
    manifest = Manifest(
        backup="b1",
        environment="production",
        version="1.0.0",
        purpose="live",
        taken_at="2026-03-01T12:00:00Z",
        artefacts=(Artefact("directories/f.tar.zst", "directory", "f", 1, "ab" * 32, 2, "cd" * 32, ("zstd",)),),
        contents={"main": Contents(schema="x", tables=(TableCount("t", 1),))},
    )
    value: dict[str, Any] = json.loads(render_manifest(manifest))
    return value


def spelled(value: object) -> bytes:
    """Return JSON as the manifest spells it."""
    return json.dumps(value, sort_keys=True, indent=1).encode() + b"\n"


@pytest.mark.parametrize("key", sorted(sample()))
@pytest.mark.parametrize("other", [None, 7, [7], {"a": 7}, True], ids=repr)
def test_a_part_of_another_kind_is_refused(key: str, other: object) -> None:
    """Whatever stands there instead, it is no manifest."""
    with pytest.raises(ValueError):
        parse_manifest(spelled(sample() | {key: other}))


@pytest.mark.parametrize("key", sorted(sample()["artefacts"][0]))
def test_an_artefact_with_an_odd_part_is_refused(key: str) -> None:
    """Sizes are numbers, hashes are texts, kinds are known ones."""
    value = sample()
    value["artefacts"][0][key] = {"odd": True}
    with pytest.raises(ValueError):
        parse_manifest(spelled(value))
    del value["artefacts"][0][key]
    with pytest.raises(ValueError):
        parse_manifest(spelled(value))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        spelled(sample() | {"more": 1}),
        spelled(sample() | {"format": 2}),
        spelled(sample() | {"purpose": "other"}),
        spelled(sample()) + b"\n",
        spelled(sample()).replace(b" ", b"  ", 1),
        json.dumps(sample()).encode(),
    ],
    ids=str,
)
def test_other_spellings_are_refused(data: bytes) -> None:
    """Only the canonical form is a manifest."""
    with pytest.raises(ValueError):
        parse_manifest(data)
