"""The commit-msg door as git meets it: a process with a message file, a git directory, settings and a state."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commit_cases import make_rules

from release_tools.config.bake import render_bake
from release_tools.config.hooks import load_bake, parse_bake
from release_tools.hooks import commit_msg

DOOR = (sys.executable, "-I", "-S", commit_msg.__file__)
HOUR = 3600


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """Return an empty work tree with a git directory."""
    work = tmp_path / "work tree"
    work.mkdir()
    git(work, "init", "--quiet")
    return work


def git(where: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run git in a work tree."""
    return subprocess.run(
        ("git", *words),
        cwd=where,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def door(top: Path, message: str | bytes, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the Python door on a message, as git does."""
    file = top / ".git" / "COMMIT_EDITMSG"
    file.write_bytes(message if isinstance(message, bytes) else message.encode())
    return run_door(".git/COMMIT_EDITMSG", cwd=top, **environment)


def run_door(path: str, *, cwd: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the Python door on a file, from a directory."""
    return subprocess.run(
        (*DOOR, path),
        cwd=cwd,
        env={**os.environ, "GIT_EDITOR": "vi", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=20,
        check=False,
    )


def configure(top: Path, text: str, *, name: str = "release-tools.toml", age: float = HOUR) -> None:
    """Write a configuration file that was last changed `age` seconds ago."""
    (top / name).write_text(text)
    changed = time.time() - age
    os.utime(top / name, (changed, changed))


def test_good_message_passes_in_silence(top: Path) -> None:
    """Exit 0, no word, nothing kept."""
    done = door(top, "feat: add it\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (top / ".git" / "RELEASE_TOOLS_EDITMSG").exists()


def test_refused_message_is_kept_with_its_proposal(top: Path) -> None:
    """The kept copy is what git would have recorded; the proposal passes the same door."""
    done = door(top, "faet: add it  \nbody\n# comment\n")
    assert done.returncode == 1
    assert (top / ".git" / "RELEASE_TOOLS_EDITMSG").read_text() == "faet: add it\nbody\n"
    fixed = (top / ".git" / "RELEASE_TOOLS_EDITMSG.fixed").read_text()
    assert fixed == "feat: add it\n\nbody\n"
    assert door(top, fixed).returncode == 0


def test_proposal_of_an_earlier_message_is_not_offered_again(top: Path) -> None:
    """Without a proposal of its own a refused message leaves none lying there."""
    door(top, "faet: add it\n")
    assert "or take the proposal" not in door(top, "xyzzy qux\n").stderr
    assert not (top / ".git" / "RELEASE_TOOLS_EDITMSG.fixed").exists()


def test_path_is_absolute_where_the_commit_was_made_in_a_folder(top: Path) -> None:
    """Git's -F counts from where the command is typed, so below the top a relative path would be wrong."""
    kept = str(top / ".git" / "RELEASE_TOOLS_EDITMSG")
    assert f"git commit -e -F '{kept}'\n" in door(top, "faet: x\n", GIT_PREFIX="src/").stderr
    assert "git commit -e -F .git/RELEASE_TOOLS_EDITMSG\n" in door(top, "faet: x\n").stderr


def test_stopped_rebase_is_told_to_amend(top: Path) -> None:
    """Where a rebase waits for an amended commit, that is the command to type."""
    (top / ".git" / "rebase-merge").mkdir()
    (top / ".git" / "rebase-merge" / "amend").write_text("")
    assert "git commit --amend -e -F " in door(top, "faet: x\n").stderr


@pytest.mark.parametrize(
    ("autofix", "code", "text"), [("true", 0, "feat: x\n\nbody\n"), ("false", 1, "feat:x\nbody\n")]
)
def test_mechanical_fault_is_mended_when_asked_for(top: Path, autofix: str, code: int, text: str) -> None:
    """With `autofix` the message file is put right and the commit goes on; without, nothing is touched."""
    configure(top, f"[commits]\nautofix = {autofix}\n")
    assert door(top, "feat:x\nbody\n").returncode == code
    assert (top / ".git" / "COMMIT_EDITMSG").read_text() == text


def test_typo_is_not_mended_even_when_asked_for(top: Path) -> None:
    """A guess stays a proposal."""
    configure(top, "[commits]\nautofix = true\n")
    assert door(top, "faet: x\n").returncode == 1
    assert (top / ".git" / "COMMIT_EDITMSG").read_text() == "faet: x\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("release-tools.toml", "[commits]\ntypes = ['wibble']\n"),
        ("pyproject.toml", "[tool.release-tools.commits]\ntypes = ['wibble']\n"),
    ],
)
def test_changed_configuration_counts_at_once(top: Path, name: str, text: str) -> None:
    """Made, changed and taken away: the next commit already follows, whatever was baked before."""
    assert door(top, "wibble: x\n").returncode == 1
    configure(top, text, name=name)
    assert door(top, "wibble: x\n").returncode == 0
    assert load_bake(str(top / ".git"), str(top)) is not None
    configure(top, text.replace("wibble", "wobble"), name=name, age=2 * HOUR)
    assert door(top, "wibble: x\n").returncode == 1
    (top / name).unlink()
    assert door(top, "feat: x\n").returncode == 0


def test_configuration_of_this_very_second_is_not_trusted_twice(top: Path) -> None:
    """A file that could change again without a new time is read again until its second is over."""
    configure(top, "[commits]\ntypes = ['wibble']\n", age=-5)
    assert door(top, "wibble: x\n").returncode == 0
    assert load_bake(str(top / ".git"), str(top)) is None


def test_second_configuration_file_makes_the_baked_rules_stale(top: Path) -> None:
    """Two configurations are an error that must not hide behind rules baked when there was one."""
    configure(top, "[tool.release-tools.commits]\ntypes = ['wibble']\n", name="pyproject.toml")
    assert door(top, "wibble: x\n").returncode == 0
    configure(top, "[commits]\ntypes = ['wobble']\n")
    assert door(top, "wibble: x\n").returncode == 2


@pytest.mark.parametrize("text", ["[commits\n", "[commits]\nunknown = 1\n", "\udc80"])
def test_broken_configuration_is_exit_2_with_its_name(top: Path, text: str) -> None:
    """A configuration that cannot be read stops the commit and names the file; nothing crashes."""
    (top / "release-tools.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    done = door(top, "feat: x\n")
    assert done.returncode == 2
    assert "release-tools.toml" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("text", ["", "garbage", "# release-tools rules, format 1\n#:types\n", "\0"])
def test_damaged_rules_are_baked_again(top: Path, text: str) -> None:
    """Whatever lies in the place of the baked rules, the message is checked by the real ones."""
    (top / ".git" / "release-tools").mkdir()
    (top / ".git" / "release-tools" / "rules").write_text(text)
    assert door(top, "faet: x\n").returncode == 1
    assert load_bake(str(top / ".git"), str(top)) is not None


@pytest.mark.parametrize(
    ("settings", "message", "code"),
    [
        ("[core]\n\tcommentChar = @\n", "feat: x\n@ note\n", 0),
        ("[core]\n\tcommentChar = @\n", "feat: x\n#42 kept\n", 1),
        ("[core]\n\tcommentChar = auto\n", "feat: x\n; note\n;\n; On branch main\n", 0),
        ("[commit]\n\tcleanup = whitespace\n", "feat: x\n# kept\n", 1),
        ("[commit]\n\tcleanup = scissors\n", "feat: x\n\n# kept\n", 0),
        ("[commit]\n\tcleanup = verbatim\n", "\nfeat: x\n", 1),
    ],
)
@pytest.mark.parametrize("place", ["repository", "global", "included", "environment"])
def test_git_settings_count_wherever_they_stand(top: Path, place: str, settings: str, message: str, code: int) -> None:
    """Settings in any of git's files, or in its environment, change what is recorded and so what is judged."""
    environment: dict[str, str] = {}
    own = top / ".git" / "config"
    other = top.parent / "settings"
    other.write_text(settings)
    if place == "repository":
        own.write_text(own.read_text() + settings)
    elif place == "global":
        environment["GIT_CONFIG_GLOBAL"] = str(other)
    elif place == "included":
        own.write_text(own.read_text() + f'[include]\n\tpath = "{other}"\n')
    else:
        key, value = settings[1:].replace("]\n\t", ".").strip().split(" = ")
        environment = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": key, "GIT_CONFIG_VALUE_0": value}
    assert door(top, message, **environment).returncode == code


def test_worktree_has_rules_and_state_of_its_own(top: Path) -> None:
    """In a linked worktree git's directory is another one; a merge there is not a merge here."""
    git(top, "commit", "--quiet", "--allow-empty", "--message=feat: begin")
    assert git(top, "worktree", "add", "--quiet", str(top.parent / "second")).returncode == 0
    own = top / ".git" / "worktrees" / "second"
    message = own / "COMMIT_EDITMSG"
    message.write_text("some words\n")
    done = subprocess.run(
        (*DOOR, str(message)), cwd=top.parent / "second", capture_output=True, timeout=20, check=False
    )
    assert done.returncode == 1
    assert (own / "release-tools" / "rules").exists()
    (own / "MERGE_HEAD").write_text("0" * 40)
    done = subprocess.run(
        (*DOOR, str(message)), cwd=top.parent / "second", capture_output=True, timeout=20, check=False
    )
    assert done.returncode == 0


@pytest.mark.parametrize(("words", "code"), [("feat: x\n", 0), ("faet: x\n", 1)])
def test_message_file_anywhere_is_checked_by_the_work_tree_around(top: Path, words: str, code: int) -> None:
    """By hand the file may lie anywhere; it is not copied, for nobody overwrites it."""
    file = top.parent / "message.txt"
    file.write_text(words)
    (top / "src").mkdir()
    done = run_door(str(file), cwd=top / "src")
    assert done.returncode == code
    assert "Your message is kept" not in done.stderr


def test_missing_message_file_is_said_plainly(top: Path) -> None:
    """No traceback for a mistyped path."""
    done = run_door("nowhere", cwd=top)
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr


def test_baked_rules_survive_the_way_through_the_file() -> None:
    """Whatever a configuration may hold comes out of the baked file as it went in."""
    odd = make_rules(types=["a'b", "100%", "x\ty", "z%09"], scopes=["a|b"], issue_pattern="%0A\\d\n", body_line_max=72)
    back = parse_bake(render_bake(odd))
    assert back is not None
    assert [getattr(back, name) for name in odd.__slots__] == [getattr(odd, name) for name in odd.__slots__]
