"""The quick looks at a message, in Python and in sh, held to the lint's answer on generated messages."""

import os
import random
import subprocess
from pathlib import Path

import pytest
from commit_cases import make_git_dir, make_rules
from needed import needed

from release_tools.domain.grammar import recorded
from release_tools.domain.messages.lint import lint
from release_tools.hooks.commit_door import is_plain
from release_tools.hooks.fast_path import commit_msg_fast_path
from release_tools.hooks.rules_file import bake_rules

PARTS = (
    "feat",
    "fix",
    "faet",
    "(api)",
    "(",
    ")",
    "()",
    "(a b)",
    "!",
    ":",
    ": ",
    " ",
    "x",
    "add it",
    "\n",
    "\n\n",
    "# c\n",
    "\t",
)
MORE = ("BREAKING CHANGE: x", "breaking", "Refs: 1", "#", "\r", "\x7f", "é", "\0", "change: y", "#\n", "\t", "x" * 90)
RULES = {
    "default": make_rules(),
    "strict": make_rules(
        scopes=["api"], scope_required=["fix"], issue_required=["docs"], header_max=20, body_line_max=40
    ),
    "spec": make_rules(rules="spec"),
}


def generated(seed: int, count: int) -> list[bytes]:
    """Return messages near the border between good and bad."""
    dice = random.Random(seed)
    starts = (
        "feat: add it",
        "fix(api): keep",
        "feat(api)!: x",
        "docs: y",
        "feat: x\n\nbody\n",
        "feat: x\n# c\n#\n",
        "",
    )
    return [
        "".join([dice.choice(starts), *dice.choices(PARTS + MORE, k=dice.randrange(4))]).encode() for _ in range(count)
    ]


@pytest.mark.parametrize("rules", RULES)
def test_quick_look_agrees_with_the_lint_on_generated_messages(rules: str) -> None:
    """What the door lets pass by itself, the lint has nothing against; and the door does let messages pass."""
    passed = [message for message in generated(7, 3000) if is_plain(message, RULES[rules])]
    assert len(passed) > 100
    assert [message for message in passed if lint(message, RULES[rules])] == []


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("shell", [("dash",), ("bash",), ("busybox", "sh")], ids=lambda words: str(words[0]))
def test_sh_path_agrees_with_the_lint_on_generated_messages(shell: tuple[str, ...], rules: str, tmp_path: Path) -> None:
    """Each shell in turn: nothing that it accepts would be remarked on; bash and busybox do accept."""
    needed(shell[0])
    messages = generated(11, 250)
    make_git_dir(tmp_path / "g", b"", RULES[rules])
    for number, message in enumerate(messages):
        (tmp_path / str(number)).write_bytes(message)
    script = (
        f"rt_git_dir=g rt_rules=g/release-tools/rules n=0\nlook() {{\n{commit_msg_fast_path()}\nexit 9\n}}\n"
        f"while [ $n -lt {len(messages)} ]; do ( look $n ) && echo $n; n=$((n + 1)); done\n"
    )
    done = subprocess.run((*shell, "-c", script), cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    accepted = [messages[int(number)] for number in done.stdout.split()]
    assert not done.stderr
    assert [message for message in accepted if not is_clean(message, rules)] == []
    assert bool(accepted) is (shell[0] != "dash")


def is_clean(message: bytes, rules: str) -> bool:
    """Tell whether the lint has no word to say about a message from an editor."""
    return not lint(recorded(message, verbose=True), RULES[rules])


def settles(shell: tuple[str, ...], top: Path) -> bool:
    """Tell whether the sh path accepts a good message in `top` by itself."""
    script = f"rt_git_dir=.git rt_rules=.git/release-tools/rules\n{commit_msg_fast_path()}\nexit 9\n"
    words = (*shell, "-c", script, "commit-msg", ".git/COMMIT_EDITMSG")
    done = subprocess.run(words, cwd=top, capture_output=True, timeout=20, check=False)
    assert not done.stderr
    return done.returncode == 0


@pytest.mark.parametrize("shell", [("bash",), ("busybox", "sh")], ids=lambda words: str(words[0]))
def test_sh_path_distrusts_rules_that_may_be_stale(shell: tuple[str, ...], tmp_path: Path) -> None:
    """A configuration that is newer, older, gone, or that has got a rival sends every message to Python."""
    needed(shell[0])
    make_git_dir(tmp_path / ".git", b"feat: x\n", RULES["default"])
    shared, house = tmp_path / "pyproject.toml", tmp_path / "release-tools.toml"
    assert settles(shell, tmp_path)
    shared.write_text("")
    os.utime(shared, (1_600_000_000, 1_600_000_000))
    assert not settles(shell, tmp_path)
    bake_rules(str(tmp_path / ".git"), str(tmp_path))
    assert settles(shell, tmp_path)
    for changed in (1_600_000_010, 1_599_999_990):
        os.utime(shared, (changed, changed))
        assert not settles(shell, tmp_path)
    os.utime(shared, (1_600_000_000, 1_600_000_000))
    house.write_text("")
    assert not settles(shell, tmp_path)
    house.unlink()
    assert settles(shell, tmp_path)
    shared.unlink()
    assert not settles(shell, tmp_path)


@pytest.mark.parametrize("shell", [("bash",), ("busybox", "sh")], ids=lambda words: str(words[0]))
def test_sh_path_leaves_a_merge_and_an_unedited_comment_to_python(shell: tuple[str, ...], tmp_path: Path) -> None:
    """What git is about to do, and whether it strips comments, changes the answer; both are looked at."""
    needed(shell[0])
    message = make_git_dir(tmp_path / ".git", b"feat: x\n# c\n#\n", RULES["default"])
    assert settles(shell, tmp_path)
    config = tmp_path / ".git" / "config"
    before = config.read_text()
    config.write_text(before + "[core]\n\tCommentChar = @\n")
    assert not settles(shell, tmp_path)
    config.write_text(before + "[include]\n\tpath = elsewhere\n")
    assert not settles(shell, tmp_path)
    config.write_text(before)
    message.write_bytes(b"feat: x\n")
    (tmp_path / ".git" / "MERGE_HEAD").write_text("0" * 40)
    assert not settles(shell, tmp_path)
