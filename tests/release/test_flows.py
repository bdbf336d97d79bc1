"""The release flows on a repository in memory: from a version to refs on both sides."""

from pathlib import Path

import pytest
from fake_session import PYPROJECT, Workshop

from release_tools.domain.refs import HEADS, REMOTES, TAGS
from release_tools.release.flows.planning import propose

START, FINISH, TAG = {"flow": "start-release"}, {"flow": "finish-release"}, {"flow": "tag"}
BRANCH = HEADS + "release/v1.1.0"
REMOTE = pytest.mark.parametrize("remote", [True, False], ids=["remote", "no remote"])

STOPS = pytest.mark.parametrize(
    ("remote", "stop_after"), [*((True, number) for number in range(5)), *((False, number) for number in range(3))]
)


def started(workshop: Workshop) -> None:
    """Start the next release."""
    conductor = workshop.conductor()
    assert conductor.begin(propose(conductor.session, START)) == "done"


@REMOTE
def test_start_makes_the_branch_on_both_sides(tmp_path: Path, remote: bool) -> None:
    """One commit on develop's tip with version and changelog, checked out, tracked where there is a remote."""
    workshop = Workshop(tmp_path, remote=remote)
    started(workshop)
    here = workshop.subject.here()
    assert workshop.subject.there().get(BRANCH) == (here[BRANCH] if remote else None)
    assert workshop.subject.reader.parents(here[BRANCH]) == (workshop.feature,)
    assert workshop.subject.reader.head() == "release/v1.1.0"
    assert workshop.subject.text("pyproject.toml") == PYPROJECT.format("1.1.0")
    assert "## [1.1.0]" in (workshop.subject.text("CHANGELOG.md") or "")
    assert workshop.subject.reader.status().changed == ()
    assert ("branch.release/v1.1.0.merge" in workshop.subject.reader.settings()) is remote
    assert workshop.runs.open_run() is None


@REMOTE
def test_finish_merges_tags_and_tidies_up(tmp_path: Path, remote: bool) -> None:
    """The tag is on main's merge, develop contains it, both sides agree, the branch is gone with its configuration."""
    workshop = Workshop(tmp_path, remote=remote)
    started(workshop)
    tip = workshop.subject.here()[BRANCH]
    conductor = workshop.conductor()
    assert conductor.begin(propose(conductor.session, FINISH)) == "done"
    here, reader = workshop.subject.here(), workshop.subject.reader
    main, develop = here[HEADS + "main"], here[HEADS + "develop"]
    assert reader.parents(main) == (workshop.first, tip)
    assert reader.commit_of("v1.1.0") == main
    assert reader.parents(develop) == (workshop.feature, main)
    assert reader.head() == "develop"
    assert BRANCH not in here
    assert not [key for key in reader.settings() if "release/v1.1.0" in key]
    assert reader.status().changed == ()
    if remote:
        public = {name: sha for name, sha in here.items() if not name.startswith(REMOTES)}
        assert workshop.subject.there() == public
        mirrors = {name.replace(REMOTES + "origin/", HEADS): sha for name, sha in here.items() if REMOTES in name}
        assert mirrors == {name: sha for name, sha in public.items() if name.startswith(HEADS)}


def test_finishing_again_has_nothing_to_do(tmp_path: Path) -> None:
    """What is done is observed; the second finish has no step."""
    workshop = Workshop(tmp_path)
    started(workshop)
    conductor = workshop.conductor()
    conductor.begin(propose(conductor.session, FINISH))
    assert propose(workshop.session(), FINISH | {"version": "1.1.0"}).plan.steps == ()


def test_a_candidate_is_tagged_on_the_release_branch(tmp_path: Path) -> None:
    """On both sides, on the branch's tip; the same commit needs no second one unless it is asked for by name."""
    workshop = Workshop(tmp_path)
    started(workshop)
    for number, intent in ((1, TAG), (2, TAG | {"version": "1.1.0-rc.2"})):
        conductor = workshop.conductor()
        assert conductor.begin(propose(conductor.session, intent)) == "done"
        assert workshop.subject.reader.commit_of(f"v1.1.0-rc.{number}") == workshop.subject.here()[BRANCH]
        assert TAGS + f"v1.1.0-rc.{number}" in workshop.subject.there()
        assert propose(workshop.session(), TAG).plan.steps == ()


def test_proposing_changes_nothing(tmp_path: Path) -> None:
    """A proposal is a value: refs, files and configuration are as before, the run's own directory aside."""
    workshop = Workshop(tmp_path)
    before = workshop.picture()
    propose(workshop.session(), START | {"version": "2.0.0"})
    assert workshop.picture() == before
    assert workshop.runs.open_run() is None
