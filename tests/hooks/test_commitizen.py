"""The commitizen plug-in: `cz check` answers as the commit-msg hook does, `cz commit` writes what that hook accepts."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commit_cases import Case, load_cases
from commitizen.commands.check import Check
from commitizen.config import BaseConfig
from commitizen.defaults import DEFAULT_SETTINGS
from commitizen.exceptions import (
    CommitMessageLengthExceededError,
    InvalidCommitMessageError,
    InvalidConfigurationError,
)
from hook_world import Repository, make_repository, run

from release_tools.contrib.commitizen import ReleaseToolsCz

CASES = load_cases()
CZ = str(Path(sys.executable).with_name("cz"))
# commitizen reads the file by itself before it asks a plug-in: it takes `#` for the one comment character, cuts blanks
# off both ends, and ends at bytes that are not UTF-8.
READ_OTHERWISE = {
    "commentchar-hash-kept": 0,
    "commentchar-semicolon-first": 1,
    "commentchar-semicolon-second": 1,
    "lead-space": 0,
    "lead-tab": 0,
}
UNREADABLE = {
    "latin1-i18n",
    "utf16le-bom",
    "utf8-invalid-body",
    "utf8-invalid-subject",
    "utf8-invalid-type",
    "utf8-overlong-surrogate",
}
NAMED = {case.name: case for case in CASES}
SAMPLE = (
    "plain-feat",
    "plain-body",
    "type-unknown-typo",
    "colon-missing",
    "lead-space",
    "bang-scope",
    "no-blank-before-body",
)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Return a repository whose commitizen uses our rules, as the current directory."""
    made = make_repository(tmp_path / "r")
    (made.top / ".cz.toml").write_text('[tool.commitizen]\nname = "release_tools"\n')
    monkeypatch.chdir(made.top)
    return made


def settings() -> BaseConfig:
    """Return commitizen's settings with our plug-in named in them."""
    config = BaseConfig()
    config.settings["name"] = "release_tools"
    return config


def check(**arguments: object) -> int:
    """Run `cz check` in this process: 0 accepted, 1 refused."""
    try:
        Check(settings(), arguments)()  # type: ignore[arg-type]
    except InvalidCommitMessageError:
        return 1
    return 0


def cz(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run cz as a process."""
    return subprocess.run((CZ, *words), capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["house", "spec"])
def test_corpus(repository: Repository, mode: str) -> None:
    """Every message that commitizen can read gets the hook's verdict, and the few it reads otherwise are known."""
    (repository.top / "release-tools.toml").write_text(f"[commits]\nrules = '{mode}'\n")
    assert {case.name for case in CASES} >= {*READ_OTHERWISE, *UNREADABLE}
    wrong = [case.name for case in CASES if case.name not in UNREADABLE and differs(repository, case, mode)]
    assert not wrong


def differs(repository: Repository, case: Case, mode: str) -> bool:
    """Tell whether commitizen's answer to a case is not the one expected."""
    (repository.top / "message").write_bytes(case.raw)
    for name in case.git_state:
        (repository.top / ".git" / name).write_text(repository.git("rev-parse", "HEAD"))
    answer = check(commit_msg_file="message")
    for name in case.git_state:
        (repository.top / ".git" / name).unlink()
    return answer != READ_OTHERWISE.get(case.name, case.exit_code(mode))


@pytest.mark.slow
@pytest.mark.parametrize("case", [NAMED[name] for name in SAMPLE], ids=lambda case: case.name)
def test_process(repository: Repository, case: Case) -> None:
    """The same by the program that a person types: the plug-in is found by its name."""
    (repository.top / "message").write_bytes(case.raw)
    done = cz("check", "--commit-msg-file", "message")
    assert done.returncode == 14 * READ_OTHERWISE.get(case.name, case.exit_code("house")), done.stderr


def test_program_finds_the_plug_in(repository: Repository) -> None:
    """The entry point is there, and the report is ours."""
    done = cz("check", "--message", "faet: add it")
    assert done.returncode == 14
    assert "did you mean 'feat'?" in done.stderr
    assert cz("check", "--message", "feat: add it").returncode == 0


def test_range_is_judged_by_what_git_recorded(repository: Repository) -> None:
    """commitizen joins first lines and cuts others; the plug-in asks git, and agrees with `check-commit --range`."""
    messages = (
        *("feat: good", "feat: no blank line\nbody", "fix: separator\u2028inside\n\nx", "faet: typo", " fix: blank"),
        *("Merge branch 'x'", "fixup! feat: good", "Revert of nothing", "feat: x\n\nBREAKING CHANGE:\n"),
    )
    for message in messages:
        repository.git("commit", "--allow-empty", "--no-verify", "--cleanup=verbatim", "-m", message)
    repository.git("switch", "-q", "-c", "fix/y", "HEAD~2")
    repository.git("commit", "--allow-empty", "--no-verify", "-m", "fix: side")
    repository.git("merge", "-q", "--no-edit", "feature/x")
    done = cz("check", "--rev-range", "feature/x~9..HEAD")
    assert done.returncode == 14
    ours = json.loads(run(repository.top, "check-commit", "--range", "feature/x~9..HEAD", "--json", code=1).stdout)
    refused = {message["sha"][:10] for message in ours["messages"] if not message["ok"]}
    assert set(re.findall(r"^commit (\w{10}):$", done.stderr, re.M)) == refused
    assert len(refused) == 6


def test_configuration_that_is_wrong(repository: Repository) -> None:
    """It is told in our words by commitizen's own error, without a traceback."""
    (repository.top / "release-tools.toml").write_text("[commits]\ntpyes = []\n")
    with pytest.raises(InvalidConfigurationError, match=re.escape("commits.tpyes")):
        ReleaseToolsCz(settings())


@pytest.mark.parametrize(
    ("message", "arguments", "answer"),
    [
        ("Merge branch 'x'", {}, 1),
        ("Merge branch 'x'", {"allowed_prefixes": ["Merge"]}, 0),
        ("Merge branch 'x'", {"allowed_prefixes": DEFAULT_SETTINGS["allowed_prefixes"]}, 1),
        ("", {}, 1),
        ("", {"allow_abort": True}, 0),
        ("feat: add it", {"message_length_limit": 12}, 0),
    ],
)
def test_what_somebody_asked_commitizen_for(
    repository: Repository, message: str, arguments: dict[str, object], answer: int
) -> None:
    """Options of cz count when they are given; its defaults do not weaken the rules."""
    assert check(message=message, **arguments) == answer


def test_length_that_somebody_asked_commitizen_for(repository: Repository) -> None:
    """It is refused by commitizen's own error, with its own exit code."""
    with pytest.raises(CommitMessageLengthExceededError, match="12 characters, 11 are allowed"):
        check(message="feat: add it", message_length_limit=11)


def test_answers_become_a_message(repository: Repository) -> None:
    """What `cz commit` asks is composed as `release-tools commit` does it, and passes the check."""
    plug_in = ReleaseToolsCz(settings())
    answers = {str(question["name"]): "" for question in plug_in.questions()}
    answers |= {
        "type": "fix",
        "scope": "api",
        "subject": "keep it",
        "body": "Why.",
        "breaking": "v1",
        "issues": "#1, #2",
    }
    message = plug_in.message(answers)
    assert message == "fix(api)!: keep it\n\nWhy.\n\nBREAKING CHANGE: v1\nRefs: #1, #2"
    assert check(message=message) == check(message=plug_in.example()) == 0


def test_answers_that_break_a_rule(repository: Repository) -> None:
    """They are refused with the report before git is called."""
    (repository.top / "release-tools.toml").write_text("[commits]\nscopes = ['api']\nscope_required = ['*']\n")
    plug_in = ReleaseToolsCz(settings())
    scope = next(question for question in plug_in.questions() if question["name"] == "scope")
    assert [choice["value"] for choice in scope["choices"]] == ["", "api"]  # type: ignore[typeddict-item]
    with pytest.raises(InvalidCommitMessageError, match="needs a scope"):
        plug_in.message({"type": "fix", "subject": "keep it"})


def test_cz_commit(repository: Repository, tmp_path: Path) -> None:
    """The whole way with a person's answers put in: git commits, and our hook has nothing against it."""
    repository.install()
    script = tmp_path / "cz.py"
    answers = {"type": "feat", "subject": "add it", "body": "Why."}
    script.write_text(
        "import sys, questionary\n"
        f"questionary.prompt = lambda *_, **__: {answers!r}\n"
        "from commitizen.cli import main\n"
        "sys.argv = ['cz', 'commit', '--', '--allow-empty']\nmain()\n"
    )
    subprocess.run((sys.executable, str(script)), check=True, capture_output=True, env=os.environ)
    assert repository.git("log", "-1", "--format=%B") == "feat: add it\n\nWhy.\n\n"
