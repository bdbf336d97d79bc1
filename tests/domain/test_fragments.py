"""Fragments: what their names say, what stands in the section, and what is refused."""

import pytest

from release_tools.config.changelog_table import Changelog
from release_tools.domain.changelog.fragments import Fragment, is_fragment, read_fragments
from release_tools.domain.changelog.outline import Outline, group_entries
from release_tools.domain.changelog.rendering import render_outline
from release_tools.domain.history.commit import parse_commit
from release_tools.domain.weblinks import Forge
from release_tools.errors import PreconditionFailed

KINDS = Changelog().fragment_kinds
NAMES = {
    "12.feature": ("feature", "#12"),
    "12.feature.md": ("feature", "#12"),
    "12.feature.1.rst": ("feature", "#12"),
    "+.bugfix.md": ("bugfix", ""),
    "+typo.bugfix.md": ("bugfix", ""),
    "SHOP-7.removal.md": ("removal", "SHOP-7"),
    "fix-1.2.3.feature.md": ("feature", "fix-1.2.3"),
    "baz.2.Doc.txt": ("doc", "baz.2"),
}


def read(**files: str) -> tuple[Fragment, ...]:
    return read_fragments({f"changelog.d/{name}": text for name, text in files.items()}, KINDS)


@pytest.mark.parametrize(("name", "found"), NAMES.items())
def test_a_name_says_issue_and_kind(name: str, found: tuple[str, str]) -> None:
    """The names that towncrier reads; the kind is looked for from the right, for an issue may hold points."""
    fragment = read(**{name: "Words.\n"})[0]
    assert (fragment.kind, fragment.issue) == found
    assert fragment.heading == KINDS[fragment.kind]


@pytest.mark.parametrize("name", ["README.md", ".gitignore", "_draft.md", "template.md.jinja", "readme"])
def test_what_lies_beside_fragments_is_none(name: str) -> None:
    """Files that explain the directory or keep it are left alone."""
    assert not is_fragment(f"changelog.d/{name}")


def test_a_fragment_of_no_kind_or_without_words_is_refused() -> None:
    """The file is named, and the nearest kind; nothing is left out in silence."""
    with pytest.raises(PreconditionFailed) as unknown:
        read(**{"12.featur.md": "Words."})
    assert "changelog.d/12.featur.md" in unknown.value.failed and "did you mean 'feature'" in unknown.value.failed
    with pytest.raises(PreconditionFailed, match="is empty"):
        read(**{"12.feature.md": " \n"})


def test_fragments_stand_below_the_commits_of_their_heading() -> None:
    """In the order of issues; the same words for two issues are one entry; paragraphs stand below."""
    fragments = read(
        **{
            "10.feature.md": "Export.\n\nSee the\nmanual.\n",
            "9.feature.md": "Import.",
            "11.feature.md": "Import.",
            "3.breaking.md": "Ask twice.",
            "4.doc.md": "Explain.",
        }
    )
    commit = parse_commit("a" * 40, (), b"feat: search")
    groups = group_entries((commit,), sections={"feat": "Added"}, fragments=fragments)
    text = render_outline(Outline(version="1.1.0", date="2026-01-15", groups=groups))
    assert text.partition("\n\n")[2] == (
        "### Breaking\n\n- Ask twice. (#3)\n\n"
        "### Added\n\n- search (aaaaaaa)\n- Import. (#9, #11)\n- Export. (#10)\n  See the manual.\n\n"
        "### Documentation\n\n- Explain. (#4)\n"
    )
    linked = render_outline(
        Outline(version="1.1.0", groups=groups), forge=Forge(address="https://example.com/a", kind="github")
    )
    assert "- Import. ([#9](https://example.com/a/issues/9), [#11](https://example.com/a/issues/11))\n" in linked
