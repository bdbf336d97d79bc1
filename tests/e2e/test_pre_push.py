"""Pushes by real git with our hooks installed: what passes, what is refused, and what a release pushes by itself."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from repository import CONFIG, FILES, Clone, Site, found_site, write_hook

Act = Callable[[Clone], None]


def push(clone: Clone, *words: str, code: int = 0, config: tuple[str, ...] = ()) -> str:
    """Push, and return what was said."""
    options = tuple(word for setting in config for word in ("-c", setting))
    command, environment = ("git", *options, "push", *(words or ("origin", "HEAD"))), os.environ | clone.environment
    done = subprocess.run(command, cwd=clone.path, capture_output=True, text=True, env=environment)
    assert done.returncode == code, done.stderr
    return done.stderr


def unchecked(clone: Clone, message: str) -> str:
    """Commit a file without asking any hook, and return the commit."""
    clone.write("unchecked", message)
    clone.git("add", "unchecked")
    clone.git("commit", "--quiet", "--no-verify", "-m", message)
    return clone.at("HEAD")


@pytest.fixture
def here(site: Site) -> Clone:
    """Return a clone with our hooks, on a feature branch of develop."""
    assert site.here.run("install-hooks").code == 0
    site.here.git("switch", "--quiet", "-c", "feature/x", "develop")
    return site.here


def test_ordinary_push(here: Clone) -> None:
    """New commits on a topic branch pass, with tracking and without, as do nothing at all and a deletion."""
    here.commit("feat: add b")
    assert "pre-push" not in push(here, "-u", "origin", "HEAD")
    here.commit("feat: add c\n\nWhat é means.")
    push(here)
    assert "Everything up-to-date" in push(here)
    push(here, "origin", ":feature/x")


def test_message_that_no_hook_saw(here: Clone) -> None:
    """A commit made with --no-verify is named with its rule and a proposal; the way out works."""
    unchecked(here, "feat: add b")
    bad = unchecked(here, "faet: add c")
    said = push(here, code=1)
    assert f"{bad[:10]} faet: add c" in said and "[type]" in said and "proposal: feat: add c" in said
    assert "Nothing was pushed." in said
    command = next(line for line in said.splitlines() if line.startswith("  git rebase")).split()
    mend = {"GIT_SEQUENCE_EDITOR": "sed -i s/^pick/reword/", "GIT_EDITOR": "sed -i s/faet/feat/"}
    subprocess.run(command, cwd=here.path, check=True, capture_output=True, env=os.environ | mend)
    push(here)


def _picked(clone: Clone) -> None:
    clone.git("switch", "--quiet", "-c", "elsewhere")
    picked = unchecked(clone, "whatever I did")
    clone.git("switch", "--quiet", "feature/x")
    clone.git("cherry-pick", picked)


def _rebased(clone: Clone) -> None:
    clone.git("switch", "--quiet", "-c", "elsewhere")
    unchecked(clone, "whatever I did")
    clone.git("rebase", "--quiet", "--onto", "main", "develop", "elsewhere")
    clone.git("switch", "--quiet", "-C", "feature/x")


@pytest.mark.parametrize("act", [_picked, _rebased], ids=lambda act: str(act.__name__))
def test_commit_that_skips_the_commit_msg_hook(here: Clone, act: Act) -> None:
    """Clean cherry-picks and rebases are made without that hook, and are caught here."""
    act(here)
    assert "1 of 1 new commit: the message is refused" in push(here, code=1)


@pytest.mark.parametrize(("policy", "rule"), [("accept", ""), ("check", "[type]"), ("reject", "[machine]")])
def test_clean_revert(here: Clone, policy: str, rule: str) -> None:
    """It is made without that hook, too, and is what the configuration says of messages that git wrote."""
    here.commit("feat: add b", {"release-tools.toml": f'{CONFIG}[commits.machine]\nrevert = "{policy}"\n', "b": "b"})
    here.commit("feat: add c")
    here.git("revert", "--no-edit", "HEAD")
    assert rule in push(here, code=1 if rule else 0)


def test_what_the_remote_has_already(here: Clone) -> None:
    """Commits that are there, however bad, are not asked about again; not by another branch either."""
    unchecked(here, "oops")
    here.git("push", "--quiet", "--no-verify", "origin", "HEAD")
    here.commit("feat: add b")
    push(here)
    push(here, "origin", "HEAD:refs/heads/feature/y")


def test_new_remote(here: Clone, tmp_path: Path) -> None:
    """A remote without branches gets what others have without a question, and what nobody has is judged."""
    subprocess.run(("git", "init", "--quiet", "--bare", str(tmp_path / "fork")), check=True)
    unchecked(here, "oops")
    here.git("push", "--quiet", "--no-verify", "origin", "HEAD")
    here.git("remote", "add", "fork", str(tmp_path / "fork"))
    push(here, "fork", "HEAD", "main", "develop~1:refs/heads/develop")
    push(here, "fork", "develop")
    push(here, "fork", ":main")
    unchecked(here, "oops again")
    assert "1 of 1 new commit" in push(here, "fork", "HEAD", code=1)
    assert "1 of 1 new commit" in push(here, str(tmp_path / "fork"), "HEAD", code=1)


def test_first_push_of_all(tmp_path: Path) -> None:
    """Where no remote is known, all of history is new, and the long-lived branches may begin."""
    for bare, name in (("--bare", "remote"), ("-bmain", "here")):
        subprocess.run(("git", "init", "--quiet", bare, str(tmp_path / name)), check=True)
    here = Clone(tmp_path / "here")
    here.git("remote", "add", "origin", "../remote")
    assert here.run("install-hooks").code == 0
    unchecked(here, "oops")
    here.git("branch", "develop")
    assert "git rebase -i --root" in push(here, "origin", "main", "develop", code=1)
    here.git("commit", "--quiet", "--amend", "--allow-empty", "--no-verify", "-m", "feat: begin")
    here.git("branch", "-f", "develop")
    push(here, "origin", "main", "develop")


def test_name_at_the_remote(here: Clone) -> None:
    """The name that is made there counts, and the command that is proposed works."""
    here.commit("feat: add b")
    said = push(here, "origin", "HEAD:refs/heads/featrue/x", code=1)
    assert "did you mean 'feature/x'?" in said
    command = next(line for line in said.splitlines() if line.startswith("  git push")).split()
    push(here, *command[2:])
    assert Clone(here.path.parent / "remote.git").at("refs/heads/feature/x") == here.at("HEAD")


def test_straight_to_main(here: Clone) -> None:
    """Not even a fast-forward; the way out pushes a branch of its own."""
    here.commit("fix: mend b")
    said = push(here, "origin", "HEAD:main", code=1)
    assert "pushed straight to 'main' [branches.direct]" in said
    command = next(line for line in said.splitlines() if line.startswith("  git push")).split()
    push(here, *command[2:])
    assert "not deleted" in push(here, "origin", ":main", code=1)


def test_develop(here: Clone) -> None:
    """It takes a merge and a branch that was pushed before; not a commit of its own, nor a loss of any."""
    here.commit("feat: add b")
    here.git("switch", "--quiet", "develop")
    here.git("merge", "--quiet", "--ff-only", "feature/x")
    assert "pushed straight to 'develop'" in push(here, "origin", "develop", code=1)
    push(here, "origin", "feature/x")
    push(here, "origin", "develop")
    here.git("switch", "--quiet", "feature/x")
    here.commit("feat: add c")
    here.git("switch", "--quiet", "develop")
    here.git("merge", "--quiet", "--no-ff", "--no-edit", "feature/x")
    push(here, "origin", "develop")
    here.git("reset", "--quiet", "--hard", "HEAD^")
    assert "would be lost" in push(here, "--force", "origin", "develop", code=1)


def test_clone_that_names_its_remote_otherwise(site: Site) -> None:
    """Main is guarded there as well: no remote of the configured name exists that could own it."""
    clone = site.clone("other", "--origin", "company")
    assert clone.run("install-hooks").code == 0
    unchecked(clone, "fix: mend b")
    assert "pushed straight to 'main'" in push(clone, "company", "main", code=1)


def test_protected_branch(tmp_path: Path) -> None:
    """A glob protects what it matches, once it exists."""
    config = f'{CONFIG}protected = ["release/*"]\n'
    here = found_site(tmp_path / "site", {**FILES, "release-tools.toml": config}).here
    assert here.run("install-hooks").code == 0
    here.git("switch", "--quiet", "-c", "release/v1.1.0", "develop")
    push(here)
    here.commit("fix: mend a")
    assert "pushed straight to 'release/v1.1.0' [branches.protected]" in push(here, code=1)


def test_tags(here: Clone) -> None:
    """A version is well spelled and annotated, and what the remote has does not move."""
    here.git("tag", "v1.1")
    here.git("tag", "v1.1.0")
    said = push(here, "origin", "v1.1", "v1.1.0", code=1)
    assert "did you mean 'v1.1.0'?" in said and "is annotated" in said
    for line in (line for line in said.splitlines() if line.startswith("  git tag -a -f")):
        subprocess.run(("sh", "-c", line), cwd=here.path, check=True, capture_output=True)
    push(here, "origin", "v1.1.0")
    here.commit("feat: add b")
    here.git("tag", "-f", "-a", "-m", "again", "v1.1.0")
    for words in (("origin", "v1.1.0"), ("--force", "origin", "v1.1.0"), ("origin", ":v1.1.0")):
        said = push(here, *words, code=1)
        assert "v1.1.0: the tag would" in said
    take = next(line for line in said.splitlines() if line.startswith("  git fetch")).split()
    here.git(*take[1:])
    assert here.at("v1.1.0") == Clone(here.path.parent / "remote.git").at("v1.1.0")


def test_all_tags_at_once(here: Clone) -> None:
    """`push --tags` takes along whatever lies around, so more than three are refused."""
    for number in range(1, 5):
        here.git("tag", "-a", "-m", "x", f"v1.{number}.0")
    assert "4 tags: no more than 3" in push(here, "--tags", "origin", code=1)
    push(here, "origin", "v1.4.0")


def test_commits_behind_a_tag(here: Clone) -> None:
    """What a tag brings along is judged as well."""
    unchecked(here, "oops")
    here.git("tag", "-a", "-m", "x", "v1.1.0")
    assert "1 of 1 new commit" in push(here, "origin", "v1.1.0", code=1)


def test_notes(here: Clone) -> None:
    """Other refs are nobody's business here, their commits included."""
    here.git("notes", "add", "-m", "a note", "HEAD")
    push(here, "origin", "refs/notes/commits")


def test_replaced_commit(here: Clone) -> None:
    """What is pushed is judged, not what a replacement shows instead."""
    bad = unchecked(here, "oops")
    good = here.git("commit-tree", "-p", "HEAD^", "-m", "feat: add b", "HEAD^{tree}")
    here.git("replace", bad, good)
    assert "oops" in push(here, code=1)


def test_shallow_clone(site: Site) -> None:
    """The commit at the border has no parents here, and is not taken for the beginning of all."""
    clone = site.clone("shallow", "--depth=1", "--branch=develop")
    assert clone.run("install-hooks").code == 0
    clone.git("switch", "--quiet", "-c", "feature/z")
    clone.commit("feat: add z")
    push(clone)
    unchecked(clone, "oops")
    assert "1 of 1 new commit" in push(clone, code=1)


def test_sha256(tmp_path: Path) -> None:
    """Longer names change nothing."""
    for bare, name in (("--bare", "remote"), ("-bmain", "here")):
        subprocess.run(("git", "init", "--quiet", "--object-format=sha256", bare, str(tmp_path / name)), check=True)
    here = Clone(tmp_path / "here")
    here.git("remote", "add", "origin", "../remote")
    assert here.run("install-hooks").code == 0
    unchecked(here, "feat: begin")
    push(here, "origin", "main")
    here.git("switch", "--quiet", "-c", "feature/x")
    here.commit("feat: add b")
    push(here)
    unchecked(here, "oops")
    assert "1 of 1 new commit" in push(here, code=1)
    assert "pushed straight to 'main'" in push(here, "origin", "HEAD:main", code=1)


def test_linked_work_tree_and_settings(here: Clone) -> None:
    """Neither a linked work tree nor settings that change what `git log` prints change the answer."""
    here.git("worktree", "add", "--quiet", "-b", "feature/y", "../linked ü")
    linked = Clone(here.path.parent / "linked ü")
    linked.commit("feat: add y")
    odd = ("log.showSignature=true", "color.ui=always", "format.pretty=short", "i18n.logOutputEncoding=latin1")
    push(linked, config=odd)
    unchecked(linked, "oops")
    assert "1 of 1 new commit" in push(linked, code=1, config=odd)


def test_hook_that_was_there(here: Clone, tmp_path: Path) -> None:
    """It runs first, with what git tells; its refusal counts."""
    assert here.run("uninstall-hooks").code == 0
    log, hook = tmp_path / "log", here.path / ".git" / "hooks" / "pre-push"
    write_hook(hook, f'echo "$@" >>{log}; cat >>{log}; ! [ -e {tmp_path}/no ]')
    assert here.run("install-hooks").code == 0
    head = here.commit("feat: add b")
    push(here)
    words, told = log.read_text().splitlines()
    assert words.split()[0] == "origin"
    assert told == f"HEAD {head} refs/heads/feature/x {'0' * 40}"
    unchecked(here, "oops")
    assert "pre-push: error" in push(here, code=1)
    (tmp_path / "no").touch()
    assert "pre-push: error" not in push(here, "origin", "HEAD^:refs/heads/feature/x2", code=1)


def test_shim_of_a_hooks_directory(here: Clone) -> None:
    """`core.hooksPath` of a checkout that carries this project's `hooks/` gives the same answers."""
    hooks = Path(__file__).parents[2] / "hooks"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    here.git("config", "core.hooksPath", str(here.path / "hooks"))
    (here.path / "hooks").mkdir()
    (here.path / "hooks" / "pre-push").symlink_to(hooks / "pre-push")
    unchecked(here, "oops")
    done = subprocess.run(
        ("git", "push", "origin", "HEAD"),
        cwd=here.path,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and "1 of 1 new commit" in done.stderr


def told(clone: Clone, ref: str = "refs/heads/feature/x") -> str:
    """Return what git would tell about pushing HEAD to a new ref."""
    return f"HEAD {clone.at('HEAD')} {ref} {'0' * 40}\n"


def check_push(clone: Clone, stdin: str, *options: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run `check-push` with what git would tell."""
    script = Path(sys.executable).with_name("release-tools")
    return subprocess.run(
        (str(script), "check-push", "origin", *options),
        cwd=clone.path,
        env=os.environ | environment,
        input=stdin,
        capture_output=True,
        text=True,
    )


def test_command(here: Clone) -> None:
    """`check-push` gives the hook's answer, for programs too."""
    here.commit("feat: add b")
    assert check_push(here, told(here)).returncode == 0
    bad = unchecked(here, "oops: add c")
    done = check_push(here, told(here), "--json")
    assert done.returncode == 1
    assert f'"sha": "{bad}"' in done.stdout and '"ok": false' in done.stdout
    assert check_push(here, "").returncode == 0


def test_release_with_hooks(here: Clone) -> None:
    """What a release pushes to main and develop passes, because its run says so; by hand the same is refused."""
    here.git("switch", "--quiet", "develop")
    assert here.run("start-release", "--yes").code == 0
    outcome = here.run("finish-release", "--yes")
    assert outcome.code == 0, outcome.stderr
    remote = Clone(here.path.parent / "remote.git")
    assert remote.at("v1.1.0^{}") == remote.at("main") == here.at("main")
    assert remote.contains("develop", "main")


def test_push_that_names_a_run(here: Clone, tmp_path: Path) -> None:
    """While a run is at its push, exactly that passes under its name; anything else is refused and named."""
    stray, said = tmp_path / "stray", tmp_path / "said"
    stray.write_text(told(here))
    assert here.run("uninstall-hooks").code == 0
    script = Path(sys.executable).with_name("release-tools")
    # In the middle of the release's own push, one of something else.
    write_hook(here.path / ".git/hooks/pre-push", f"{script} check-push origin <{stray} 2>{said}; echo $? >>{said}")
    assert here.run("install-hooks").code == 0
    here.git("switch", "--quiet", "develop")
    outcome = here.run("start-release", "--yes")
    assert outcome.code == 0, outcome.stderr
    failed, what, *rest, code = said.read_text().splitlines()
    assert failed.startswith("release-tools: error: the run ") and failed.endswith("is not at a push of this:")
    assert what.startswith("  refs/heads/feature/x: absent to")
    assert (rest[0], code) == ("Nothing was pushed.", "1")


@pytest.mark.parametrize("run", ["no-such-run", "../x", ""])
def test_push_that_names_no_run(here: Clone, run: str) -> None:
    """It is judged like any other."""
    here.commit("feat: add b")
    assert check_push(here, told(here), RELEASE_TOOLS_RUN=run).returncode == 0
    unchecked(here, "oops")
    assert check_push(here, told(here), RELEASE_TOOLS_RUN=run).returncode == 1
