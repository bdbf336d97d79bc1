"""The published JSON Schema of the configuration, and its reference page."""

from pathlib import Path

from release_tools.config.reference import render_reference
from release_tools.config.schema import render_schema

PUBLISHED = Path(__file__).parents[2] / "release-tools.schema.json"


def test_the_published_schema_is_current() -> None:
    """Editors complete the keys that the model has; `make schema` writes the file anew."""
    assert PUBLISHED.read_text(encoding="utf-8") == render_schema(), "type: make schema"


def test_the_reference_page_is_current() -> None:
    """The page names the keys, defaults and meanings that the model has; `make reference` writes it anew."""
    page = Path(__file__).parents[2] / "docs" / "configuration.md"
    assert page.read_text(encoding="utf-8") == render_reference(), "type: make reference"
