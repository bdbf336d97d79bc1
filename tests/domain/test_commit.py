"""Commits: what a record says, and what is left out with a warning."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.domain.grammar import scan_header
from release_tools.domain.history.commit import NO_BLANK_LINE, NO_FOOTER, Commit, Footer, parse_commit, strip_quotes

CORPUS = Path(__file__).parents[1] / "hooks" / "commit-cases.jsonl"


def parse(message: str) -> Commit:
    return parse_commit("a" * 40, (), message.encode())


def test_full_header_gives_type_scope_description_and_mark() -> None:
    """Every part of the header is read; the type is matched without case."""
    commit = parse("Feat(api)!: drop the old reader\n")
    assert (commit.type, commit.scope, commit.description) == ("feat", "api", "drop the old reader")
    assert commit.breaking == "drop the old reader"


@given(st.text("fe(): !x\u00e9\t", max_size=14))
def test_header_is_read_as_the_grammar_says(line: str) -> None:
    """The short way over remembered prefixes gives what a scan of the whole line gives."""
    raw = line.encode().rstrip()
    fault, _, type_end, scope_start, scope_end, breaking, start = scan_header(raw)
    commit = parse_commit("a", (), raw)
    if fault:
        assert not commit.type
        return
    parts = (raw[:type_end].decode().lower(), raw[scope_start:scope_end].decode().strip(), raw[start:].decode().strip())
    assert (commit.type, commit.scope, commit.description) == parts
    assert (commit.breaking is not None) == bool(breaking)


def test_colon_in_the_scope_does_not_end_it() -> None:
    """The first colon and blank need not be the separator."""
    commit = parse("fix(std: vec)!: keep it")
    assert (commit.type, commit.scope, commit.description) == ("fix", "std: vec", "keep it")


@pytest.mark.parametrize("token", ["BREAKING CHANGE", "BREAKING-CHANGE"])
def test_breaking_footer_says_what_breaks(token: str) -> None:
    """The footer's first paragraph is the text; a footer below it does not belong to it."""
    commit = parse(f"feat: new\n\nBody.\n\n{token}: the keys\nare gone\n\nMore prose.\n\nReviewed-by: Z\n")
    assert commit.breaking == "the keys\nare gone"
    assert commit.warnings == ()


@pytest.mark.parametrize(
    "line",
    [
        "BREAKING CHANGE #12",
        "BREAKING CHANGE:gone",
        "BREAKING CHANGES: gone",
        "breaking change: gone",
        "BREAKING_CHANGE: gone",
        "BREAKING CHANGE:",
        "BREAKING CHANGE",
        "* BREAKING CHANGE: gone",
    ],
)
def test_near_miss_of_breaking_change_warns_and_breaks_nothing(line: str) -> None:
    """S6: only colon and space after the capital words make a footer."""
    commit = parse(f"feat: new\n\n{line}\n")
    assert commit.breaking is None
    assert commit.warnings == (NO_FOOTER,)


@pytest.mark.parametrize("line", ["This is no breaking change: really", "Breaking changes are listed below", "broken"])
def test_prose_about_breaking_changes_does_not_warn(line: str) -> None:
    """A warning needs a line that was meant as a footer."""
    assert parse(f"feat: new\n\n{line}\n").warnings == ()


def test_missing_blank_line_degrades_to_the_header() -> None:
    """The footers of a body that does not parse do not count, and both facts are said."""
    commit = parse("feat: new\nBREAKING CHANGE: gone\nCloses: #1\n")
    assert (commit.type, commit.breaking, commit.footers) == ("feat", None, ())
    assert commit.warnings == (NO_BLANK_LINE, NO_FOOTER)


def test_header_mark_survives_a_bad_body() -> None:
    """What the header says is never lost."""
    assert parse("feat!: new\nglued\n").breaking == "new"


def test_footers_name_closed_and_referred_issues() -> None:
    """Closes and Refs are read without regard to case."""
    commit = parse("fix: it\n\nBody: with colon.\n\ncloses: #1\nFixes #2\nRefs: ABC-3, ABC-4\n")
    assert commit.closes == ("#1", "#2")
    assert commit.refs == ("ABC-3, ABC-4",)
    assert Footer(token="closes", value="#1") in commit.footers
    assert parse("fix: it\n\nFixes #2\n\nBecause of that.\n").closes == ("#2",)


def test_the_title_of_a_pull_request_of_azure() -> None:
    """Its number goes where other forges put it, and a merge that says nothing else is no commit of ours."""
    commit = parse("Merged PR 12: feat(api)!: add it\n\nRelated work items: #7")
    assert (commit.type, commit.scope, commit.description) == ("feat", "api", "add it (#12)")
    assert commit.breaking == "add it (#12)"
    assert parse("Merged PR 12: whatever").type == parse("Merged PR x: feat: y").type == ""


def test_carriage_returns_do_not_hide_footers() -> None:
    """A message with CRLF reads like the same one with LF."""
    assert parse("feat: new\r\n\r\nBody\r\n\r\nBREAKING CHANGE: gone\r\n").breaking == "gone"


def test_blank_lines_above_the_header_are_skipped() -> None:
    """Git shows the first line with text as the subject."""
    commit = parse("\n  \nfeat: new\n\nRefs: #1\n")
    assert (commit.type, commit.subject, commit.refs) == ("feat", "feat: new", ("#1",))


@pytest.mark.parametrize(
    ("header", "kind", "description"),
    [
        ('Revert "feat: add login"', "revert", "feat: add login"),
        ('Revert "feat: add login" (#13)', "revert", "feat: add login"),
        ('Reapply "feat: add login"', "feat", "add login"),
        ('Revert "Revert "feat: add login""', "feat", "add login"),
        ('Revert "Reapply "feat: add login""', "revert", "feat: add login"),
        ('Revert "no end', "revert", "no end"),
    ],
)
def test_quoted_header_is_a_revert_or_what_it_brings_back(header: str, kind: str, description: str) -> None:
    """An odd number of reverts takes back, an even one brings back."""
    commit = parse(f"{header}\n")
    assert (commit.type, commit.description) == (kind, description)


def test_parts_of_several_parents_make_a_merge() -> None:
    """A merge is known by its parents, never by its words."""
    assert parse_commit("a", ("b", "c"), b"feat: x").is_merge
    assert not parse("Merge branch 'x'").is_merge


def test_corpus_breaks_what_it_should() -> None:
    """History reads `breaking` from every recorded message exactly as the corpus says."""
    rows = map(json.loads, CORPUS.read_text(encoding="utf-8").splitlines())
    cases = [row for row in rows if isinstance(row.get("breaking"), bool) and isinstance(row.get("git_records"), str)]
    found = {
        row["id"]: parse_commit("a", (), row["git_records"].encode("utf-8", "surrogateescape")).breaking is not None
        for row in cases
    }
    assert found == {row["id"]: row["breaking"] for row in cases}
    assert len(found) > 50


def test_absurdly_deep_reverts_end_somewhere() -> None:
    """No depth of quotation makes the parser fail."""
    assert parse('Revert "' * 5000).subject


@given(st.binary())
def test_any_message_parses(message: bytes) -> None:
    """No bytes make the parser fail, and a commit without a type breaks nothing."""
    commit = parse_commit("a", (), message)
    assert commit.type or commit.breaking is None
    assert all(footer.token for footer in commit.footers)
    assert "\n" not in commit.subject


@given(st.text(st.characters(blacklist_categories=("Cs",)), max_size=20), st.integers(0, 5))
def test_reverts_of_reverts_alternate(subject: str, depth: int) -> None:
    """Wrapping a plain subject n times takes it back exactly when n is odd."""
    plain = subject.replace('"', "").strip().replace("Reapply", "").replace("Revert", "")
    wrapped = plain
    for _ in range(depth):
        wrapped = f'Revert "{wrapped}"'
    assert strip_quotes(wrapped) == (plain, depth % 2 == 1)
