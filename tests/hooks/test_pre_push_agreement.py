"""The pre-push hook held to the lint: its quick looks let pass nothing bad, and what commit-msg refuses it refuses."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from commit_cases import ACCEPTED, Case, load_cases, make_rules
from hook_world import SHELLS, make_repository, shell_command
from test_agreement import RULES, generated

from release_tools.config.bake import render_bake
from release_tools.config.hooks import HookRules
from release_tools.config.model import Config
from release_tools.domain.messages.lint import lint
from release_tools.domain.messages.violation import errors
from release_tools.hooks.branch_fast_path import render_branch_bake
from release_tools.hooks.push_door import find_doubtful, is_plain_ref
from release_tools.hooks.push_fast_path import push_fast_path, render_push_bake

SHA, PARENT, OTHER, ZERO = "1" * 40, "2" * 40, "3" * 40, "0" * 40
MERGED = f"{PARENT} {OTHER}"
TOLD = f"HEAD {SHA} refs/heads/feature/x {ZERO}\n"
AWKS = {name: words for name in ("mawk", "gawk", "original-awk") if (words := shutil.which(name))}
AWKS |= {"busybox": f"{found} awk"} if (found := shutil.which("busybox")) else {}
AWKS = AWKS or {"awk": str(shutil.which("awk"))}
CASES = tuple(case for case in load_cases() if case.flow in ("editor", "noedit") and case.records is not None)
SAMPLE = tuple(case for case in CASES if case.exit_code("house"))[::18]
LINE = b"feat: add a thing\n"


class Place:
    """The sh text of the launcher, with a git that prints what a test says, and one awk or another."""

    def __init__(self, top: Path, *, awk: str = "", rules: HookRules | None = None) -> None:
        self.top, self.log = top, top / "log"
        self.shell = (shutil.which("dash") or "sh",)
        (top / "bin").mkdir(parents=True)
        self.script("git", f"cat >{top}/asked; cat {self.log}")
        if awk:
            self.script("awk", f'exec {awk} "$@"')
        self.bake(rules or make_rules())

    def script(self, name: str, text: str) -> None:
        path = self.top / "bin" / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def bake(self, rules: HookRules) -> None:
        branches = render_branch_bake(rules.main, rules.develop, rules.direct, rules.patterns)
        (self.top / "rules").write_text(render_bake(rules, branches=branches + render_push_bake(rules)))

    def accepts(self, message: bytes, *, parents: str = PARENT, told: str = TOLD, **environment: str) -> bool:
        """Tell whether the sh text accepts a push of one new commit by itself."""
        return self.accepts_log(b"\1%s %s\n%s\n" % (SHA.encode(), parents.encode(), message), told=told, **environment)

    def accepts_log(self, log: bytes, *, told: str = TOLD, **environment: str) -> bool:
        """Tell whether the sh text accepts a push of what git logs."""
        self.log.write_bytes(log)
        script = f"rt_rules=./rules\nrt_input={self.quoted(told)}\n{push_fast_path()}\nexit 9\n"
        path = {"PATH": f"{self.top}/bin:{os.environ['PATH']}"}
        done = subprocess.run(
            (*self.shell, "-c", script, "pre-push", "origin", "url"),
            cwd=self.top,
            env=os.environ | path | environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode in (0, 9) and not done.stdout + done.stderr
        return done.returncode == 0

    @staticmethod
    def quoted(text: str) -> str:
        return "'" + text.replace("'", "'\\''") + "'"


@pytest.mark.slow
@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("awk", AWKS)
def test_sh_path_on_generated_messages(tmp_path: Path, awk: str, rules: str) -> None:
    """Whatever awk it is: what is accepted, the lint does not refuse; and messages are accepted."""
    place = Place(tmp_path / "p", awk=AWKS[awk], rules=RULES[rules])
    messages = [message for message in generated(13, 120) if b"\0" not in message]
    accepted = [message for message in messages if place.accepts(message)]
    assert len(accepted) >= 3
    assert [message for message in accepted if errors(lint(message, RULES[rules]))] == []


@pytest.mark.slow
@pytest.mark.parametrize("awk", AWKS)
@pytest.mark.parametrize("mode", ["house", "spec"])
def test_sh_path_on_the_corpus(tmp_path: Path, awk: str, mode: str) -> None:
    """Nothing passes that is refused, and the ordinary messages do pass."""
    place = Place(tmp_path / "p", awk=AWKS[awk], rules=make_rules(rules=mode))
    accepted = {case.name: case for case in CASES if place.accepts(str(case.records).encode())}
    assert [name for name, case in accepted.items() if case.verdicts[mode] not in ACCEPTED] == []
    assert {"plain-feat", "plain-fix-scope", "plain-body", "bang-scope", "footer-signed-off"} <= accepted.keys()


@pytest.mark.parametrize("rules", RULES)
def test_python_path_on_generated_messages(rules: str) -> None:
    """What the door does not doubt, the lint does not refuse."""
    records = [b"%s\n%s\n%s" % (SHA.encode(), PARENT.encode(), message) for message in generated(17, 2000)]
    fine = set(records) - set(find_doubtful(records, RULES[rules]))
    assert len(fine) > 100
    assert [record for record in fine if lint(record.split(b"\n", 2)[2], RULES[rules])] == []


@pytest.mark.parametrize("shell", SHELLS)
def test_what_the_sh_path_leaves_to_python(tmp_path: Path, shell: str) -> None:
    """A beginning of history, a git that fails, stale rules, a run, and refs that take more than a look."""
    place = Place(tmp_path / "p")
    place.shell = shell_command(shell)
    assert place.accepts(LINE)
    assert place.accepts_log(b"") and place.accepts_log(b"", told="")
    assert not place.accepts(LINE, parents="")
    assert not place.accepts(LINE, RELEASE_TOOLS_RUN="")
    for name in ("tags/v1.0.0", "notes/commits", "heads/main", "heads/develop", "heads/oops"):
        assert not place.accepts(LINE, told=f"HEAD {SHA} refs/{name} {ZERO}\n"), name
        assert not place.accepts(LINE, told=f"{TOLD}HEAD {SHA} refs/{name} {ZERO}\n"), name
    assert not place.accepts(LINE, told=f"(delete) {ZERO} refs/heads/feature/x {SHA}\n")
    for code in (1, 128):
        place.script("git", f"cat >/dev/null; cat {place.log}; exit {code}")
        assert not place.accepts(LINE)
    place.script("git", f"cat >/dev/null; cat {place.log}")
    (place.top / "release-tools.toml").write_text("")
    assert not place.accepts(LINE)


@pytest.mark.parametrize("awk", AWKS)
def test_messages_beyond_ascii(tmp_path: Path, awk: str) -> None:
    """They are ordinary, as long as the description can be seen; only a scope is looked at more closely."""
    place = Place(tmp_path / "p", awk=AWKS[awk])
    for good in ("feat: füge é hinzu\n\n… und mehr\n", "fix: \u200ba\n", "fix(api): 日本 x\n"):
        assert place.accepts(good.encode()), good
    assert place.accepts("fix: né\n".encode("latin-1"))
    for doubtful in ("fix: \u3000\n", "fix: \u200b\n", "fix(ü): a\n", "fix: a\x1b\n", "fix: é" + "é" * 50 + "\n"):
        assert not place.accepts(doubtful.encode()), doubtful


def test_merges(tmp_path: Path) -> None:
    """They go by the policy for merges, whatever they are called."""
    assert Place(tmp_path / "accept").accepts(b"Merge branch 'x'\n\nwords\n", parents=MERGED)
    checked = Place(tmp_path / "check", rules=make_rules(machine={"merge": "check"}))
    assert not checked.accepts(LINE, parents=MERGED)


def test_second_commit_that_is_bad(tmp_path: Path) -> None:
    """The look goes on behind a merge, a body and a footer."""
    place = Place(tmp_path / "p")
    log = b"".join(
        b"\1%s %s\n%s\n" % (SHA.encode(), parents.encode(), message)
        for parents, message in ((MERGED, b"Merge\n"), (PARENT, LINE + b"\nbody\n\nRefs: #1\n"), (PARENT, LINE))
    )
    assert place.accepts_log(log)
    for bad in (b"oops\n", LINE + b"no gap\n", b"\1oops\n", b"", b"\2\n", LINE + b"\2\n", LINE + b"\2\n\nx\n"):
        assert not place.accepts_log(log + b"\1%s %s\n%s\n" % (SHA.encode(), PARENT.encode(), bad)), bad
        assert not place.accepts_log(b"\1%s %s\n%s\n" % (SHA.encode(), PARENT.encode(), bad) + log), bad


@pytest.mark.parametrize("source", ["HEAD", ":/a b", "(x) * $(id) `id` \\n"])
def test_what_git_is_asked(tmp_path: Path, source: str) -> None:
    """New objects, and without what the remote has; the source may be anything that a person types."""
    place = Place(tmp_path / "p")
    told = f"{source} {SHA} refs/heads/feature/x {ZERO}\n{source} {OTHER} refs/heads/fix/y {PARENT}\n"
    assert place.accepts(LINE, told=told)
    assert (place.top / "asked").read_text() == f"{SHA}\n{OTHER}\n^{PARENT}\n"


NAMES = ("feature/x", "feature/", "release/v1.2.0", "release/v1.2", "main", "gh-pages", "it's", "support/1.x", "fix/ü")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("protected", [(), ("release/v1.2.0", "it's"), ("sup*",)])
def test_names_in_sh_and_python(tmp_path: Path, shell: str, protected: tuple[str, ...]) -> None:
    """Both quick looks take the same branches for ordinary ones."""
    rules = make_rules()
    rules.direct, rules.protected = ("gh-pages",), protected
    place = Place(tmp_path / "p", rules=rules)
    place.shell = shell_command(shell)
    for name in NAMES:
        python = is_plain_ref(f"refs/heads/{name}".encode(), SHA.encode(), rules)
        assert place.accepts(LINE, told=f"HEAD {SHA} refs/heads/{name} {ZERO}\n") is python, name
    assert Config().branches.main == "main"


class Pushed:
    """A repository in which the messages of the corpus are committed past every hook, and pushed one by one."""

    def __init__(self, home: Path) -> None:
        self.repository = make_repository(home / "r")
        self.repository.install()
        self.message, self.editor = home / "message", home / "editor"
        self.editor.write_text('#!/bin/sh\ncat "$MESSAGE" >"$1"\n')
        self.editor.chmod(0o755)

    def push(self, case: Case) -> subprocess.CompletedProcess[str]:
        """Commit the message of a case and run the hook for that commit."""
        self.message.write_bytes(case.raw)
        options = [word for key, value in case.git_config.items() for word in ("-c", f"{key}={value}")]
        words = ("--file", str(self.message)) if case.flow == "noedit" else ()
        editor = {"GIT_EDITOR": ":" if words else str(self.editor), "MESSAGE": str(self.message)}
        self.repository.git(*options, "commit", "-q", "--allow-empty", "--no-verify", *words, env=editor)
        new, old = self.repository.git("rev-parse", "HEAD", "HEAD^").split()
        return subprocess.run(
            (".git/hooks/pre-push", "origin", "url"),
            input=f"HEAD {new} refs/heads/feature/x {old}\n",
            cwd=self.repository.top,
            capture_output=True,
            text=True,
            check=False,
        )


def test_sample_of_the_corpus_past_commit_msg(tmp_path: Path) -> None:
    """What commit-msg would have refused is refused at the push, and named."""
    pushed = Pushed(tmp_path)
    assert len(SAMPLE) > 2
    for case in SAMPLE:
        done = pushed.push(case)
        assert done.returncode == 1, case.name
        assert "1 of 1 new commit: the message is refused" in done.stderr, case.name


@pytest.mark.slow
def test_corpus_past_commit_msg(tmp_path: Path) -> None:
    """Every message of the corpus that git records gets the answer at the push that commit-msg gives it."""
    pushed = Pushed(tmp_path)
    answers = {case.name: pushed.push(case).returncode for case in CASES}
    assert {name: code for name, code in answers.items() if code != _expected(name)} == {}


def _expected(name: str) -> int:
    return next(case for case in CASES if case.name == name).exit_code("house")
