"""Several at once: somebody else moves the remote, or another process works in the same clone.

The faults of one alone stand in `test_refusals`.
"""

import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from repository import Clone, Outcome, Site, ended, write_hook
from waiting import Gate

FINISH = ("finish-release", "--yes")
BOB = {
    "GIT_AUTHOR_NAME": "Bob",
    "GIT_AUTHOR_EMAIL": "bob@example.com",
    "GIT_COMMITTER_NAME": "Bob",
    "GIT_COMMITTER_EMAIL": "bob@example.com",
}
pytestmark = pytest.mark.slow

Inject = Callable[[Site, Clone, tuple[str, ...]], Outcome]


def before_connecting(site: Site, other: Clone, push: tuple[str, ...]) -> Outcome:
    """Finish here while another clone pushes before our push has asked the server for its refs."""
    script = f'case " $* " in *" push "*) {_pushing(other, push)};; esac\nexec /usr/bin/git "$@"'
    directory = write_hook(site.home / "bin" / "git", script).parent
    return site.here.run(*FINISH, PATH=f"{directory}:/usr/bin:/bin")


def after_connecting(site: Site, other: Clone, push: tuple[str, ...]) -> Outcome:
    """Finish here while another clone pushes after our push has been told the server's refs."""
    hook = write_hook(site.here.path / ".git" / "hooks" / "pre-push", _pushing(other, push))
    outcome = site.here.run(*FINISH)
    hook.unlink()
    return outcome


def _pushing(other: Clone, push: tuple[str, ...]) -> str:
    words = shlex.join(("/usr/bin/git", "-C", str(other.path), "push", "-q", "origin", *push))
    return f"(unset $(/usr/bin/git rev-parse --local-env-vars); {words}) </dev/null"


def elsewhere(site: Site, branch: str) -> Clone:
    """Return the clone of somebody else, standing on a branch."""
    other = replace(site.clone("bob"), environment=BOB)
    other.git("switch", "--quiet", branch)
    return other


@pytest.mark.usefixtures("dates")
@pytest.mark.parametrize("inject", [before_connecting, after_connecting])
def test_s11_main_moves_at_the_server_and_nothing_is_pushed(started: Site, inject: Inject) -> None:
    """All or nothing: no orphan tag, refs here untouched, exit 6; after `abort` a new finish works."""
    here, other = started.here, elsewhere(started, "main")
    won = other.commit("fix: somebody was quicker")
    before = here.refs()
    outcome = inject(started, other, ("main",))
    assert outcome.code == 6, outcome.stderr
    assert outcome.error[0].startswith("Stopped before: push to origin, all or nothing: main")
    assert outcome.error[1].startswith(f"main is {won[:10]} at origin; expected ")
    assert started.remote.at("main") == won
    assert not started.remote.at("v1.1.0") and started.remote.at("release/v1.1.0")
    assert here.refs() == before
    assert here.run("abort", "--yes").code == 0
    assert (here.refs(), here.open_runs()) == (before, ())
    assert here.run(*FINISH).code == 0
    assert started.remote.at("v1.1.0^{commit}") == started.remote.at("main")
    assert started.remote.contains("main", won)


def test_s11_dry_run_shows_the_plan_anew_after_the_move(started: Site) -> None:
    """A plan that was stopped is never made to fit in silence: `continue` stops at the same place again."""
    other = elsewhere(started, "main")
    other.commit("fix: somebody was quicker")
    assert after_connecting(started, other, ("main",)).code == 6
    again = started.here.run("continue")
    assert again.code == 6
    assert "main is" in again.stderr and "at origin; expected" in again.stderr


@pytest.mark.parametrize("inject", [before_connecting, after_connecting])
def test_tag_is_made_by_somebody_else_in_the_middle(started: Site, inject: Inject) -> None:
    """Exit 6; theirs stays, nothing of ours is pushed, and a new finish names the tag that is in the way."""
    other = elsewhere(started, "develop")
    other.git("tag", "-a", "v1.1.0", "-m", "theirs")
    theirs, before = other.at("v1.1.0"), started.here.refs()
    outcome = inject(started, other, ("v1.1.0",))
    assert outcome.code == 6, outcome.stderr
    assert f"v1.1.0 is {theirs[:10]} at origin; expected absent (before)" in outcome.error[1]
    assert started.remote.at("v1.1.0") == theirs
    assert started.remote.at("main") == before["refs/heads/main"]
    assert started.here.refs() == before
    assert started.here.run("abort", "--yes").code == 0
    refused = started.here.run(*FINISH)
    assert refused.code == 3
    assert refused.error[0].startswith("The tag v1.1.0 is on ")


def test_two_clones_finish_at_once_and_one_wins(started: Site, tmp_path: Path) -> None:
    """The loser gets 6 and what the winner did; after `abort` its finish only brings the refs here along."""
    here, other, gate = started.here, elsewhere(started, "release/v1.1.0"), Gate(tmp_path)
    gate.put(here.path / ".git" / "hooks" / "pre-push", once=True)
    loser = here.start(*FINISH)
    gate.wait()
    assert other.run(*FINISH).code == 0
    gate.open()
    lost = ended(loser)
    assert lost.code == 6, lost.stderr
    won = started.remote.refs()
    assert f"main is {won['refs/heads/main'][:10]} at origin" in lost.stderr
    assert f"v1.1.0 is {won['refs/tags/v1.1.0'][:10]} at origin" in lost.stderr
    assert here.run("abort", "--yes").code == 0
    done = here.run(*FINISH)
    assert done.code == 0, done.stderr
    assert started.remote.refs() == won
    assert (here.at("main"), here.at("v1.1.0")) == (won["refs/heads/main"], won["refs/tags/v1.1.0"])
    assert here.refs()["HEAD"] == "refs/heads/develop"
    assert not here.at("release/v1.1.0")


def test_two_clones_start_at_once_and_one_wins(site: Site, tmp_path: Path) -> None:
    """The pushed branch is the claim: the loser gets 6, has nothing left after `abort`, and is told at a new start."""
    here, other, gate = site.here, elsewhere(site, "develop"), Gate(tmp_path)
    before = here.refs()
    gate.put(here.path / ".git" / "hooks" / "pre-push", once=True)
    loser = here.start("start-release", "--yes")
    gate.wait()
    assert other.run("start-release", "--yes").code == 0
    gate.open()
    lost = ended(loser)
    assert lost.code == 6, lost.stderr
    assert "release/v1.1.0 is" in lost.stderr and "expected absent (before)" in lost.stderr
    assert here.run("abort", "--yes").code == 0
    assert here.refs() == before
    assert site.remote.at("release/v1.1.0") == other.at("HEAD")
    again = here.run("start-release", "1.1.0", "--yes")
    assert again.code == 3
    assert again.error[0] == "The branch release/v1.1.0 exists at origin."


def test_same_result_from_two_clones_is_nobodys_loss(started: Site, tmp_path: Path) -> None:
    """Who makes the very same commits at the same second has won as well: exit 0 for both."""
    here, gate = started.here, Gate(tmp_path)
    gate.put(here.path / ".git" / "hooks" / "pre-push", once=True)
    process = here.start(*FINISH)
    gate.wait()
    other = started.clone("twin")
    assert other.run(*FINISH, "1.1.0").code == 0
    gate.open()
    outcome = ended(process)
    assert outcome.code == 0, outcome.stderr
    assert here.at("v1.1.0") == other.at("v1.1.0") == started.remote.at("v1.1.0")


def test_two_processes_in_one_clone_do_not_meet(started: Site, tmp_path: Path) -> None:
    """The second one gets 5 and who holds the lock; looking is allowed all the while."""
    here, gate = started.here, Gate(tmp_path)
    gate.put(here.path / ".git" / "hooks" / "pre-push", once=True)
    first = here.start(*FINISH)
    gate.wait()
    second = here.run("tag", "--yes")
    assert second.code == 5, second.stderr
    assert second.error[0].startswith(
        f"Another release-tools command is at work: process {first.pid} (`finish-release`) since 20"
    )
    assert second.error[1] == "Nothing was changed by this command."
    looking = here.run("status", "--json")
    assert (looking.code, looking.data["state"]) == (0, "unfinished")
    assert here.run("finish-release", "--dry-run").code == 0
    gate.open()
    assert ended(first).code == 0


@pytest.mark.usefixtures("dates")
def test_s12_refused_push_is_finished_by_the_same_command(started: Site) -> None:
    """A server's hook says no: exit 4 and nothing is anywhere; run again, it pushes what was not pushed."""
    here, before = started.here, (started.here.refs(), started.remote.refs())
    hook = started.hook("pre-receive", "echo 'closed on Fridays' >&2; exit 1")
    refused = here.run(*FINISH)
    assert refused.code == 4, refused.stderr
    assert refused.error[0].startswith("Failed: push to origin, all or nothing: main")
    assert "closed on Fridays" in refused.stderr
    assert "1 of 7 steps" in refused.stderr and "release-tools continue" in refused.error[-1]
    assert (here.refs(), started.remote.refs()) == before
    again = here.run(*FINISH)
    assert again.code == 4, again.stderr
    hook.unlink()
    done = here.run(*FINISH)
    assert done.code == 0, done.stderr
    assert "An unfinished run of this is here" in done.stderr and "push to origin" in done.stderr
    assert started.remote.at("v1.1.0") == here.at("v1.1.0")
    assert started.remote.at("v1.1.0^{commit}") == started.remote.at("main")


def test_s12_refused_tag_keeps_all_of_them_back(started: Site) -> None:
    """The update hook refuses the tag alone: main and develop stay back as well."""
    before = started.remote.refs()
    started.hook("update", 'case "$1" in refs/tags/*) exit 1;; esac')
    assert started.here.run(*FINISH).code == 4
    assert started.remote.refs() == before


def test_s12_refused_branch_waits_for_a_pull_request(started: Site) -> None:
    """The update hook refuses develop alone: main and tag are there, develop's merge is on a branch of its own."""
    before, hook = started.remote.at("develop"), started.hook("update", 'test "$1" != refs/heads/develop')
    outcome = started.here.run(*FINISH, "--json")
    assert (outcome.code, outcome.data["state"]) == (0, "waiting"), outcome.stderr
    assert started.remote.at("develop") == before
    assert started.remote.at("v1.1.0^{commit}") == started.remote.at("main")
    carrier = "back-merge/v1.1.0-into-develop"
    assert started.remote.contains(carrier, "v1.1.0") and started.remote.contains(carrier, before)
    hook.unlink()
    started.here.git("push", "--quiet", "origin", f"{started.remote.at(carrier)}:refs/heads/develop")
    assert started.here.run("continue").code == 0
    assert not started.remote.at(carrier) and not started.remote.at("release/v1.1.0")
    assert started.here.at("develop") == started.remote.at("develop")


def merge_by_hand(here: Clone) -> None:
    """Do what the wiki page says, up to the push."""
    here.git("switch", "--quiet", "main")
    here.git("merge", "--quiet", "--no-ff", "release/v1.1.0", "-m", "Merge branch 'release/v1.1.0'")
    here.git("tag", "-a", "v1.1.0", "-m", "v1.1.0")


def test_s12_release_made_by_hand_and_not_pushed_is_finished(started: Site) -> None:
    """Merge and tag stand here only: they are pushed as they are, and what was unpushed is said."""
    here = started.here
    merge_by_hand(here)
    hook = started.hook("pre-receive", "exit 1")
    here.git("push", "origin", "main", "v1.1.0", ok=(1,))
    hook.unlink()
    made = here.at("main"), here.at("v1.1.0")
    done = here.run(*FINISH, "1.1.0")
    assert done.code == 0, done.stderr
    assert "main holds the merge here, but it was not pushed yet" in done.stderr
    assert "the tag v1.1.0 exists here, but it was not pushed yet" in done.stderr
    assert (started.remote.at("main"), started.remote.at("v1.1.0")) == made
    assert started.remote.contains("develop", "v1.1.0^{commit}")
    assert not started.remote.at("release/v1.1.0")


def test_s12_tag_that_was_never_pushed_is_finished_on_main(started: Site) -> None:
    """Main is pushed, its tag is not: the command without a name, as CI calls it, finds and finishes it."""
    here = started.here
    merge_by_hand(here)
    here.git("push", "--quiet", "origin", "main")
    done = here.run(*FINISH, "--json")
    assert (done.code, done.data["version"]) == (0, "1.1.0"), done.stderr
    assert "the tag v1.1.0 exists here, but it was not pushed yet" in done.stderr
    assert started.remote.at("v1.1.0") == here.at("v1.1.0")
    again = here.run(*FINISH, "--json")
    assert (again.code, again.data["state"]) == (0, "nothing")
