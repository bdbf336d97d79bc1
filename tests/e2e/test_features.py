"""Features and fixes: finished by each method, published or not, wherever develop stands and whoever merged them.

Bringing develop into them stands in `test_update_branch`.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from repository import Clone, Outcome, Site

pytestmark = pytest.mark.slow

Way = Callable[[Clone], None]

FINISH = ("finish-feature", "--yes")
BOB = {"GIT_AUTHOR_NAME": "Bob", "GIT_AUTHOR_EMAIL": "bob@example.com"}
PROTECTED = 'test "$1" = refs/heads/develop && { echo "develop takes pull requests only" >&2; exit 1; }; exit 0'


def feature(site: Site, *messages: str, push: bool = False, kind: str = "feature") -> Clone:
    """Start a feature with a commit for each message, and stand on it."""
    here = site.here
    outcome = here.run(f"start-{kind}", "x", "--yes", *(("--push",) if push else ()))
    assert outcome.code == 0, outcome.stderr
    for message in messages:
        here.commit(message)
    if push:
        here.git("push", "--quiet", "origin", f"{kind}/x")
    return here


def configure(site: Site, text: str) -> None:
    """Add to the configuration on develop."""
    before = site.here.shown("develop", "release-tools.toml")
    site.here.commit("chore: configure", {"release-tools.toml": before + text})
    site.here.git("push", "--quiet", "origin", "develop")


def finished(site: Site, outcome: Outcome, kind: str = "feature", *, left: int = 0) -> None:
    """Look that the branch is gone on both sides, develop is the same on both, and nobody's files are in between."""
    assert outcome.code == 0, outcome.stderr
    here, there = site.here, site.remote
    assert here.at("develop") == there.at("develop") == here.at("origin/develop")
    for clone in (here, there):
        assert not clone.at(f"refs/heads/{kind}/x")
    assert not here.at(f"refs/remotes/origin/{kind}/x")
    assert here.git("config", "--get-regexp", rf"^branch\.{kind}/x\.", ok=(0, 1)) == ""
    assert here.git("symbolic-ref", "HEAD") == "refs/heads/develop"
    assert here.git("status", "--porcelain") == ""
    assert len(here.open_runs()) == left
    assert here.git("fsck", "--connectivity-only", "--no-dangling") == ""


def refused(site: Site, *arguments: str) -> tuple[str, ...]:
    """Run a command that must be refused and must not change anything; return its message."""
    before = site.snapshot()
    outcome = site.here.run(*arguments)
    assert outcome.code == 3, outcome.stderr
    assert site.snapshot() == before
    assert "Nothing was changed." in outcome.error
    return outcome.error


def release_notes(site: Site) -> str:
    """Return what the changelog would say of the unreleased commits."""
    data = site.here.run("next-version", "--json").data
    return f"{data['level']} {[one['subject'] for one in data['reasons']]}"


@pytest.mark.parametrize("push", [False, True], ids=["local", "published"])
@pytest.mark.parametrize("kind", ["feature", "fix"])
def test_one_commit_keeps_its_message_and_its_author(site: Site, kind: str, push: bool) -> None:
    """A squash of one commit is that commit on develop: message, author and date, with develop as its only parent."""
    here = feature(site, push=push, kind=kind)
    here.write("b", "b\n")
    here.git("add", "b")
    bob = Clone(here.path, BOB)
    bob.git("commit", "--quiet", "--date=2025-05-05T05:05:05+0200", "-m", "feat: add é\n\nWhy.\n\nCloses: #1")
    develop = here.at("develop")
    finished(site, here.run(f"finish-{kind}", "--yes"), kind)
    assert here.git("log", "-1", "--format=%P|%an <%ae>|%aI|%B", "develop") == (
        f"{develop}|Bob <bob@example.com>|2025-05-05T05:05:05+02:00|feat: add é\n\nWhy.\n\nCloses: #1"
    )
    assert here.shown("develop", "b") == "b\n"


def test_many_commits_become_one_that_tells_of_all(site: Site) -> None:
    """The weightiest header, a list of every commit, what breaks, trailers and authors; fix-ups are folded away."""
    here = feature(site, "docs: tell of it", "fix: mend it\n\nRefs: #7")
    Clone(here.path, BOB).commit("feat: add it\n\nBREAKING CHANGE: it is there now")
    here.commit("fixup! fix: mend it")
    here.commit("feat: add more")
    finished(site, here.run(*FINISH))
    assert here.git("log", "-1", "--format=%an|%B", "develop").rstrip() == (
        "Bob|feat: add it\n\n* docs: tell of it\n* fix: mend it\n* feat: add it\n\nBREAKING CHANGE: it is there now\n\n"
        "* feat: add more\n\nRefs: #7\nCo-authored-by: Ada Author <ada@example.com>"
    )
    assert release_notes(site).startswith("major ")


def test_a_message_of_ones_own_is_held_to_the_rules(site: Site) -> None:
    """What git would refuse as a commit is refused here, with exit 2; a good one is taken as it is."""
    here = feature(site, "wip", "wip again")
    assert "add --message" in refused(site, *FINISH)[-1]
    outcome = here.run(*FINISH, "--message", "Add it")
    assert outcome.code == 2
    assert "Nothing was changed." in outcome.error
    finished(site, here.run(*FINISH, "--message", "feat: add it\n\nReally."))
    assert here.git("log", "-1", "--format=%B", "develop").rstrip() == "feat: add it\n\nReally."


def test_a_merge_keeps_the_commits_behind_a_merge_commit(site: Site) -> None:
    """`flow.feature.merge = "merge"`: both parents are as they were, and a message for a squash is exit 2."""
    configure(site, '[flow.feature]\nmerge = "merge"\n')
    here = feature(site, "feat: add one", "feat: add two", push=True)
    develop, tip = here.at("develop"), here.at("HEAD")
    assert here.run(*FINISH, "--message", "feat: add it").code == 2
    finished(site, here.run(*FINISH))
    assert (
        here.git("log", "-1", "--format=%P|%s", "develop") == f"{develop} {tip}|Merge branch 'feature/x' into develop"
    )


def test_a_rebase_keeps_the_commits_themselves(site: Site) -> None:
    """`flow.feature.merge = "rebase"`: develop goes on to the branch's own commits, and merges on it are refused."""
    configure(site, '[flow.feature]\nmerge = "rebase"\n')
    here = feature(site, "feat: add one")
    here.git("switch", "--quiet", "develop")
    here.commit("docs: tell")
    here.git("push", "--quiet", "origin", "develop")
    here.git("switch", "--quiet", "feature/x")
    assert here.run("update-branch", "--yes").code == 0
    failed, _, todo = refused(site, *FINISH)
    assert "Merge branch 'develop' into feature/x" in failed
    assert "`release-tools update-branch --rebase`" in todo
    assert here.run("update-branch", "--rebase", "--yes").code == 0
    tip = here.at("HEAD")
    finished(site, here.run(*FINISH))
    assert here.at("develop") == tip


def test_without_a_remote_all_happens_here(site: Site) -> None:
    """Nothing is pushed; the feature is on develop and gone."""
    here = site.here
    here.git("remote", "remove", "origin")
    feature(site, "feat: add one", "feat: add two")
    outcome = here.run(*FINISH)
    assert outcome.code == 0, outcome.stderr
    assert "there is no remote: nothing is pushed" in outcome.stderr
    assert here.git("log", "-1", "--format=%s", "develop") == "feat: add one"
    assert not here.at("feature/x")
    assert here.git("status", "--porcelain") == ""


def test_on_a_trunk_the_feature_ends_in_main(site: Site) -> None:
    """Without develop, main is where it started from and where it goes."""
    here = site.here
    here.git("switch", "--quiet", "main")
    here.commit("chore: work on a trunk", {"release-tools.toml": "[branches]\ndevelop = false\n"})
    here.git("push", "--quiet", "origin", "main")
    feature(site, "feat: add one", "feat: add two")
    outcome = here.run(*FINISH)
    assert outcome.code == 0, outcome.stderr
    assert site.remote.git("log", "-1", "--format=%s", "main") == "feat: add one"
    assert here.git("symbolic-ref", "HEAD") == "refs/heads/main"


def test_a_branch_without_the_newest_of_develop_is_refused(site: Site) -> None:
    """What was never tried together is not merged; `update-branch` is what to type, and then it goes through."""
    here = feature(site, "feat: add one", push=True)
    other = site.clone("other")
    other.git("switch", "--quiet", "develop")
    other.commit("fix: mend a")
    other.git("push", "--quiet", "origin", "develop")
    failed, _, todo = refused(site, *FINISH)
    assert failed == "feature/x does not have the newest commit of develop."
    assert "`release-tools update-branch`" in todo
    assert here.run("update-branch", "--yes").code == 0
    finished(site, here.run(*FINISH))
    assert here.git("log", "--format=%s", "-2", "develop") == "feat: add one\nfix: mend a"


@pytest.mark.parametrize("where", ["develop", "feature/x"])
@pytest.mark.parametrize("diverged", [False, True], ids=["one side", "diverged"])
def test_commits_on_one_side_only_are_refused(site: Site, where: str, diverged: bool) -> None:
    """Commits of develop that only we have are nobody's to publish; those of the branch that others have come first."""
    here = feature(site, "feat: add one", push=True)
    if where == "feature/x" or diverged:
        other = site.clone("other")
        other.git("switch", "--quiet", where)
        other.commit("fix: mend there")
        other.git("push", "--quiet", "origin", where)
    if where == "develop" or diverged:
        here.git("switch", "--quiet", where)
        here.commit("fix: mend here")
        here.git("switch", "--quiet", "feature/x")
    failed, *_ = refused(site, *FINISH)
    assert where in failed


def test_changed_files_are_refused_and_untracked_ones_stay(site: Site) -> None:
    """An edit would have to leave with the branch; what git does not know is in nobody's way."""
    here = feature(site, "feat: add one")
    here.write("a", "edited\n")
    assert "Tracked files are changed" in refused(site, *FINISH)[0]
    here.git("checkout", "--quiet", "a")
    here.write("notes", "mine\n")
    outcome = here.run(*FINISH)
    assert outcome.code == 0, outcome.stderr
    assert (here.path / "notes").read_text() == "mine\n"


def test_a_name_is_needed_elsewhere(site: Site) -> None:
    """On develop the open features are named; with its name the feature is finished and HEAD stays."""
    here = feature(site, "feat: add one")
    here.git("switch", "--quiet", "develop")
    assert "develop is no feature branch; open: feature/x." in refused(site, *FINISH)
    finished(site, here.run(*FINISH, "x"))
    assert "There is no branch feature/x" in refused(site, *FINISH, "x")[0]


def test_a_branch_without_effect_is_only_deleted(site: Site) -> None:
    """Commits that change no file make no commit on develop; a fresh branch has none to give."""
    here = feature(site, push=True)
    here.git("commit", "--quiet", "--allow-empty", "-m", "chore: try CI")
    develop = here.at("develop")
    outcome = here.run(*FINISH)
    assert "its commits change no file" in outcome.stderr
    finished(site, outcome)
    assert here.at("develop") == develop


def merged_by_merge(other: Clone) -> None:
    """As a forge does with “Create a merge commit”."""
    other.git("merge", "--quiet", "--no-ff", "-m", "Merge pull request #1", "origin/feature/x")


def merged_by_squash(other: Clone) -> None:
    """As a forge does with “Squash and merge”; develop moves on over the same lines afterwards."""
    other.git("merge", "--quiet", "--squash", "origin/feature/x")
    other.git("commit", "--quiet", "-m", "feat: add one (#1)")
    other.commit("fix: mend it at once", {"feat-add-one": "mended\n"})


def merged_by_rebase(other: Clone) -> None:
    """As a forge does with “Rebase and merge”."""
    other.commit("docs: tell")
    other.git("cherry-pick", "origin/develop..origin/feature/x")


WAYS = pytest.mark.parametrize("way", [merged_by_merge, merged_by_squash, merged_by_rebase])


def by_somebody_else(site: Site, way: Way) -> None:
    """Have another person merge the published feature into develop."""
    other = site.clone("other")
    other.git("switch", "--quiet", "develop")
    way(other)
    other.git("push", "--quiet", "origin", "develop")


Way = type(merged_by_merge)


@WAYS
@pytest.mark.parametrize("deleted", [False, True], ids=["kept", "deleted there"])
def test_what_somebody_merged_already_is_only_deleted(site: Site, way: Way, deleted: bool) -> None:
    """However it got there, develop is brought along and the branch goes; nothing is merged twice."""
    here = feature(site, "feat: add one", "feat: add two", push=True)
    by_somebody_else(site, way)
    if deleted:
        site.remote.git("update-ref", "-d", "refs/heads/feature/x")
    develop = site.remote.at("develop")
    outcome = here.run(*FINISH)
    assert "develop has all of it already" in outcome.stderr
    finished(site, outcome)
    assert here.at("develop") == develop


def test_a_branch_that_was_deleted_there_unmerged_is_not_merged(site: Site) -> None:
    """Somebody gave it up, or merged it in a form that cannot be told: a person decides."""
    feature(site, "feat: add one", push=True)
    site.remote.git("update-ref", "-d", "refs/heads/feature/x")
    failed, _, todo = refused(site, *FINISH)
    assert failed == "feature/x was deleted at origin, and develop does not have it as it is here."
    assert "`git branch -D feature/x`" in todo


@pytest.mark.parametrize("told", [False, True], ids=["found out", "configured"])
@WAYS
def test_a_protected_develop_is_waited_for(site: Site, way: Way, told: bool) -> None:
    """The branch is pushed, the pull request awaited with the method to use, and when it is merged the branch goes."""
    if told:
        configure(site, 'protected = ["develop"]\n')
    here = feature(site, "feat: add one", "feat: add two")
    hook = site.hook("update", PROTECTED)
    develop, tip = here.at("develop"), here.at("HEAD")
    outcome = here.run(*FINISH, "--json")
    assert outcome.code == 0, outcome.stderr
    assert outcome.data["state"] == "waiting"
    assert site.remote.at("feature/x") == tip
    assert (here.at("develop"), here.at("HEAD")) == (develop, tip)
    again = here.run("continue")
    assert again.code == 0, again.stderr
    assert "merge it by squash" in again.stdout
    assert "base develop, head feature/x" in again.stdout
    hook.unlink()
    by_somebody_else(site, way)
    site.hook("update", PROTECTED)
    finished(site, here.run("continue"))


def test_a_waiting_feature_can_be_finished_from_any_clone(site: Site) -> None:
    """Another clone deletes the branch at the remote; the run here finds nothing left but its own branch."""
    configure(site, 'protected = ["develop"]\n')
    here = feature(site, "feat: add one")
    assert here.run(*FINISH).code == 0
    by_somebody_else(site, merged_by_squash)
    third = site.clone("third")
    outcome = third.run(*FINISH, "x")
    assert outcome.code == 0, outcome.stderr
    assert not site.remote.at("feature/x")
    finished(site, here.run("continue"))


def test_features_wait_side_by_side(site: Site) -> None:
    """One that waits is not taken for the one that is checked out, however its name is typed."""
    configure(site, 'protected = ["develop"]\n')
    here = feature(site, "feat: add one")
    assert here.run(*FINISH).code == 0
    assert here.run("start-feature", "y", "--yes").code == 0
    here.commit("feat: add two")
    assert here.run(*FINISH).code == 0
    assert here.run(*FINISH, "y").code == 0
    assert len(here.open_runs()) == 2
    assert site.remote.at("feature/y") == here.at("feature/y")
    by_somebody_else(site, merged_by_squash)
    here.git("switch", "--quiet", "feature/x")
    finished(site, here.run(*FINISH), left=1)
    assert here.at("feature/y")


def test_a_waiting_feature_that_conflicts_is_refused(site: Site) -> None:
    """Nobody could merge that pull request; the branch has to be updated first."""
    configure(site, 'protected = ["develop"]\n')
    here = feature(site)
    here.commit("fix: reword a", {"a": "feature\n"})
    other = site.clone("other")
    other.git("switch", "--quiet", "develop")
    other.commit("fix: reword a otherwise", {"a": "other\n"})
    other.git("push", "--quiet", "origin", "develop")
    failed, _, todo = refused(site, *FINISH)
    assert failed == "feature/x conflicts with develop in: a."
    assert "`release-tools update-branch`" in todo


def test_another_worktree_keeps_the_branch_it_stands_on(site: Site, tmp_path: Path) -> None:
    """The feature is finished and deleted at the remote; here it stays where somebody is working on it."""
    here = feature(site, "feat: add one", push=True)
    here.git("switch", "--quiet", "develop")
    tree = Clone(tmp_path / "tree")
    here.git("worktree", "add", "--quiet", str(tree.path), "feature/x")
    tree.write("a", "edited\n")
    outcome = here.run(*FINISH, "x")
    assert outcome.code == 0, outcome.stderr
    assert f"feature/x stays here, because it is checked out in {tree.path}" in outcome.stderr
    assert not site.remote.at("feature/x")
    assert here.at("feature/x")
    assert (tree.path / "a").read_text() == "edited\n"
    assert here.shown("develop", "feat-add-one") == "feat: add one"
    again = here.run(*FINISH, "x", "--json")
    assert again.code == 0, again.stderr
    assert again.data["state"] == "nothing"


def test_develop_in_another_worktree_is_brought_along(site: Site, tmp_path: Path) -> None:
    """Its index and its files follow; this worktree goes to main, since develop is taken."""
    here = feature(site, "feat: add one")
    tree = Clone(tmp_path / "tree")
    here.git("worktree", "add", "--quiet", str(tree.path), "develop")
    outcome = here.run(*FINISH)
    assert outcome.code == 0, outcome.stderr
    assert tree.git("status", "--porcelain") == here.git("status", "--porcelain") == ""
    assert (tree.path / "feat-add-one").is_file()
    assert here.git("symbolic-ref", "HEAD") == "refs/heads/main"


def test_develop_that_is_behind_here_is_brought_along(site: Site) -> None:
    """The remote's develop counts; ours moves to where the feature went."""
    here = feature(site, "feat: add one")
    other = site.clone("other")
    other.git("switch", "--quiet", "develop")
    other.commit("fix: mend a")
    other.git("push", "--quiet", "origin", "develop")
    assert here.run("update-branch", "--rebase", "--yes").code == 0
    outcome = here.run(*FINISH)
    assert "develop here is behind origin/develop and is brought along" in outcome.stderr
    finished(site, outcome)


def test_two_clones_that_finish_at_once_do_it_once(site: Site) -> None:
    """The slower one is refused by the lease or finds it done; the feature is on develop exactly once."""
    feature(site, "feat: add one", push=True)
    other = site.clone("other")
    racing = [site.here.start(*FINISH), other.start(*FINISH, "x")]
    codes = sorted(process.wait(60) for process in racing)
    for process in racing:
        process.communicate()
    assert codes[0] == 0
    assert codes[1] in (0, 3, 4, 6)
    subjects = site.remote.git("log", "--format=%s", "develop").split("\n")
    assert subjects.count("feat: add one") == 1


def test_a_refused_push_leaves_all_as_it_was(site: Site) -> None:
    """A server that takes nothing at all is an error, not a protected branch; the feature can go on or back."""
    here = feature(site, "feat: add one")
    before = here.refs()
    site.hook("pre-receive", "echo closed today >&2; exit 1")
    outcome = here.run(*FINISH)
    assert outcome.code == 4, outcome.stderr
    assert "closed today" in outcome.stderr
    assert here.refs() == before
    assert here.run("abort", "--yes").code == 0
    assert here.refs() == before


def test_a_row_that_ends_elsewhere_is_a_fault_of_the_configuration(site: Site) -> None:
    """A feature with a tag, or with two ends, is not finished by guessing."""
    configure(site, '[flow.feature]\ntargets = ["develop", "main"]\n')
    here = feature(site, "feat: add one")
    outcome = here.run(*FINISH)
    assert outcome.code == 2, outcome.stderr
    assert "flow.feature.targets" in outcome.error[0]
