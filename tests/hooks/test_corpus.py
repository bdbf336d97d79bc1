"""The corpus through every door: whatever way a message comes in, the answer is the same and is the right one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from commit_cases import Case, load_cases, make_git_dir, make_rules
from hook_world import SHELLS, shell_command

from release_tools.domain.grammar import recorded, scan_footers, scan_header
from release_tools.domain.messages.lint import lint
from release_tools.domain.messages.message import decode
from release_tools.domain.messages.violation import errors
from release_tools.hooks import commit_msg
from release_tools.hooks.commit_door import is_plain
from release_tools.hooks.fast_path import SHELLS as FAST_SHELLS
from release_tools.hooks.fast_path import commit_msg_fast_path
from release_tools.hooks.launcher import DOORS, render_launcher

CASES = load_cases()
# `scissors-no-v`: only git knows that no -v was given; the hook cuts, and the verdict is the same.
RECORDED = tuple(case for case in CASES if case.records is not None and case.name != "scissors-no-v")
JUDGED = tuple(case for case in CASES if case.breaking is not None)
MODES = ("house", "spec")
SHELL = next((shell for shell in FAST_SHELLS if Path(shell).exists()), "/bin/sh")
DOOR = (sys.executable, "-I", "-S", commit_msg.__file__)
CONSOLE = (str(Path(sys.executable).with_name("release-tools")), "check-commit")
ordinary = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
every_mode = pytest.mark.parametrize("mode", MODES)
every_shell = pytest.mark.parametrize("shell", SHELLS)


def as_recorded(case: Case) -> bytes:
    """Return the message as git records it in the flow of the case."""
    comment = case.git_config.get("core.commentChar", "#").encode()
    edited = case.flow != "noedit"
    return recorded(case.raw, mode="strip" if edited else "whitespace", comment=comment, verbose=edited)


def verdict(case: Case, mode: str) -> str:
    """Return the lint's answer in the words of the corpus."""
    merging = "MERGE_HEAD" in case.git_state
    encoding = case.git_config.get("i18n.commitEncoding", "utf-8")
    found = lint(as_recorded(case), make_rules(rules=mode), merging=merging, encoding=encoding)
    if errors(found):
        return "reject"
    return "warn" if found else "accept"


@every_mode
@ordinary
def test_lint_gives_the_right_verdict(case: Case, mode: str) -> None:
    """Reject, warn and accept are told apart; a message that is skipped is one that is accepted without a word."""
    assert verdict(case, mode) == case.verdicts[mode].replace("skip", "accept")


@pytest.mark.parametrize("case", RECORDED, ids=[case.name for case in RECORDED])
def test_the_clean_up_records_what_git_records(case: Case) -> None:
    """The text that is judged is the text that git writes into the commit."""
    assert decode(as_recorded(case), case.git_config.get("i18n.commitEncoding", "utf-8"))[0] == case.records


@pytest.mark.parametrize("case", JUDGED, ids=[case.name for case in JUDGED])
def test_breaking_is_told_from_not_breaking(case: Case) -> None:
    """A change is breaking by its mark or by a real footer, never by a near miss."""
    text = as_recorded(case)
    tokens = {text[start:end] for start, end, *_ in scan_footers(text, text.find(b"\n"))}
    marked = bool(scan_header(text.partition(b"\n")[0])[5])
    assert (marked or bool(tokens & {b"BREAKING CHANGE", b"BREAKING-CHANGE"})) is case.breaking


@every_mode
@ordinary
def test_what_is_plain_to_the_door_is_clean_to_the_lint(case: Case, mode: str) -> None:
    """The quick look may doubt a good message; it never lets one pass about which the lint has a word to say."""
    plain = is_plain(case.raw, make_rules(rules=mode)) and not case.git_state
    assert not plain or case.verdicts[mode] in ("accept", "skip")


def settled(shell: str, mode: str, tmp_path: Path) -> set[str]:
    """Return the names of the cases that the sh text alone accepts; one shell looks at all of them."""
    rules = make_rules(rules=mode)
    for case in CASES:
        make_git_dir(tmp_path / case.name, case.raw, rules, case=case)
    look = f"rt_look() {{\n{commit_msg_fast_path()}\nexit 9\n}}\n"
    calls = [
        f"GIT_EDITOR={case.environment['GIT_EDITOR']} rt_git_dir={case.name} rt_rules={case.name}/release-tools/rules\n"
        f"( rt_look {case.name}/COMMIT_EDITMSG ) && echo {case.name}\n"
        for case in CASES
    ]
    script = tmp_path / "look.sh"
    script.write_text(look + "export GIT_EDITOR\n" + "".join(calls))
    done = subprocess.run(
        (*shell_command(shell), str(script)), cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert not done.stderr
    return set(done.stdout.split())


@every_mode
@every_shell
def test_the_sh_path_accepts_nothing_that_the_checker_would_remark_on(shell: str, mode: str, tmp_path: Path) -> None:
    """The sh text may leave a message to Python; it never accepts one that Python rejects or warns about."""
    accepted = settled(shell, mode, tmp_path)
    wrong = [case.name for case in CASES if case.name in accepted and case.verdicts[mode] not in ("accept", "skip")]
    assert not wrong


@pytest.mark.parametrize("shell", ["bash", "busybox"])
def test_the_sh_path_settles_the_ordinary_messages(shell: str, tmp_path: Path) -> None:
    """A fast path that settles nothing is no fast path: headers, scopes, bodies, footers and git's template are its."""
    accepted = settled(shell, "house", tmp_path)
    assert {
        "plain-feat",
        "plain-fix-scope",
        "plain-template",
        "plain-body",
        "bang-scope",
        "footer-signed-off",
    } <= accepted
    assert len(accepted) >= 30


@pytest.mark.slow
@every_mode
@pytest.mark.parametrize("door", [DOOR, CONSOLE], ids=["hook", "check-commit"])
def test_the_python_door_gives_the_right_verdict(door: tuple[str, ...], mode: str, tmp_path: Path) -> None:
    """Every case as a process of its own: the exit code follows the verdict, a warning is said, silence means fine."""
    wrong = []
    for case in CASES:
        message = make_git_dir(tmp_path / case.name, case.raw, make_rules(rules=mode), case=case)
        done = run_hook(*door, str(message), case=case, cwd=tmp_path)
        told = (
            "warning" in done.stderr if case.verdicts[mode] == "warn" else bool(done.stderr) is (done.returncode != 0)
        )
        if done.returncode != case.exit_code(mode) or not told:
            wrong.append((case.name, done.returncode, done.stderr))
    assert not wrong


@pytest.mark.slow
@every_mode
@every_shell
def test_the_launcher_gives_the_right_verdict(shell: str, mode: str, tmp_path: Path) -> None:
    """What install-hooks writes, run by each shell: the sh path and the Python door behind it give one answer."""
    package = str(Path(commit_msg.__file__).parents[2])
    hook = tmp_path / "commit-msg"
    hook.write_bytes(
        render_launcher("commit-msg", python=sys.executable, package_dir=package, door=DOORS["commit-msg"])
    )
    wrong = []
    for case in CASES:
        message = make_git_dir(tmp_path / case.name, case.raw, make_rules(rules=mode), case=case)
        done = run_hook(*shell_command(shell), str(hook), str(message), case=case, cwd=tmp_path)
        if done.returncode != case.exit_code(mode):
            wrong.append((case.name, done.returncode, done.stderr))
    assert not wrong


@pytest.mark.slow
def test_git_records_what_the_hook_let_pass(tmp_path: Path) -> None:
    """Real commits with the hook in place: exactly the accepted messages become commits, worded as the corpus says."""
    package = str(Path(commit_msg.__file__).parents[2])
    git = Git(tmp_path / "work")
    hook = git.top / ".git" / "hooks" / "commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_bytes(
        render_launcher("commit-msg", python=sys.executable, package_dir=package, shell=SHELL, door=DOORS["commit-msg"])
    )
    hook.chmod(0o755)
    wrong = [answer for case in CASES if case.flow in ("editor", "noedit") and (answer := git.differs(case))]
    assert not wrong


class Git:
    """A repository in which the messages of the corpus are committed for real."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.message = top.with_name("message")
        self.editor = top.with_name("editor")
        self.editor.write_text('#!/bin/sh\ncat "$MESSAGE" >"$1"\n')
        self.editor.chmod(0o755)
        subprocess.run(("git", "init", "--quiet", str(top)), check=True, timeout=20)
        self.run("commit", "--quiet", "--allow-empty", "--no-verify", "--message=feat: begin")

    def run(self, *words: str, editor: str = ":") -> "subprocess.CompletedProcess[bytes]":
        """Run git; the message of the case stands in a file that the editor copies."""
        environment = {**os.environ, "GIT_EDITOR": editor, "MESSAGE": str(self.message)}
        return subprocess.run(
            ("git", *words), cwd=self.top, env=environment, capture_output=True, timeout=30, check=False
        )

    def differs(self, case: Case) -> str:
        """Return how git's answer differs from the corpus; empty when it does not."""
        self.message.write_bytes(case.raw)
        settings = [f"{key}={value}" for key, value in case.git_config.items()]
        options = [word for setting in settings for word in ("-c", setting)]
        before = self.run("rev-parse", "HEAD").stdout
        commit = ("commit", "--quiet", "--allow-empty")
        if case.flow == "noedit":
            done = self.run(*options, *commit, f"--file={self.message}")
        else:
            done = self.run(*options, *commit, editor=str(self.editor))
        made = self.run("rev-parse", "HEAD").stdout != before
        if made != (case.exit_code("house") == 0):
            return f"{case.name}: committed={made}: {done.stderr!r}"
        if not made or case.records is None:
            return ""
        text = self.run("log", "-1", "--format=%B", "--encoding=UTF-8").stdout.decode().rstrip("\n") + "\n"
        return "" if text == case.records else f"{case.name}: recorded {text!r}"


def run_hook(*command: str, case: Case, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Run a hook as git would for this case."""
    environment = {**os.environ, **case.environment}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", timeout=30, check=False
    )
