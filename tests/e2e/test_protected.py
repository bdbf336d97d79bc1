"""Releases and hotfixes where the remote refuses pushes to main, to develop, or to both, and nobody has a bypass.

What a forge's buttons do stands in `protected_remote`.
"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from protected_remote import Forge
from repository import CONFIG, FILES, Clone, Outcome, ended, found_site

pytestmark = pytest.mark.slow

MAIN, DEVELOP, BOTH = ("main",), ("develop",), ("main", "develop")
RELEASE = "release/v1.1.0 into main"
HOTFIX = "hotfix/mend into main"
CARRY = "back-merge/v1.1.0-into-develop into develop"
CARRY_HOTFIX = "back-merge/v1.0.1-into-develop into develop"
GO_ON = ("continue", "--json")


def guarded(home: Path, protected: tuple[str, ...], *, configured: bool = False) -> Forge:
    """Make a site whose remote protects branches; `configured`: the repository says so, else nobody knows yet."""
    names = ", ".join(f'"{name}"' for name in protected)
    config = f"{CONFIG}protected = [{names}]\n" if configured else CONFIG
    forge = Forge(found_site(home, {**FILES, "release-tools.toml": config}))
    forge.protect(*protected)
    return forge


def ran(clone: Clone, *arguments: str) -> Outcome:
    """Run a command that must end well."""
    outcome = clone.run(*arguments)
    assert outcome.code == 0, (arguments, outcome.stderr)
    return outcome


def begun(forge: Forge, flow: str) -> tuple[str, ...]:
    """Start a release or a hotfix with one fix on it, pushed; return the command that finishes it."""
    here = forge.site.here
    ran(here, *(("start-release", "1.1.0", "-y") if flow == "release" else ("start-hotfix", "mend", "-y")))
    here.commit("fix: mend it", {"mended": flow})
    here.git("push", "--quiet", "origin", "HEAD")
    return (f"finish-{flow}", "1.1.0" if flow == "release" else "mend", "--yes", "--json")


def waiting(clone: Clone) -> tuple[str, ...]:
    """Return the pull requests that the only run here waits for, as `head into base`."""
    data = ran(clone, "status", "--json").data
    if data["state"] == "none":
        return ()
    assert data["state"] == "waiting", data
    return tuple(data["awaits"].removeprefix("Waiting for a pull request to be merged: ").rstrip(".").split("; "))


def merged(forge: Forge, requests: tuple[str, ...]) -> None:
    """Merge each of the pull requests with a merge commit."""
    for request in requests:
        forge.merge(*request.split(" into "))


def is_whole(forge: Forge, version: str, *clones: Clone) -> None:
    """Look that a version is released everywhere, that nothing is left over, and that each clone stands well."""
    there, tag = forge.repository, f"v{version}"
    assert there.git("cat-file", "-t", tag) == "tag"
    assert there.contains("main", f"{tag}^{{commit}}")
    assert there.at(f"{tag}^{{commit}}") in there.git("rev-list", "--first-parent", "main").split()
    assert there.contains("develop", f"{tag}^{{commit}}")
    assert f'version = "{version}"' in there.shown(tag, "pyproject.toml")
    assert there.shown(tag, "CHANGELOG.md").count(f"## [{version}]") == 1
    assert there.shown("develop", "CHANGELOG.md").count(f"## [{version}]") == 1
    heads = there.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split("\n")
    assert [name for name in heads if not name.startswith("feature/")] == ["develop", "main"]
    for clone in clones:
        assert clone.at(tag) == there.at(tag)
        assert clone.at("main") == there.at("main")
        assert clone.at("develop") in ("", there.at("develop"))
        assert clone.git("status", "--porcelain") == ""
        assert clone.open_runs() == ()


STORIES = {
    ("release", MAIN): (RELEASE,),
    ("release", DEVELOP): (CARRY,),
    ("release", BOTH): (RELEASE, CARRY),
    ("hotfix", MAIN): (HOTFIX,),
    ("hotfix", DEVELOP): (CARRY_HOTFIX,),
    ("hotfix", BOTH): (HOTFIX, CARRY_HOTFIX),
}
"""The pull requests that a flow asks for, one after the other, by what the remote protects."""


@pytest.mark.parametrize("configured", [True, False], ids=["configured", "discovered"])
@pytest.mark.parametrize(("flow", "protected"), STORIES, ids=lambda value: value if isinstance(value, str) else None)
def test_flow_goes_through_merged_branches(
    tmp_path: Path, flow: str, protected: tuple[str, ...], configured: bool
) -> None:
    """No step pushes to a protected branch; exit 0 and `waiting` until the last request is merged, then `done`."""
    forge = guarded(tmp_path / "site", protected, configured=configured)
    here = forge.site.here
    outcome = ran(here, *begun(forge, flow))
    for request in STORIES[flow, protected]:
        assert outcome.data["state"] == "waiting"
        assert waiting(here) == (request,)
        merged(forge, (request,))
        outcome = ran(here, *GO_ON)
    assert outcome.data["state"] == "done", outcome.stderr
    is_whole(forge, "1.1.0" if flow == "release" else "1.0.1", here)


@pytest.mark.parametrize("flow", ["release", "hotfix"])
def test_refused_push_teaches_what_is_protected(tmp_path: Path, flow: str) -> None:
    """Without configuration the refused branches are named, the plan is shown anew, and nothing was pushed to them."""
    forge = guarded(tmp_path / "site", BOTH)
    command = begun(forge, flow)
    before = forge.repository.at("main"), forge.repository.at("develop")
    outcome = ran(forge.site.here, *command)
    assert "main is protected" in outcome.stderr
    assert (forge.repository.at("main"), forge.repository.at("develop")) == before
    assert forge.repository.git("tag", "--list") == "v1.0.0"


Where = Callable[[Forge], Clone]


def in_the_same_clone(forge: Forge) -> Clone:
    """Type the same command again."""
    return forge.site.here


def in_another_clone(forge: Forge) -> Clone:
    """Have a colleague go on, who has never seen the branch."""
    place = forge.site.home / "colleague"
    return Clone(place) if place.exists() else forge.site.clone("colleague")


def in_ci(forge: Forge) -> Clone:
    """Have a workflow go on, which checks out main anew for each job."""
    return forge.site.clone(f"ci-{time.monotonic_ns()}")


@pytest.mark.parametrize("where", [in_the_same_clone, in_another_clone, in_ci])
@pytest.mark.parametrize("flow", ["release", "hotfix"])
def test_finish_goes_on_anywhere(tmp_path: Path, flow: str, where: Where) -> None:
    """The world is the journal: what is merged is seen, and only the rest is planned, by whoever types it."""
    forge = guarded(tmp_path / "site", BOTH)
    command = begun(forge, flow)
    outcome = ran(forge.site.here, *command)
    if where is in_ci:
        command = (command[0], "--yes", "--json")
    for request in STORIES[flow, BOTH]:
        assert outcome.data["state"] == "waiting", outcome.stderr
        merged(forge, (request,))
        outcome = ran(where(forge), *command)
    # Without a name as well: main ends at the tagged merge, and what is left of it is done.
    assert outcome.data["state"] == "done", outcome.stderr
    ran(forge.site.here, *GO_ON)
    is_whole(forge, "1.1.0" if flow == "release" else "1.0.1", forge.site.here)


@pytest.mark.parametrize("flow", ["release", "hotfix"])
def test_forge_deletes_merged_heads(tmp_path: Path, flow: str) -> None:
    """A forge that deletes each head after its merge leaves nothing that the rest would need."""
    forge = guarded(tmp_path / "site", BOTH, configured=True)
    outcome = ran(forge.site.here, *begun(forge, flow))
    for request in STORIES[flow, BOTH]:
        merged(forge, (request,))
        forge.delete(request.partition(" ")[0])
        outcome = ran(forge.site.here, *GO_ON)
    assert outcome.data["state"] == "done", outcome.stderr
    is_whole(forge, "1.1.0" if flow == "release" else "1.0.1", forge.site.here)


@pytest.mark.parametrize("how", ["squash", "rebase"])
@pytest.mark.parametrize("flow", ["release", "hotfix"])
def test_squash_by_mistake_is_refused_and_mended(tmp_path: Path, flow: str, how: str) -> None:
    """No tag is made off main: the reason is given, and a merge commit on top puts it right."""
    forge = guarded(tmp_path / "site", BOTH, configured=True)
    here = forge.site.here
    ran(here, *begun(forge, flow))
    head, _, base = STORIES[flow, BOTH][0].partition(" into ")
    getattr(forge, how)(head, base)
    refused = here.run(*GO_ON)
    version = "1.1.0" if flow == "release" else "1.0.1"
    assert refused.code == 3, refused.stderr
    assert refused.error[0].startswith(f"{version} reached main by a squash or rebase")
    assert "merge commit" in refused.error[-1]
    assert forge.repository.git("tag", "--list") == "v1.0.0"
    forge.merge(head, base)
    assert ran(here, *GO_ON).data["state"] == "waiting"
    merged(forge, STORIES[flow, BOTH][1:])
    assert ran(here, *GO_ON).data["state"] == "done"
    is_whole(forge, version, here)


@pytest.mark.parametrize("flow", ["release", "hotfix"])
def test_squashed_back_merge_is_asked_for_again(tmp_path: Path, flow: str) -> None:
    """Develop lacks the tag after a squash, so the run goes on waiting, and a merge commit ends it."""
    forge = guarded(tmp_path / "site", DEVELOP, configured=True)
    here = forge.site.here
    ran(here, *begun(forge, flow))
    (request,) = STORIES[flow, DEVELOP]
    forge.squash(*request.split(" into "))
    again = here.run(*GO_ON)
    assert (again.code, again.data["state"]) == (0, "waiting"), again.stderr
    merged(forge, waiting(here))
    assert ran(here, *GO_ON).data["state"] == "done"
    is_whole(forge, "1.1.0" if flow == "release" else "1.0.1", here)


@pytest.mark.parametrize("flow", ["release", "hotfix"])
@pytest.mark.parametrize("base", ["main", "develop"])
def test_base_moves_on_while_waiting(tmp_path: Path, flow: str, base: str) -> None:
    """What others merge meanwhile is kept, and does not come into the version that was cut before."""
    forge = guarded(tmp_path / "site", BOTH, configured=True)
    here = forge.site.here
    outcome = ran(here, *begun(forge, flow))
    landed = []
    for number in range(len(STORIES[flow, BOTH])):
        landed.append(forge.commit(base, "other", str(number), "feat: add something else"))
        ran(here, *GO_ON)
        merged(forge, waiting(here))
        outcome = ran(here, *GO_ON)
    assert outcome.data["state"] == "done", outcome.stderr
    assert all(forge.repository.contains(base, commit) for commit in landed)
    is_whole(forge, "1.1.0" if flow == "release" else "1.0.1", here)


@pytest.mark.parametrize("flow", ["release", "hotfix"])
def test_develop_comes_into_conflict_with_the_waiting_back_merge(tmp_path: Path, flow: str) -> None:
    """The forge offers no button then; the person is told, mends the branch that waits, and the run ends."""
    forge = guarded(tmp_path / "site", DEVELOP, configured=True)
    here = forge.site.here
    ran(here, *begun(forge, flow))
    (request,) = STORIES[flow, DEVELOP]
    head, _, base = request.partition(" into ")
    forge.commit("develop", "mended", "otherwise", "fix: mend it otherwise")
    stopped = here.run(*GO_ON)
    assert stopped.code == 6, stopped.stderr
    assert "conflicts in: mended" in stopped.error[0]
    place = Path(stopped.error[-1].partition("cd '")[2].partition("'")[0])
    tree = Clone(place)
    tree.write("mended", "both")
    tree.git("commit", "--quiet", "--all", "--no-edit")
    assert ran(here, *GO_ON).data["state"] == "waiting"
    assert waiting(here) == (request,)
    forge.merge(head, base)
    assert ran(here, *GO_ON).data["state"] == "done"
    is_whole(forge, "1.1.0" if flow == "release" else "1.0.1", here)
    assert forge.repository.git("show", "develop:mended") == "both"


@pytest.mark.parametrize("flow", ["release", "hotfix"])
def test_abort_while_main_is_waited_for(tmp_path: Path, flow: str) -> None:
    """Nothing is tagged or merged yet: the branch is as it was before finish, on both sides."""
    forge = guarded(tmp_path / "site", BOTH, configured=True)
    here = forge.site.here
    command = begun(forge, flow)
    before = here.refs(), forge.repository.refs()
    ran(here, *command)
    ran(here, "abort", "--yes")
    assert (here.refs(), forge.repository.refs()) == before
    assert here.git("status", "--porcelain") == ""
    assert ran(here, "status").stdout == "no unfinished run\n"
    assert ran(here, *command).data["state"] == "waiting"


@pytest.mark.parametrize("flow", ["release", "hotfix"])
def test_abort_while_develop_is_waited_for_is_refused(tmp_path: Path, flow: str) -> None:
    """The tag is public: there is no way back, and the run stays as it is."""
    forge = guarded(tmp_path / "site", DEVELOP, configured=True)
    here = forge.site.here
    ran(here, *begun(forge, flow))
    before = here.refs(), forge.repository.refs()
    refused = here.run("abort", "--yes")
    assert refused.code == 6, refused.stderr
    assert "point of no return" in refused.error[0]
    assert (here.refs(), forge.repository.refs()) == before
    assert waiting(here) == STORIES[flow, DEVELOP]


def test_wait_goes_on_by_itself(tmp_path: Path) -> None:
    """With `--wait` the command stays, sees the merge, and ends with the release done."""
    forge = guarded(tmp_path / "site", MAIN, configured=True)
    here = forge.site.here
    process = here.start(*begun(forge, "release"), "--wait", "3")
    assert process.stderr is not None
    said = next((line for line in process.stderr if line.startswith("Waiting for a pull request")), "")
    forge.merge("release/v1.1.0", "main")
    outcome = ended(process)
    assert (outcome.code, outcome.data["state"]) == (0, "done"), (said, outcome.stderr)
    is_whole(forge, "1.1.0", here)


def test_wait_ends_with_exit_6_when_nobody_merges(tmp_path: Path) -> None:
    """The time is up: what is awaited is said, the run stays, and `continue` ends it later."""
    forge = guarded(tmp_path / "site", MAIN, configured=True)
    here = forge.site.here
    late = here.run(*begun(forge, "release"), "--wait", "0.2")
    assert late.code == 6
    assert late.error[0] == f"Waiting for a pull request to be merged: {RELEASE}."
    merged(forge, (RELEASE,))
    assert ran(here, *GO_ON).data["state"] == "done"


def test_status_says_what_is_waited_for_and_what_to_type(tmp_path: Path) -> None:
    """Base and head of each request stand there, and both commands that go on."""
    forge = guarded(tmp_path / "site", BOTH, configured=True)
    here = forge.site.here
    ran(here, *begun(forge, "release"))
    shown = ran(here, "status").stdout
    for words in (RELEASE, "base main, head release/v1.1.0", "`release-tools continue`", "finish-release 1.1.0"):
        assert words in shown


def test_going_on_too_early_changes_nothing(tmp_path: Path) -> None:
    """Nothing is merged yet: the same words, the same refs, and no second plan."""
    forge = guarded(tmp_path / "site", BOTH, configured=True)
    here = forge.site.here
    first = ran(here, *begun(forge, "release"))
    before = here.refs(), forge.repository.refs()
    again = ran(here, *GO_ON)
    assert again.data == first.data
    assert (here.refs(), forge.repository.refs()) == before


def test_hotfix_begins_and_ends_while_a_release_waits(tmp_path: Path) -> None:
    """A run that waits is in nobody's way, and the hotfix is carried into the release that waits."""
    forge = guarded(tmp_path / "site", MAIN, configured=True)
    here = forge.site.here
    ran(here, *begun(forge, "release"))
    finish = begun_hotfix(here)
    assert ran(here, *finish).data["state"] == "waiting"
    several = here.run("continue")
    assert several.code == 2 and "2 runs wait" in several.error[0]
    merged(forge, (HOTFIX,))
    assert ran(here, *finish).data["state"] == "done"
    ran(here, *GO_ON)
    merged(forge, waiting(here))
    assert ran(here, *GO_ON).data["state"] == "done"
    is_whole(forge, "1.1.0", here)
    there = forge.repository
    assert there.contains("v1.1.0", "v1.0.1^{commit}")
    assert there.shown("main", "CHANGELOG.md").count("## [1.0.1]") == 1


def begun_hotfix(here: Clone) -> tuple[str, ...]:
    """Start a hotfix on another file and push it; return the command that finishes it."""
    ran(here, "start-hotfix", "mend", "-y")
    here.commit("fix: mend main", {"hot": "fix"})
    here.git("push", "--quiet", "origin", "HEAD")
    return ("finish-hotfix", "mend", "--yes", "--json")
