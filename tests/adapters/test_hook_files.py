"""Hook files: installed, upgraded and taken out, on a real file system."""

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hook_places import BEFORE, OLDER, OURS, PRE_COMMIT, TEAM, installation, plain, pre_commit, snapshot

from release_tools.adapters.hook_files import HookFiles, find_manager
from release_tools.domain.hook_plan import Move
from release_tools.errors import Locked, PreconditionFailed, ToolFailed

NOBODY = 65534


@pytest.fixture
def hooks(tmp_path: Path) -> Path:
    """Return an empty hooks directory with an unusual name."""
    directory = tmp_path / "my hööks"
    directory.mkdir()
    return directory


@pytest.mark.parametrize("before", BEFORE)
def test_way_in_and_out(hooks: Path, before: str) -> None:
    """Installing keeps what was there, is done once, and uninstalling restores it: bytes, mode, link."""
    BEFORE[before](hooks / "hook")
    old = snapshot(hooks)
    installed = installation(hooks)
    installed.install()
    there = snapshot(hooks)
    assert there["hook"] == (stat.S_IFREG | 0o755, OURS)
    assert there.get("hook.before-release-tools") == old.get("hook")
    assert [plan.moves for _, plan, _ in installed.install()] == [()]
    assert snapshot(hooks) == there
    installed.uninstall()
    assert snapshot(hooks) == old
    assert [plan.moves for _, plan, _ in installed.uninstall()] == [()]


@pytest.mark.parametrize("before", BEFORE)
def test_upgrade(hooks: Path, before: str) -> None:
    """An older launcher is replaced in place; the kept hook stays what it is."""
    BEFORE[before](hooks / "hook")
    old = snapshot(hooks)
    installation(hooks, launcher=OLDER).install()
    rows = installation(hooks).install()
    assert [plan.moves for _, plan, _ in rows] == [(Move.WRITE,)]
    assert (hooks / "hook").read_bytes() == OURS
    installation(hooks).uninstall()
    assert snapshot(hooks) == old


def test_launcher_that_lost_its_mode(hooks: Path) -> None:
    """A launcher that git would not run is written again."""
    installation(hooks).install()
    (hooks / "hook").chmod(0o644)
    if os.geteuid() == 0:
        (hooks / "hook").chmod(0o600)
    installation(hooks).install()
    assert stat.S_IMODE((hooks / "hook").stat().st_mode) == 0o755


@pytest.mark.parametrize("job", ["plan_install", "plan_uninstall", "install", "uninstall"])
def test_launcher_edited_by_somebody(hooks: Path, job: str) -> None:
    """What somebody added to our launcher is not destroyed: all is refused, and nothing is changed."""
    installation(hooks).install()
    with (hooks / "hook").open("ab") as file:
        file.write(b"make lint\n")
    old = snapshot(hooks)
    with pytest.raises(PreconditionFailed, match="changed by somebody"):
        getattr(installation(hooks), job)()
    assert snapshot(hooks) == old


def test_hook_put_in_place_of_ours(hooks: Path) -> None:
    """Two hooks that both are somebody's are for a person to join; uninstalling touches neither and says so."""
    plain(hooks / "hook")
    installation(hooks).install()
    (hooks / "hook").write_bytes(b"#!/bin/sh\nanother\n")
    old = snapshot(hooks)
    with pytest.raises(PreconditionFailed, match=r"join them into hook and delete hook\.before-release-tools"):
        installation(hooks).install()
    installed = installation(hooks)
    assert "skipped, because" in installed.render_rows(installed.uninstall())
    assert snapshot(hooks) == old


def test_hook_put_in_place_of_an_unchained_launcher(hooks: Path) -> None:
    """A hook that replaced ours is like any that was there before."""
    installation(hooks).install()
    (hooks / "hook").write_bytes(TEAM)
    installation(hooks).install()
    assert (hooks / "hook.before-release-tools").read_bytes() == TEAM
    installation(hooks).uninstall()
    assert (hooks / "hook").read_bytes() == TEAM


def test_launcher_deleted_by_hand(hooks: Path) -> None:
    """Uninstalling still puts back the hook from before; installing chains it again."""
    plain(hooks / "hook")
    old = snapshot(hooks)
    installation(hooks).install()
    (hooks / "hook").unlink()
    installation(hooks).install()
    assert (hooks / "hook").read_bytes() == OURS
    (hooks / "hook").unlink()
    installation(hooks).uninstall()
    assert snapshot(hooks) == old


@pytest.mark.parametrize("kept", [False, True])
def test_hook_manager_that_moved_ours_aside(hooks: Path, kept: bool) -> None:
    """pre-commit keeps our launcher as `.legacy` and runs it: there it is upgraded, and from there it is taken out."""
    if kept:
        plain(hooks / "hook")
    installation(hooks, launcher=OLDER).install()
    (hooks / "hook").rename(hooks / "hook.legacy")
    pre_commit(hooks / "hook")
    installed = installation(hooks)
    assert "pre-commit took over" in installed.render_rows(installed.install())
    assert (hooks / "hook.legacy").read_bytes() == OURS
    assert (hooks / "hook").read_bytes() == PRE_COMMIT
    assert [plan.moves for _, plan, _ in installed.install()] == [()]
    installed.uninstall()
    expected = {"hook": PRE_COMMIT} | ({"hook.legacy": TEAM} if kept else {})
    assert {name: data for name, (_, data) in snapshot(hooks).items()} == expected


def test_hook_manager_installed_on_both_sides(hooks: Path) -> None:
    """Where pre-commit stood before us and took over after us, uninstalling leaves it once."""
    pre_commit(hooks / "hook")
    installation(hooks).install()
    (hooks / "hook").rename(hooks / "hook.legacy")
    pre_commit(hooks / "hook")
    installation(hooks).uninstall()
    assert list(snapshot(hooks)) == ["hook"]


@pytest.mark.parametrize("name", ["hook", "hook.before-release-tools"])
def test_directory_in_the_way(hooks: Path, name: str) -> None:
    """What is no file is left alone and named."""
    (hooks / name).mkdir()
    with pytest.raises(PreconditionFailed, match="neither a file nor a link"):
        installation(hooks).install()


def test_problems_of_all_hooks(hooks: Path) -> None:
    """All that forbids an installation is said at once, and the hooks without a problem stay as they are, too."""
    (hooks / "one").mkdir()
    (hooks / "three").mkdir()
    with pytest.raises(PreconditionFailed) as refused:
        installation(hooks, names=("one", "two", "three")).install()
    assert "/one is" in str(refused.value) and "/three is" in str(refused.value)
    assert not (hooks / "two").exists()


def test_directory_that_does_not_exist(tmp_path: Path) -> None:
    """It is made on installing; uninstalling finds nothing to do."""
    installation(tmp_path / "a" / "b").uninstall()
    assert not (tmp_path / "a").exists()
    installation(tmp_path / "a" / "b").install()
    assert (tmp_path / "a" / "b" / "hook").read_bytes() == OURS


def test_two_installations_at_once(hooks: Path) -> None:
    """The second one is told to wait, and changes nothing."""
    with HookFiles(directory=hooks).locked(), pytest.raises(Locked):
        installation(hooks).install()
    assert snapshot(hooks) == {}


def test_lock_of_a_killed_installation(hooks: Path) -> None:
    """The lock dies with its process."""
    code = (
        "import os, sys; from pathlib import Path; from release_tools.adapters.hook_files import HookFiles\n"
        "with HookFiles(directory=Path(sys.argv[1])).locked(): os._exit(9)"
    )
    assert subprocess.run((sys.executable, "-c", code, str(hooks)), check=False).returncode == 9
    installation(hooks).install()


def test_file_where_the_directory_belongs(tmp_path: Path) -> None:
    """The error names it, with what state things are in."""
    (tmp_path / "hooks").touch()
    with pytest.raises(ToolFailed, match="cannot be used") as failed:
        installation(tmp_path / "hooks").install()
    assert failed.value.state == "The hook that was in force still is."


def test_directory_without_permission(tmp_path: Path) -> None:
    """The error says what stopped it, and the old hook is in force."""
    (tmp_path / "elsewhere").mkdir()
    installation(tmp_path / "elsewhere").install()  # imports everything while we may still read it
    with tempfile.TemporaryDirectory() as name, nobody(Path(name)):
        hooks = Path(name) / "hooks"
        hooks.mkdir()
        plain(hooks / "hook")
        hooks.chmod(0o555)
        with pytest.raises(ToolFailed, match="cannot be used"):
            installation(hooks).install()
        assert [path.name for path in hooks.iterdir()] == ["hook"]
        hooks.chmod(0o755)


@contextmanager
def nobody(directory: Path) -> Iterator[None]:
    """Act as a user without rights, to whom only `directory` is given: root may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.chown(directory, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    ("data", "manager"),
    [(PRE_COMMIT, "pre-commit"), (b"# File generated by prek: x", "prek"), (b"#!/bin/sh\nlefthook run\n", "lefthook")],
)
def test_tools_that_write_hooks(data: bytes, manager: str) -> None:
    """Hooks of known managers are recognized by what they write into them."""
    assert find_manager(data) == manager


def test_hook_that_looks_at_its_own_name(hooks: Path) -> None:
    """Kept under another name it may act differently, and that is said."""
    (hooks / "hook").write_bytes(b'#!/bin/sh\nexec run "$(basename "$0")"\n')
    installed = installation(hooks)
    assert "mind that it seems to look at its own ($0)" in installed.render_rows(installed.install())


def test_hook_that_goes_by_its_name_only(hooks: Path) -> None:
    """What would refuse every commit under another name is refused, with the way to go."""
    (hooks / "commit-msg").write_bytes(b"#!/usr/bin/env ruby\nrequire 'overcommit'\n")
    with pytest.raises(PreconditionFailed, match=r"let overcommit call `release-tools check-commit"):
        installation(hooks, names=("commit-msg",)).install()
