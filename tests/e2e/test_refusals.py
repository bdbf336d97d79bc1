"""What must be put right first: each fault has its exit code and its three sentences, and nothing is changed.

The faults stand in `faults`; those of the machine around (disk, network, signals) in `test_machine_faults`.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from faults import FAULTS, FINISH, FINISHING, NEXT, START, TAG, Fault, behind
from repository import Clone, Site, write_hook


def refused(site: Site, fault: Fault) -> None:
    """Run the command and look at its code, its three sentences, and all that must be as before."""
    fault.make(site)
    before = site.snapshot()
    outcome = replace(site.here, environment=fault.environment).run(*fault.command)
    assert outcome.code == fault.code, outcome.stderr
    assert outcome.stdout == ""
    message = "\n".join(outcome.error)
    failed, state, todo = message.partition("Nothing was changed")
    assert state, message
    assert re.search(fault.failed, failed), message
    assert re.search(fault.todo, todo), message
    assert site.snapshot() == before


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_is_refused_and_nothing_is_changed(site: Site, fault: Fault) -> None:
    """Exit 3 (2 for a usage error): what failed, that nothing was changed, what to type."""
    refused(site, fault)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FINISHING, ids=lambda fault: fault.name)
def test_fault_in_a_started_release_is_refused(started: Site, fault: Fault) -> None:
    """The same, where a release is open."""
    refused(started, fault)


def test_all_problems_are_said_at_once(site: Site) -> None:
    """Whoever mends one does not meet the next one afterwards."""
    behind(site)
    site.here.write("a", "x")
    site.here.git("tag", "v1.1.0", "main")
    outcome = site.here.run(*START, "1.1.0")
    assert outcome.code == 3
    problems = outcome.error[: outcome.error.index("Nothing was changed.")]
    assert [problem[:2] for problem in problems] == ["- "] * 4
    for word in ("not greater", "behind", "changed: a", "exists here"):
        assert word in outcome.stderr


@pytest.mark.parametrize("command", [START, FINISH, TAG, NEXT], ids=lambda command: command[0])
def test_empty_repository_is_refused(tmp_path: Path, command: tuple[str, ...]) -> None:
    """There is nothing to release from."""
    here = Clone(tmp_path / "here")
    here.path.mkdir()
    here.git("init", "--quiet", "-b", "main")
    before = here.snapshot()
    outcome = here.run(*command)
    assert outcome.code == 3
    assert "This repository has no commit yet." in outcome.stderr
    assert here.snapshot() == before


@pytest.mark.parametrize("command", [START, NEXT, ("status",), ("abort",)], ids=lambda command: command[0])
def test_outside_a_repository_is_refused(tmp_path: Path, command: tuple[str, ...]) -> None:
    """The message names the place and the option."""
    outcome = Clone(tmp_path).run(*command)
    assert outcome.code == 3
    assert outcome.error[0] == f"There is no git work tree at {tmp_path}."
    assert "--repo" in outcome.error[2]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["start-release", "finish-release", "tag"])
def test_question_without_a_terminal_is_a_usage_error(started: Site, command: str) -> None:
    """Nobody can answer, so nothing happens; the flag to pass is named."""
    started.here.git("switch", "--quiet", "develop" if command == "start-release" else "release/v1.1.0")
    before = started.snapshot()
    outcome = started.here.run(command, *(("1.2.0",) if command == "start-release" else ()))
    assert outcome.code == 2
    assert outcome.error == (
        "There is no terminal to ask: Go ahead?",
        "Nothing was changed.",
        "Pass --yes to answer yes.",
    )
    assert started.snapshot() == before


@pytest.mark.parametrize("command", [START, FINISH, TAG], ids=lambda command: command[0])
def test_dry_run_prints_the_plan_and_writes_nothing(started: Site, command: tuple[str, ...]) -> None:
    """Not even the state directory is touched, and no object is left."""
    before = started.snapshot()
    version = ("1.2.0",) if command is START else ()
    started.here.git("switch", "--quiet", "develop" if command is START else "release/v1.1.0")
    before = started.snapshot()
    outcome = started.here.run(command[0], *version, "--dry-run", "--json")
    assert outcome.code == 0, outcome.stderr
    assert outcome.data["state"] == "planned"
    assert any(line.startswith("2. push to origin, all or nothing") for line in outcome.data["plan"])
    assert started.snapshot() == before


def test_old_git_is_refused_by_name(site: Site, tmp_path: Path) -> None:
    """Before 2.38 git cannot merge without a work tree; the message says which git was found."""
    write_hook(tmp_path / "bin" / "git", 'echo "git version 2.37.7"')
    before = site.snapshot()
    outcome = site.here.run(*START, PATH=f"{tmp_path / 'bin'}:/usr/bin:/bin")
    assert outcome.code == 3
    assert outcome.error == (
        "Git 2.37.7 is too old: merging without a work tree needs git 2.38.",
        "Nothing was changed.",
        "Install git 2.38 or newer.",
    )
    assert site.snapshot() == before


def test_missing_git_is_refused_by_name(site: Site, tmp_path: Path) -> None:
    """No git at all is a precondition like any other, not a crash of ours."""
    (tmp_path / "bin").mkdir()
    outcome = site.here.run(*START, PATH=str(tmp_path / "bin"))
    assert outcome.code == 3, outcome.stderr
    assert "git" in outcome.error[0].lower()
