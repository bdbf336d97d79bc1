"""Notes for operators: what is read from files of settings and images, and how it is told in every format."""

import json

import pytest

from release_tools.config.notes_table import Notes
from release_tools.domain.changelog.context import as_context, parse_context
from release_tools.domain.changelog.markup import MARKUPS
from release_tools.domain.changelog.operator import OperatorNotes, Turn, compare_images, compare_keys, matches
from release_tools.domain.changelog.outline import Outline
from release_tools.domain.changelog.rendering import render_notes, render_outline

COMPOSE = """services:
  db:
    image: postgres:15.4
  app:
    image: "registry.example.com:5000/shop/app:${TAG:-1.0.0}"  # ours
  one:
    image: tool@sha256:%s
""" % ("a" * 64)
ONE = Outline(
    version="1.1.0",
    groups=(),
    words="By hand.",
    operator=OperatorNotes(
        migrations=("db/migrations/2.sql",),
        keys=(Turn(name="SMTP", before="", after="a`b"), Turn(name="OLD", before='""', after="")),
        images=(Turn(name="postgres", before="15", after="16"),),
    ),
)


def test_keys_that_came_went_or_changed() -> None:
    """Comments are no keys; a default that is empty is told from a key that is not there."""
    old = {".env.example": "# A=1\nHOST=localhost\nexport PORT = 80 \nGONE=\nSAME=x\n"}
    new = {".env.example": "HOST=db\r\nPORT=80\r\nSAME=x\r\nNEW=\r\n"}
    assert compare_keys(old, new) == (
        Turn(name="GONE", before='""', after=""),
        Turn(name="HOST", before="localhost", after="db"),
        Turn(name="NEW", before="", after='""'),
    )
    assert compare_keys({}, {}) == ()


def test_images_that_came_went_or_changed() -> None:
    """Ports of a registry, variables, digests and stages of a build are read for what they are."""
    old = {"compose.yaml": COMPOSE, "Dockerfile": "FROM python:3.11 AS base\nFROM base\n"}
    new = {"compose.yaml": COMPOSE.replace("15.4", "16.1").replace("a" * 64, "b" * 64)}
    assert compare_images(old, new) == (
        Turn(name="postgres", before="15.4", after="16.1"),
        Turn(name="python", before="3.11", after=""),
        Turn(name="tool", before=f"sha256:{'a' * 12}", after=f"sha256:{'b' * 12}"),
    )


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("migrations/1.sql", "migrations"),
        ("backend/alembic/versions/ab_x.py", "migrations"),
        ("deploy/.env.example", "settings"),
        ("deploy/compose.prod.yml", "images"),
        ("backend/Dockerfile", "images"),
        ("docs/migrations.md", ""),
        ("src/env.example.py", ""),
    ],
)
def test_files_that_are_looked_at_without_a_configuration(path: str, kind: str) -> None:
    """The usual names, at any depth."""
    told = {name: matches(path, getattr(Notes(), name)) for name in ("migrations", "settings", "images")}
    assert [name for name, hit in told.items() if hit] == ([kind] if kind else [])


def test_notes_have_them_in_every_format_and_the_changelog_has_not() -> None:
    """Values are code, and none can break out of it; JSON gives everything back."""
    assert render_notes(ONE) == (
        "By hand.\n\n### For operators\n\n- migration `db/migrations/2.sql`\n- configuration `SMTP` is new: `a'b`\n"
        '- configuration `OLD` is gone: `""`\n- image `postgres` from `15` to `16`\n'
    )
    assert "image ``postgres`` from ``15``" in render_notes(ONE, markup=MARKUPS["rst"])
    assert "operators" not in render_outline(ONE)
    assert parse_context(json.loads(json.dumps(as_context((ONE,))))) == (ONE,)
