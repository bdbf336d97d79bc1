"""The text of a change request: a team's template, our part of it, and where it is cut."""

from pathlib import Path

import pytest

from release_tools.domain.forge.description import (
    BEGIN,
    END,
    Description,
    cut_text,
    render_description,
    renew_description,
)

RELEASE = Description(
    title="Release 1.1.0",
    summary="Merges release/v1.1.0 into main with a merge commit.",
    version="1.1.0",
    changes="### Added\n\n- login\n",
    checklist=("staging is green",),
    deploy_notes=("run the migration",),
    conflicts=("a.txt",),
)
TEMPLATE = Path(__file__).parents[2] / "templates" / "PULL_REQUEST_TEMPLATE.md"


def test_everything_is_told_without_a_template() -> None:
    """Summary, conflicts, changes, checklist, deploy notes, between the marks of our part."""
    text = render_description(RELEASE)
    assert text.startswith(BEGIN) and text.endswith(f"{END}\n")
    for words in ("release/v1.1.0 into main", "- `a.txt`", "- login", "- [ ] staging is green", "- run the migration"):
        assert words in text
    assert "release-tools:" not in text


def test_a_template_with_marks_is_filled() -> None:
    """Marks stand where the team wants them; an unknown one stays, invisible."""
    text = render_description(RELEASE, "# <!-- release-tools: version -->\n<!-- release-tools: moon -->\nbye\n")
    assert text == f"{BEGIN}\n# 1.1.0\n<!-- release-tools: moon -->\nbye\n{END}\n"


def test_a_template_without_marks_comes_below() -> None:
    """Nobody has to change theirs."""
    text = render_description(RELEASE, "- [ ] tested\n")
    assert text.index("- login") < text.index(END) < text.index("- [ ] tested")


def test_our_own_template_has_all_marks() -> None:
    """What a person sees who opens a pull request by hand has no mark in it; what the flow opens has no comment."""
    text = render_description(RELEASE, TEMPLATE.read_text(encoding="utf-8"))
    for words in ("1.1.0", "- login", "- [ ] staging is green", "run the migration"):
        assert words in text


def test_what_a_person_wrote_around_our_part_stays() -> None:
    """Only our part is renewed; a text without it is somebody's own."""
    standing = f"mine\n\n{BEGIN}\nold\n{END}\n\nmine too\n"
    assert renew_description(standing, f"{BEGIN}\nnew\n{END}\n") == f"mine\n\n{BEGIN}\nnew\n{END}\n\nmine too\n"
    assert renew_description("all mine", f"{BEGIN}\nnew\n{END}\n") == "all mine"


@pytest.mark.parametrize("limit", [200, 1_000, 65_536])
def test_a_long_text_is_cut_at_an_entry_with_a_link(limit: int) -> None:
    """Never in the middle of an entry, never longer than allowed, and the rest can be found."""
    text = "## Changes\n\n" + "".join(f"- entry {number} with some words\n" for number in range(5_000))
    cut = cut_text(text, limit, "https://forge.example/rest")
    assert len(cut) <= limit
    body, _, rest = cut.partition("\n\n… cut here")
    assert "https://forge.example/rest" in rest
    assert body.rsplit("\n", 1)[1].endswith("with some words")
    assert cut_text(text, len(text), "x") == text


def test_a_cut_text_keeps_the_end_of_our_part() -> None:
    """Otherwise it could never be renewed."""
    text = render_description(Description(title="t", summary="s", changes="- entry\n" * 5_000))
    cut = cut_text(text, 1_000, "https://forge.example/rest")
    assert len(cut) <= 1_000
    assert renew_description(cut, f"{BEGIN}\nnew\n{END}\n") == f"{BEGIN}\nnew\n{END}\n"
