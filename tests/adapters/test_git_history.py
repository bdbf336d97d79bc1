"""Reading history from a git that we start ourselves: its failures, its deadline, much input; and replacing a text."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from release_tools.adapters.git_history import GitHistory, find_history
from release_tools.adapters.git_stream import run_git
from release_tools.adapters.text_file import load_text, replace_text
from release_tools.domain.history.log import LOG_FORMAT, NAME_FORMAT, parse_log, parse_names
from release_tools.errors import PreconditionFailed, ToolFailed, ToolTimedOut, UsageError


@pytest.fixture
def history(tmp_path: Path) -> Iterator[GitHistory]:
    """Return a repository with two commits."""
    for words in (("init", "-q", "-b", "main"), *(("commit", "-q", "--allow-empty", "-m", f"fix: {n}") for n in "ab")):
        subprocess.run(("git", *words), cwd=tmp_path, check=True)
    yield find_history(tmp_path)


def test_more_names_than_a_pipe_holds(history: GitHistory) -> None:
    """Input and output go on side by side, however long both are."""
    head = history.landmarks().head
    assert len(parse_log(history.log(LOG_FORMAT, (head,)))) == 2
    many = (head, *(f"^{head}",) * 20_000)
    assert parse_names(history.log(NAME_FORMAT, many)) == ()
    assert history.missing((head, "0" * 40) * 5_000) == ("0" * 40,) * 5_000


def test_files_and_changes_of_commits(history: GitHistory) -> None:
    """Bytes as they are, an empty file too; what a commit takes away is told with its path."""
    files = {"d/a": b"one\0\n", "d/\xfc b": b"", "e": b"\n\n"}
    for name, data in files.items():
        (history.top / name).parent.mkdir(exist_ok=True)
        (history.top / name).write_bytes(data)
    for words in (("add", "."), ("commit", "-qm", "feat: c"), ("rm", "-q", "d/a"), ("commit", "-qm", "feat: d")):
        subprocess.run(("git", *words), cwd=history.top, check=True)
    new, old = parse_names(history.log(NAME_FORMAT, ("HEAD", "^HEAD~2")))
    assert {path: blob.data for path, blob in history.files(old, [*files, "no"]).items()} == files
    assert history.below(old, "d") == tuple(sorted(("d/a", "d/\xfc b")))
    assert history.files(old, ()) == history.files(old, ("no",)) == {}
    assert history.changes((new, old), ("d",))[new] == (("D", "d/a"),)
    assert len(history.changes((new, old), ("d",))[old]) == 2


def test_a_failure_has_gits_own_words(history: GitHistory) -> None:
    """What git says on stderr is in the message, and no part of a log passes for the whole."""
    with pytest.raises(ToolFailed, match="bad object"):
        history.log(LOG_FORMAT, ("0" * 39 + "1",))


def test_a_git_that_hangs_is_ended(tmp_path: Path) -> None:
    """The deadline holds while nothing is said, and the process is gone afterwards."""
    words = ("-C", str(tmp_path), "-c", "alias.hang=!exec sleep 60", "hang")
    with pytest.raises(ToolTimedOut, match="did not answer within"):
        tuple(run_git(words, b"", ok=(0,), timeout=0.3, bound=False))


def test_a_reader_that_stops_early_leaves_no_process(history: GitHistory) -> None:
    """Closing the stream ends git without an error."""
    stream = history.stream(LOG_FORMAT, (history.landmarks().head,))
    assert next(iter(stream))
    del stream


def test_a_hooks_environment_leads_to_its_repository_and_no_further(
    history: GitHistory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIT_DIR of a calling hook does not turn later questions to another repository."""
    other = tmp_path / "other"
    subprocess.run(("git", "init", "-q", str(other)), check=True)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert history.landmarks().branch == "main"
    assert history.landmarks().head


def test_no_git_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PreconditionFailed, match="no git on PATH"):
        find_history(tmp_path)


def test_a_text_is_replaced_behind_its_link_and_keeps_its_mode(tmp_path: Path) -> None:
    """The file that a symbolic link names is replaced; nothing else is left behind."""
    file, link = tmp_path / "real.md", tmp_path / "link.md"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    replace_text(link, "caf\udce9\n")
    assert file.read_bytes() == b"caf\xe9\n"
    assert (load_text(link), file.stat().st_mode & 0o777, link.is_symlink()) == ("caf\udce9\n", 0o640, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.md", "real.md"]


def test_a_place_that_cannot_be_written_or_read_is_said(tmp_path: Path) -> None:
    """A missing directory or file is named."""
    with pytest.raises(ToolFailed, match="cannot be written"):
        replace_text(tmp_path / "gone" / "x", "")
    with pytest.raises(UsageError, match="cannot be read"):
        load_text(tmp_path / "gone")
