"""`commit`: by options and by questions on a real terminal; what is written is checked, committed, and never lost."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from hook_world import Repository, make_repository, run

from release_tools.domain.messages.kept import MARK
from release_tools.hooks.commit_door import ACCEPTED, KEPT

SCRIPT = Path(sys.executable).with_name("release-tools")
FEAT = ("--type", "feat", "--subject", "add it")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a repository on a feature branch, with our hooks and one staged file."""
    made = make_repository(tmp_path / "r")
    made.install()
    (made.top / "file").write_text("work\n")
    made.git("add", "file")
    return made


def message(repository: Repository) -> str:
    """Return the message of the last commit."""
    return repository.git("log", "-1", "--format=%B").rstrip("\n") + "\n"


def answer(top: Path, *words: str, answers: str) -> tuple[int, str]:
    """Run the command on a terminal of its own, type the answers, and return the exit code and what was shown."""
    terminal, theirs = pty.openpty()
    command = (str(SCRIPT), "commit", *words)
    with subprocess.Popen(command, cwd=top, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        os.write(terminal, answers.encode())
        shown = b""
        try:
            while chunk := os.read(terminal, 4096):
                shown += chunk
        except OSError:
            pass  # how Linux says that the other end is closed
        finally:
            os.close(terminal)
    return process.returncode, shown.decode().replace("\r\n", "\n")


def test_all_parts_by_options(repository: Repository) -> None:
    """The message is composed, shown, committed by git with its hooks; stdout holds the result alone."""
    said = run(
        repository.top,
        *("commit", "--json", *FEAT, "--scope", "api", "--body", "Why.\n\nMore."),
        *("--breaking", "v1 is gone", "--issue", "#1", "--issue", "ABC-2"),
    )
    text = "feat(api)!: add it\n\nWhy.\n\nMore.\n\nBREAKING CHANGE: v1 is gone\nRefs: #1, ABC-2\n"
    assert message(repository) == text
    sha = repository.git("rev-parse", "HEAD").strip()
    assert json.loads(said.stdout) == {"state": "done", "sha": sha, "message": text}


def test_dry_run(repository: Repository) -> None:
    """The message is printed and nothing is written."""
    before = sorted(path.name for path in (repository.top / ".git").iterdir())
    assert run(repository.top, "commit", *FEAT, "--dry-run").stdout == "feat: add it\n"
    assert message(repository) == "chore: begin\n"
    assert sorted(path.name for path in (repository.top / ".git").iterdir()) == before


@pytest.mark.parametrize(
    ("words", "flags"),
    [
        ((), "--type, --subject"),
        (("--type", "feat"), "--subject"),
        (("--subject", "x", "--yes"), "--type"),
        (("--type", "fix", "--subject", "x"), "--scope, --issue"),
    ],
)
def test_missing_part_without_a_terminal(repository: Repository, words: tuple[str, ...], flags: str) -> None:
    """The flags to pass are named, those that the rules ask for of this type included; exit 2."""
    (repository.top / "release-tools.toml").write_text(
        "[commits]\nscope_required = ['fix']\nissue_required = ['fix']\n"
    )
    said = run(repository.top, "commit", *words, code=2).stderr
    assert f"{flags} not given." in said
    assert message(repository) == "chore: begin\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--type", "faet", "--subject", "x"), "did you mean 'feat'?"),
        ((*FEAT, "--scope", "apo"), "did you mean 'api'?"),
    ],
)
def test_message_that_breaks_a_rule(repository: Repository, words: tuple[str, ...], told: str) -> None:
    """It is refused by the same lint before git hears of it; exit 1."""
    (repository.top / "release-tools.toml").write_text("[commits]\nscopes = ['api']\n")
    assert told in run(repository.top, "commit", *words, code=1).stderr
    assert message(repository) == "chore: begin\n"


def test_arguments_for_git(repository: Repository) -> None:
    """What stands behind -- goes to git commit."""
    run(repository.top, "commit", *FEAT, "--", "--signoff", "--author", "Z <z@example.com>")
    assert message(repository) == "feat: add it\n\nSigned-off-by: Carl Committer <carl@example.com>\n"
    assert repository.git("log", "-1", "--format=%an").strip() == "Z"


def test_commit_that_git_refuses(repository: Repository) -> None:
    """Nothing staged, or another hook that says no: exit 4, the message is kept, and the printed command works."""
    hook = repository.write_hook("pre-commit", "#!/bin/sh\nexit 1\n")
    said = run(repository.top, "commit", *FEAT, "--body", "Why.", code=4).stderr
    assert (repository.top / ".git" / KEPT).read_text() == "feat: add it\n\nWhy.\n"
    hook.unlink()
    subprocess.run(("sh", "-c", said.splitlines()[-1]), cwd=repository.top, check=True, capture_output=True)
    assert message(repository) == "feat: add it\n\nWhy.\n"


def test_commit_that_is_refused_after_our_hook_accepted(repository: Repository) -> None:
    """A hook behind ours, or a branch that cannot be moved, loses nothing either."""
    (repository.top / ".git" / KEPT).write_text("faet: add it\n")
    lock = repository.top / ".git" / "refs" / "heads" / "feature" / "x.lock"
    lock.touch()
    run(repository.top, "commit", *FEAT, code=4)
    assert (repository.top / ".git" / KEPT).read_text() == "feat: add it\n"
    assert not (repository.top / ".git" / ACCEPTED).exists()


def test_questions(repository: Repository) -> None:
    """On a terminal everything is asked, the types with what they mean; a number or a name answers."""
    answers = "2\napi\nkeep the line\nWhy.\nMore.\n\n\n#7\ny\n"
    code, shown = answer(repository.top, answers=answers)
    assert code == 0, shown
    assert "   1  feat      a new feature\n   2  fix       a mended fault\n" in shown
    assert message(repository) == "fix(api): keep the line\n\nWhy.\nMore.\n\nRefs: #7\n"


def test_questions_for_the_rest_alone(repository: Repository) -> None:
    """What was given is not asked again, and a type that does not exist is asked once more with what was meant."""
    code, shown = answer(
        repository.top, "--subject", "x", "--scope", "", "--body", "", "--breaking", "", answers="faet\nfeat\n\ny\n"
    )
    assert code == 0, shown
    assert "did you mean 'feat'?" in shown and "What changes" not in shown
    assert message(repository) == "feat: x\n"


def test_no_to_the_last_question(repository: Repository) -> None:
    """Nothing is committed; exit 3."""
    code, shown = answer(repository.top, *FEAT, answers="\n\n\n\nn\n")
    assert code == 3, shown
    assert message(repository) == "chore: begin\n"


def test_answers_that_break_a_rule(repository: Repository) -> None:
    """The report is shown and everything is asked again, with the answers so far as defaults."""
    (repository.top / "release-tools.toml").write_text("[commits]\nscopes = ['api']\n")
    code, shown = answer(repository.top, *FEAT, "--body", "", "--breaking", "", answers="apo\n\n\napi\n\n\n\n\ny\n")
    assert code == 0, shown
    assert "did you mean 'api'?" in shown
    assert message(repository) == "feat(api): add it\n"


def test_kept_message_fills_the_answers_in(repository: Repository) -> None:
    """What was refused before is offered part by part; accepted, it does not come back."""
    repository.commit("faet(api): add it\n\nWhy.\n\nRefs: #7", ok=False)
    code, shown = answer(repository.top, answers="feat\n\n\n\n\n\ny\n")
    assert code == 0, shown
    assert message(repository) == "feat(api): add it\n\nWhy.\n\nRefs: #7\n"
    assert not list((repository.top / ".git").glob(f"{KEPT}*"))


def test_prepare_answers_as_the_hook(repository: Repository) -> None:
    """With and without a source, before click is loaded and after."""
    repository.commit("faet: add it", ok=False)
    file = repository.top / ".git" / "COMMIT_EDITMSG"
    for words, expected in ((("message",), False), ((), True)):
        for options in ((), ("--quiet",)):
            file.write_text("\n# comment\n")
            run(repository.top, *options, "commit", "--prepare", ".git/COMMIT_EDITMSG", *words)
            assert (MARK in file.read_text()) is expected
