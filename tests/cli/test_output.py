"""Where words go: stdout, stderr, a workflow's files, and the question."""

import io
import json
import re
from pathlib import Path

import pytest

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import confirm, detail, report, talk, warn
from release_tools.errors import PreconditionFailed, UsageError

PLAIN = Invocation()


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def parse_outputs(text: str) -> dict[str, str]:
    """Read GITHUB_OUTPUT as the runner does."""
    found = re.findall(r"^(\S+?)<<(\S+)\n(.*?)\n\2\n", text, re.M | re.S)
    return {name: value for name, _, value in found}


def test_a_result_is_text_or_json(capsys: pytest.CaptureFixture[str]) -> None:
    """`--json` replaces the text; both end in one line feed."""
    report(PLAIN, text="1.1.0\n", data={"version": "1.1.0"})
    report(Invocation(json=True), text="1.1.0", data={"version": "1.1.0", "why": "größer"})
    out, err = capsys.readouterr()
    text, _, rest = out.partition("\n")
    assert (text, err) == ("1.1.0", "")
    assert json.loads(rest) == {"version": "1.1.0", "why": "größer"}
    assert "größer" in rest


def test_an_empty_result_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """No line at all, so that a script's variable is empty."""
    report(PLAIN, text="", data={})
    assert capsys.readouterr().out == ""


def test_talk_goes_to_stderr_and_can_be_silenced(capsys: pytest.CaptureFixture[str]) -> None:
    """`--quiet` silences talk but no warning; details need `--verbose`."""
    for invocation in (PLAIN, Invocation(quiet=True), Invocation(verbose=1)):
        talk(invocation, "talk")
        detail(invocation, "detail")
        detail(invocation, "trace", level=2)
        warn(invocation, "careful")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.split("\n") == ["talk", "warning: careful", "warning: careful", "talk", "detail", "warning: careful", ""]


def test_a_workflow_gets_outputs_that_cannot_be_forged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A value of many lines stays one value, and what the file held before stays."""
    path, summary = tmp_path / "output", tmp_path / "summary"
    path.write_text("before=1\n")
    monkeypatch.setenv("GITHUB_OUTPUT", str(path))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    nasty = "line\nversion=6.6.6\nstate<<end-0\nx\nend-0"
    report(PLAIN, text="", data={}, outputs={"state": "done", "notes": nasty}, summary="# Released")
    report(PLAIN, text="", data={}, outputs={"notes2": nasty})
    text = path.read_text()
    assert text.startswith("before=1\n")
    assert parse_outputs(text) == {"state": "done", "notes": nasty, "notes2": nasty}
    assert len(set(re.findall(r"<<(end-[0-9a-f]{32})", text))) == 3
    assert summary.read_text() == "# Released\n"


def test_an_output_file_that_cannot_be_written_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A release does not fail for its summary, but nobody is left in the dark."""
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "missing" / "output"))
    report(PLAIN, text="done", data={}, outputs={"state": "done"})
    out, err = capsys.readouterr()
    assert out == "done\n"
    assert err.startswith("warning: GITHUB_OUTPUT was not written: No such file or directory")


def test_no_question_is_asked_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """CI gets exit 2 and the flag to pass, and never hangs."""
    with pytest.raises(UsageError) as caught:
        confirm(PLAIN, "Release 1.1.0?", yes=False)
    assert (caught.value.exit_code, caught.value.todo) == (2, "Pass --yes to answer yes.")
    assert capsys.readouterr() == ("", "")


def test_yes_answers_beforehand(capsys: pytest.CaptureFixture[str]) -> None:
    """With the flag nothing is printed and nothing read."""
    confirm(PLAIN, "Release 1.1.0?", yes=True)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("answer", "accepted"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_only_yes_is_yes(monkeypatch: pytest.MonkeyPatch, answer: str, *, accepted: bool) -> None:
    """A blank line and the end of input are a no; the question goes to stderr."""
    stderr = Terminal()
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    monkeypatch.setattr("sys.stderr", stderr)
    if accepted:
        confirm(PLAIN, "Release 1.1.0?", yes=False)
    else:
        with pytest.raises(PreconditionFailed, match="not answered with yes"):
            confirm(PLAIN, "Release 1.1.0?", yes=False)
    assert stderr.getvalue() == "Release 1.1.0? [y/N] "
