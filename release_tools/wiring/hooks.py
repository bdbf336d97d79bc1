"""What the commands about hooks, messages and branches work with.

The hooks themselves wire nothing: they read what was baked for them.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from release_tools.wiring.repository import open_repository

if TYPE_CHECKING:
    from release_tools.adapters.hook_directory import HookDirectory
    from release_tools.adapters.hook_installation import HookInstallation
    from release_tools.config.hooks import HookRules
    from release_tools.domain.branches.branch import BranchTable
    from release_tools.domain.pushes.verdict import Verdict
    from release_tools.hooks.recording import Recording


def hook_installation(repo: Path, *, force: bool = False) -> "HookInstallation":
    """Return the installation of our hooks in the work tree around `repo`, run by the Python that runs now."""
    from release_tools.adapters.git_process import GitProcess
    from release_tools.adapters.hook_directory import guard_hook_directory, observe_hook_directory

    found = observe_hook_directory(GitProcess(directory=repo))
    guard_hook_directory(found, force=force)
    return _hook_installation(found)


def hook_remainders(repo: Path) -> "tuple[HookInstallation, ...]":
    """Return the installations that may be left around `repo`: where git looks now, and where it looks by default."""
    from release_tools.adapters.git_process import GitProcess
    from release_tools.adapters.hook_directory import observe_hook_directory

    found = observe_hook_directory(GitProcess(directory=repo))
    usual = replace(found, path=found.common_dir / "hooks")
    places = (found,) if usual.path.resolve() == found.path.resolve() else (found, usual)
    return tuple(_hook_installation(place) for place in places)


def _hook_installation(found: "HookDirectory") -> "HookInstallation":
    from release_tools.adapters.hook_installation import HookInstallation
    from release_tools.hooks.launcher import DOORS, launcher_of_this_python
    from release_tools.hooks.rules_file import bake_rules

    return HookInstallation(
        found=found,
        names=tuple(DOORS),
        render=launcher_of_this_python,
        bake=partial(bake_rules, str(found.git_dir), str(found.top)),
    )


def branch_rules(repo: Path, config: Path | None) -> "tuple[BranchTable, str | None, str]":
    """Return the table of branches at `repo`, the branch that is checked out (None: detached), and the rules' file."""
    from release_tools.config.bake import hook_rules
    from release_tools.config.load import config_path, load_config
    from release_tools.domain.branches.branch import BranchTable

    git, top, _ = open_repository(repo)
    source = config or config_path(top)
    rules = hook_rules(load_config(top, config), name=source.name if source else "")
    table = BranchTable(main=rules.main, develop=rules.develop, direct=rules.direct, patterns=rules.patterns)
    head = git.run("symbolic-ref", "-q", "--short", "HEAD", ok=(0, 1))
    return table, head.text or None, rules.config


def commit_rules(repo: Path, config: Path | None) -> "HookRules":
    """Return the rules for commit messages of the work tree around `repo`."""
    from release_tools.config.bake import hook_rules
    from release_tools.config.load import config_path, load_config

    _, top, _ = open_repository(repo)
    source = config or config_path(top)
    return hook_rules(load_config(top, config), name=source.name if source else "")


def file_recording(repo: Path, file: Path) -> "Recording":
    """Return what git at `repo` would record of the message in `file`."""
    from release_tools.hooks.recording import observe_recording

    git, _, _ = open_repository(repo)
    return observe_recording(file.read_bytes(), git.run("rev-parse", "--absolute-git-dir").text)


def push_verdict(repo: Path, config: Path | None, remote: str, url: str, told: bytes) -> "Verdict":
    """Return what stands against a push from `repo`, as git tells its pre-push hook about it."""
    from contextlib import chdir

    from release_tools.hooks.push_judge import examine

    _, top, _ = open_repository(repo)
    rules = commit_rules(repo, config)
    with chdir(top):
        return examine(remote, url, told, rules)
