"""Bringing the base into a branch: by a merge or a rebase, with conflicts, published or not, and back again.

What is then finished stands in `test_features`.
"""

import signal
from pathlib import Path

import pytest
from repository import Clone, Outcome, Site
from waiting import Gate

pytestmark = pytest.mark.slow

UPDATE = ("update-branch", "--yes")
REBASE = (*UPDATE, "--rebase")
BOTH = pytest.mark.parametrize("how", [UPDATE, REBASE], ids=["merge", "rebase"])
BOB = {"GIT_AUTHOR_NAME": "Bob", "GIT_AUTHOR_EMAIL": "bob@example.com", "GIT_AUTHOR_DATE": "2025-05-05T05:05:05+0200"}


def develop_moves(site: Site, text: str | None = None) -> str:
    """Have somebody else push a commit to develop, by default beside what the feature does."""
    other = Clone(site.home / "other")
    if not other.path.exists():
        site.clone("other")
        other.git("switch", "--quiet", "develop")
    made = other.commit("fix: mend a", {"a": text} if text else {"elsewhere": "b\n"})
    other.git("push", "--quiet", "origin", "develop")
    return made


def feature(site: Site, *, push: bool = False, text: str | None = None) -> Clone:
    """Return a clone that stands on a feature of two commits, the second one by Bob."""
    here = site.here
    outcome = here.run("start-feature", "x", "--yes", *(("--push",) if push else ()))
    assert outcome.code == 0, outcome.stderr
    here.commit("feat: add one", {"a": text} if text else {"one": "1\n"})
    Clone(here.path, BOB).commit("feat: add é\n\nWhy.", {"two": "2\n"})
    if push:
        here.git("push", "--quiet", "origin", "feature/x")
    return here


def updated(site: Site, outcome: Outcome, *, published: bool) -> None:
    """Look that the branch, its files and the remote agree, and that nothing is left."""
    assert outcome.code == 0, outcome.stderr
    here = site.here
    assert here.git("symbolic-ref", "HEAD") == "refs/heads/feature/x"
    assert here.git("status", "--porcelain") == ""
    assert here.open_runs() == ()
    assert here.git("worktree", "list", "--porcelain").count("worktree ") == 1
    assert site.remote.at("feature/x") == (here.at("HEAD") if published else "")
    if published:
        assert here.at("origin/feature/x") == here.at("HEAD")
    assert here.git("fsck", "--connectivity-only", "--no-dangling") == ""


def refused(site: Site, *arguments: str) -> tuple[str, ...]:
    """Run a command that must be refused and must not change anything; return its message."""
    before = site.snapshot()
    outcome = site.here.run(*arguments)
    assert outcome.code == 3, outcome.stderr
    assert site.snapshot() == before
    return outcome.error


@pytest.mark.parametrize("push", [False, True], ids=["local", "published"])
def test_a_merge_brings_develop_in(site: Site, push: bool) -> None:
    """The merge's parents are the branch and the remote's develop; our own develop stays where it is."""
    here = feature(site, push=push)
    tip, mine, develop = here.at("HEAD"), here.at("develop"), develop_moves(site)
    updated(site, here.run(*UPDATE), published=push)
    assert here.git("log", "-1", "--format=%P|%s") == f"{tip} {develop}|Merge branch 'develop' into feature/x"
    assert (here.path / "elsewhere").is_file()
    assert here.at("develop") == mine
    again = here.run(*UPDATE, "--json")
    assert again.data["state"] == "nothing"


@pytest.mark.parametrize("push", [False, True], ids=["local", "published"])
def test_a_rebase_makes_the_commits_anew(site: Site, push: bool) -> None:
    """Messages, authors and their dates stay; the remote's branch is replaced, and the way back is said."""
    here = feature(site, push=push)
    said, tip, develop = here.git("log", "-2", "--format=%an|%aI|%B"), here.at("HEAD"), develop_moves(site)
    outcome = here.run(*REBASE)
    updated(site, outcome, published=push)
    assert here.git("log", "-2", "--format=%an|%aI|%B") == said
    assert here.at("HEAD~2") == develop
    assert f"git reset --hard {tip[:10]}" in outcome.stderr
    assert here.run(*REBASE, "--json").data["state"] == "nothing"


@BOTH
def test_a_branch_without_a_commit_just_moves_on(site: Site, how: tuple[str, ...]) -> None:
    """No merge is made of nothing."""
    here = site.here
    assert here.run("start-feature", "x", "--yes", "--push").code == 0
    develop = develop_moves(site)
    updated(site, here.run(*how), published=True)
    assert here.at("HEAD") == develop


def test_a_rebase_leaves_out_what_is_there_already_and_merges(site: Site) -> None:
    """Each one is named; an empty commit, which somebody made on purpose, stays."""
    here = feature(site)
    here.git("commit", "--quiet", "--allow-empty", "-m", "chore: run CI")
    develop_moves(site)
    assert here.run(*UPDATE).code == 0
    other = Clone(site.home / "other")
    other.commit("feat: add one", {"one": "1\n"})
    other.git("push", "--quiet", "origin", "develop")
    outcome = here.run(*REBASE)
    updated(site, outcome, published=False)
    assert "“feat: add one”, its change is in origin/develop already" in outcome.stderr
    assert "“Merge branch 'develop' into feature/x”, a merge" in outcome.stderr
    assert here.git("log", "--format=%s", f"{other.at('develop')}..HEAD") == "chore: run CI\nfeat: add é"


def test_a_rebase_that_conflicts_is_refused(site: Site) -> None:
    """The commit, the paths and both ways out are named; nothing has happened."""
    here = feature(site, push=True, text="feature\n")
    develop_moves(site, "other\n")
    failed, state, todo = refused(site, *REBASE)
    assert failed == f"{here.at('HEAD^')[:7]} “feat: add one” of feature/x conflicts on its new place in: a."
    assert state == "Nothing was changed."
    assert "`release-tools update-branch`" in todo
    assert "`git rebase origin/develop`" in todo


def stopped(site: Site) -> Path:
    """Update until the conflict; return the worktree in which it waits."""
    before = site.remote.refs(), {name: sha for name, sha in site.here.refs().items() if name != "HEAD"}
    outcome = site.here.run(*UPDATE)
    assert outcome.code == 6, outcome.stderr
    assert outcome.error[0] == "“Merge branch 'develop' into feature/x” conflicts in: a."
    assert (site.remote.refs(), {name: sha for name, sha in site.here.refs().items() if name != "HEAD"}) == before
    assert site.here.git("status", "--porcelain") == ""
    return Path(outcome.error[-1].partition("cd '")[2].partition("'")[0])


@pytest.mark.parametrize("push", [False, True], ids=["local", "published"])
@pytest.mark.parametrize("place", ["worktree", "branch"])
def test_a_merge_that_conflicts_is_resolved_by_a_person(site: Site, push: bool, place: str) -> None:
    """In a worktree of its own, or on the branch itself; a develop that moves on meanwhile changes nothing."""
    here = feature(site, push=push, text="feature\n")
    develop = develop_moves(site, "other\n")
    tree = Clone(stopped(site))
    assert here.run("continue").code == 6
    develop_moves(site, "more\n")
    if place == "branch":
        here.git("fetch", "--quiet")
        here.git("merge", "--quiet", develop, ok=(1,))
        tree = here
    tree.write("a", "both\n")
    tree.git("commit", "--quiet", "-a", "--no-edit")
    merged = tree.at("HEAD")
    outcome = here.run("continue")
    updated(site, outcome, published=push)
    assert here.at("HEAD") == merged
    assert here.shown("HEAD", "a") == "both\n"
    assert here.at("HEAD^2") == develop


def test_a_conflict_can_be_left_alone(site: Site) -> None:
    """`abort` removes the worktree and nothing else."""
    here = feature(site, push=True, text="feature\n")
    develop_moves(site, "other\n")
    before = here.refs(), site.remote.refs()
    stopped(site)
    outcome = here.run("abort", "--yes")
    assert outcome.code == 0, outcome.stderr
    assert (here.refs(), site.remote.refs()) == before
    updated(site, outcome, published=True)


@BOTH
@pytest.mark.parametrize("way", ["continue", "abort"])
@pytest.mark.parametrize("hook", ["pre-push", "reference-transaction", "post-index-change"])
def test_a_killed_update_goes_on_or_back(site: Site, tmp_path: Path, how: tuple[str, ...], way: str, hook: str) -> None:
    """Wherever it is killed, the branch ends before or after, on both sides and in the files."""
    here = feature(site, push=True)
    develop_moves(site)
    tip = here.at("HEAD")
    gate = Gate(tmp_path)
    gate.put(here.path / ".git" / "hooks" / hook, once=True)
    process = here.start(*how)
    gate.wait()
    process.send_signal(signal.SIGKILL)
    process.wait()
    gate.open()
    process.communicate()
    if not here.open_runs():
        pytest.fail("killed before there was a run")
    outcome = here.run(way, *(("--yes",) if way == "abort" else ()))
    updated(site, outcome, published=True)
    assert (here.at("HEAD") == tip) is (way == "abort")


@BOTH
def test_commits_that_only_others_have_are_not_overwritten(site: Site, how: tuple[str, ...]) -> None:
    """They are pulled first; a rebase would have thrown them away."""
    feature(site, push=True)
    develop_moves(site)
    other = Clone(site.home / "other")
    other.git("switch", "--quiet", "feature/x")
    other.commit("fix: mend it")
    other.git("push", "--quiet", "origin", "feature/x")
    failed, *_ = refused(site, *how)
    assert failed == "feature/x is 1 commit behind origin/feature/x."


@BOTH
def test_somebody_who_pushes_meanwhile_wins(site: Site, tmp_path: Path, how: tuple[str, ...]) -> None:
    """The lease refuses ours; nothing here has moved, and `abort` ends the run."""
    here = feature(site, push=True)
    develop_moves(site)
    tip = here.at("HEAD")
    other = Clone(site.home / "other")
    other.git("fetch", "--quiet")
    other.git("switch", "--quiet", "feature/x")
    theirs = other.commit("fix: mend it")
    gate = Gate(tmp_path)
    gate.put(here.path / ".git" / "hooks" / "pre-push")
    process = here.start(*how)
    gate.wait()
    other.git("push", "--quiet", "origin", "feature/x")
    gate.open()
    process.communicate()
    assert process.returncode in (4, 6)
    assert here.run("abort", "--yes").code == 0
    assert here.at("HEAD") == tip
    assert site.remote.at("feature/x") == theirs
    assert here.git("status", "--porcelain") == ""


@BOTH
def test_changed_files_are_refused(site: Site, how: tuple[str, ...]) -> None:
    """An edit is not mixed with what comes in, nor is an untracked file overwritten."""
    here = feature(site)
    develop_moves(site)
    here.write("a", "edited\n")
    assert "Tracked files are changed" in refused(site, *how)[0]
    here.git("checkout", "--quiet", "a")
    here.write("elsewhere", "mine\n")
    assert "Untracked files would be overwritten" in refused(site, *how)[0]


@pytest.mark.parametrize(("branch", "command"), [("develop", "git switch NAME"), ("main", "git switch NAME")])
def test_a_long_lived_branch_is_no_topic(site: Site, branch: str, command: str) -> None:
    """There is nothing that would be merged back."""
    site.here.git("switch", "--quiet", branch)
    assert command in refused(site, *UPDATE)[-1]


def test_a_release_takes_nothing_from_develop(started: Site) -> None:
    """What comes to it are hotfixes, by `back-merge`."""
    assert "`release-tools back-merge release/v1.1.0`" in refused(started, *UPDATE)[-1]


def test_a_detached_head_has_no_branch_to_update(site: Site) -> None:
    """Nothing is guessed."""
    site.here.git("switch", "--quiet", "--detach")
    assert "HEAD is detached" in refused(site, *UPDATE)[0]


def test_a_hotfix_gets_main_or_its_support_line(site: Site) -> None:
    """What is newest on main comes into a hotfix of the newest version, the line's into one of an old version."""
    here = site.here
    here.git("push", "--quiet", "origin", "v1.0.0^{commit}:refs/heads/support/1.x")
    assert here.run("start-hotfix", "x", "--yes").code == 0
    here.commit("fix: mend it")
    other = site.clone("other")
    other.commit("docs: tell")
    other.git("push", "--quiet", "origin", "main")
    assert here.run(*UPDATE).code == 0
    assert here.git("log", "-1", "--format=%s") == "Merge branch 'main' into hotfix/x"
    other.commit("feat: two", {"pyproject.toml": '[project]\nname = "café"\nversion = "2.0.0"\n'})
    other.git("tag", "-a", "v2.0.0", "-m", "v2.0.0")
    other.git("push", "--quiet", "origin", "main", "v2.0.0")
    other.git("switch", "--quiet", "support/1.x")
    other.commit("docs: tell of the old one")
    other.git("push", "--quiet", "origin", "support/1.x")
    here.git("fetch", "--quiet", "--tags")
    assert here.run(*UPDATE).code == 0
    assert here.git("log", "-1", "--format=%s") == "Merge branch 'support/1.x' into hotfix/x"


def test_a_dry_run_prints_the_plan_and_writes_nothing(site: Site) -> None:
    """The rebase is made for it, and thrown away."""
    here = feature(site, push=True)
    develop_moves(site)
    before = site.snapshot()
    outcome = here.run("update-branch", "--rebase", "--dry-run", "--json")
    assert outcome.code == 0, outcome.stderr
    assert outcome.data["plan"][0] == "update feature/x from develop"
    assert "2 commits are made anew on top of origin/develop" in outcome.stderr
    assert site.snapshot() == before
