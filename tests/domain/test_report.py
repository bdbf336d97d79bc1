"""The report as text: what a person reads, column by column."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.config.bake import hook_rules
from release_tools.config.model import Config
from release_tools.domain.messages.lint import lint
from release_tools.domain.messages.report import Retry, render_report, width
from release_tools.domain.messages.violation import Violation

RULES = hook_rules(Config(), name="pyproject.toml")
RETRY = Retry(edit="git commit -e -F kept", take="git commit -F fixed", header="feat(api): add stuff")


def rendered(text: str) -> str:
    """Return the report of a message under the default rules."""
    return render_report(text, lint(text.encode(), RULES), hook="commit-msg", config=RULES.config)


def test_whole_report_of_a_typo() -> None:
    """Fault, place, guess, list, rule, what to type: nothing else is needed to go on."""
    text = "faet(api): add stuff\n"
    report = render_report(text, lint(text.encode(), RULES), hook="commit-msg", config="pyproject.toml", retry=RETRY)
    assert report == (
        "commit-msg: error: unknown type 'faet' [type]\n"
        "  1 | faet(api): add stuff\n"
        "      ^~~~ did you mean 'feat'?\n"
        "  known: feat, fix, docs, style, refactor, test, chore, perf, build, ci, revert\n"
        "  rule: commits.types, pyproject.toml\n"
        "Your message is kept. Edit it and commit again with:\n"
        "  git commit -e -F kept\n"
        "or take the proposal:\n"
        "  git commit -F fixed        feat(api): add stuff\n"
    )


def test_hidden_character_is_shown() -> None:
    """What cannot be seen is spelled out, and the carets are as long as what is shown."""
    assert "  1 | feat<U+200B>: add\n      ^~~~~~~~~~~~ did you mean 'feat'?\n" in rendered("feat\u200b: add\n")


def test_escape_sequence_does_not_reach_the_terminal() -> None:
    """A message cannot paint over its own report."""
    assert "\x1b" not in rendered("faet\x1b[2J: x\n")


@pytest.mark.parametrize(
    ("before", "columns"), [("é", 1), ("新", 2), ("e\u0301", 1), ("🚀", 2), ("\u200b", 8), ("", 0)]
)
def test_caret_stands_by_display_width(before: str, columns: int) -> None:
    """Wide, combining and hidden characters move the caret by the columns they take."""
    violation = Violation(rule="x", says="y", source="git", start=len(before), end=len(before) + 1)
    caret = render_report(before + "!", (violation,), hook="h", config="").split("\n")[2]
    assert caret == " " * (len("  1 | ") + columns) + "^"
    assert width(before) == columns


def test_endless_line_is_cut_around_the_fault() -> None:
    """A line of a million characters is shown where the fault is, and nowhere else."""
    report = rendered(f"feat: {'a' * 1_000_000}\n")
    assert len(report) < 600
    shown, caret = report.split("\n")[1:3]
    assert shown.startswith("  1 | …")
    assert shown[caret.index("^")] == "a"


def test_hundred_faults_are_counted_not_listed() -> None:
    """A report is read by a person: a dozen faults are shown, the rest is a number."""
    report = rendered("feat: x\n\n" + "breaking change: x\n" * 100)
    assert report.count("[breaking]") == 12
    assert report.endswith("commit-msg: and 88 more\n")


def test_rule_without_a_configuration_file_says_where_to_set_it() -> None:
    """Where there is no file yet, the report names the one to make."""
    report = render_report("wip: x\n", lint(b"wip: x\n", RULES), hook="commit-msg", config="")
    assert "rule: commits.types, built in; set it in release-tools.toml" in report


@given(st.text(max_size=40), st.integers(0, 50), st.integers(0, 50), st.integers(1, 5))
def test_any_text_and_any_place_can_be_shown(text: str, start: int, end: int, line: int) -> None:
    """Rendering is total, and every line of it can be printed."""
    violation = Violation(rule="r", says="s", source="git", line=line, start=start, end=end)
    report = render_report(text, (violation,), hook="h", config="")
    assert all(row.isprintable() for row in report.split("\n"))
