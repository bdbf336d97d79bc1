"""The composition root: here the adapters behind the ports are chosen, and nowhere else.

Nothing is decided or done here; adapters are imported when they are asked for.
"""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING

from release_tools.errors import PreconditionFailed, ToolFailed

if TYPE_CHECKING:
    from release_tools.adapters.commit_messages import CommitMessage
    from release_tools.adapters.git_process import GitProcess
    from release_tools.adapters.hook_directory import HookDirectory
    from release_tools.adapters.hook_installation import HookInstallation
    from release_tools.config.hooks import HookRules
    from release_tools.config.model import Config
    from release_tools.domain.branch import BranchTable
    from release_tools.engine.runs import Runs
    from release_tools.hooks.recording import Recording
    from release_tools.ports import GitWriter, VersionLocator
    from release_tools.release.session import Bench, Session


def version_locator() -> "VersionLocator":
    """Return the locator of versions in TOML and YAML files."""
    from release_tools.adapters.version_locator import LibraryLocator

    return LibraryLocator()


@contextmanager
def release_session(repo: Path, config: Path | None, *, command: str, lasting: bool) -> Iterator["Session"]:
    """Yield what a release command works with; unless it is `lasting`, no lock is taken and the draft is deleted."""
    from release_tools.config.load import load_config
    from release_tools.engine.lock import run_lock

    git, top, common = open_repository(repo)
    loaded = load_config(top, config)
    git = replace(git, timeout=loaded.git.read_timeout)
    runs = _runs(common / "release-tools")
    if not lasting:
        with tempfile.TemporaryDirectory(prefix="release-tools-") as scratch:
            yield _session(git, top, loaded, runs, command, scratch=Path(scratch) / "draft")
        return
    with run_lock(runs.root, command=command, now=_now()) as effects:
        runs.sweep()
        try:
            yield _session(git, top, loaded, runs, command, effects=effects)
        finally:
            # A draft that did not become a run is no use to anybody.
            runs.sweep()


def open_repository(repo: Path) -> tuple["GitProcess", Path, Path]:
    """Return git at the top of the work tree around `repo`, that top, and the repository's common directory."""
    from release_tools.adapters.git_process import OLDEST_GIT, GitProcess, forget_git_environment, git_version

    if git_version() < OLDEST_GIT:
        raise PreconditionFailed(
            f"Git {'.'.join(map(str, git_version()))} is too old: merging without a work tree needs git 2.38.",
            state="Nothing was changed.",
            todo="Install git 2.38 or newer.",
        )
    try:
        asked = ("--path-format=absolute", "--show-toplevel", "--git-common-dir")
        top, common = GitProcess(directory=repo).run("rev-parse", *asked).text.split("\n")
    except (ToolFailed, OSError) as error:
        raise PreconditionFailed(
            f"There is no git work tree at {repo.absolute()}.",
            state="Nothing was changed.",
            todo="Go into a work tree, or name one with --repo.",
        ) from error
    forget_git_environment()
    return GitProcess(directory=Path(top)), Path(top), Path(common)


def _runs(root: Path) -> "Runs":
    from release_tools.engine.runs import Runs
    from release_tools.release.steps import KINDS

    return Runs(root=root, kinds=KINDS, made_by=installed("release-tools"), clock=_now)


def _session(
    git: "GitProcess",
    top: Path,
    config: "Config",
    runs: "Runs",
    command: str,
    *,
    scratch: Path | None = None,
    effects: int | None = None,
) -> "Session":
    from release_tools.adapters.git_locks import lasting_locks
    from release_tools.adapters.git_reader import GitReader
    from release_tools.release.session import Session

    reader = GitReader(git=git, network_timeout=config.git.network_timeout)
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{command}-{secrets.token_hex(3)}"
    settings = reader.settings()
    commits, tags = _signs(config, settings.get("commit.gpgsign"), settings.get("tag.gpgsign"))
    changing = replace(git, inherit=effects)
    return Session(
        top=top,
        config=config,
        runs=runs,
        run_id=run_id,
        reader=reader,
        make_bench=partial(_bench, changing, sign_commits=commits, sign_tags=tags),
        make_writer=partial(_writer, changing, config),
        draft_directory=scratch or runs.draft_directory(run_id),
        signs=commits or tags,
        lasting_locks=partial(lasting_locks, runs.root.parent),
    )


def _signs(config: "Config", commits: str | None, tags: str | None) -> tuple[bool, bool]:
    """Return whether commits and tags are signed: as configured, else as git's own settings say."""
    if config.release.sign is not None:
        return config.release.sign, config.release.sign
    return _is_true(commits), _is_true(tags)


def _is_true(value: str | None) -> bool:
    """Read a boolean of git's configuration: `true`, `yes`, `on` in any case, or a number other than 0."""
    word = (value or "").lower()
    return word in ("true", "yes", "on") or (word.lstrip("+-").isdigit() and int(word) != 0)


def _bench(git: "GitProcess", session: "Session", *, sign_commits: bool, sign_tags: bool) -> "Bench":
    from release_tools.adapters.git_draft import GitDraft, draft_process
    from release_tools.adapters.git_reader import GitReader
    from release_tools.release.session import Bench

    home, timeout = session.draft_directory, session.config.git.network_timeout
    shutil.rmtree(home, ignore_errors=True)
    # A draft's commands are waited for after a crash, too: they write where the next run sweeps.
    drafting = replace(draft_process(git, home / "objects"), inherit=git.inherit)
    reader = GitReader(git=drafting, network_timeout=timeout)
    author, committer = reader.signature("AUTHOR"), reader.signature("COMMITTER")
    return Bench(
        reader=reader,
        draft=GitDraft(
            git=drafting,
            scratch=home,
            author=author,
            committer=committer,
            sign_commits=sign_commits and session.signing,
            sign_tags=sign_tags and session.signing,
            network_timeout=timeout,
        ),
        config=session.config,
        locate=version_locator(),
        top=session.top,
        settings=reader.settings(),
        author=author,
        committer=committer,
    )


def _writer(git: "GitProcess", config: "Config", run_id: str) -> "GitWriter":
    from release_tools.adapters.git_writer import GitWriter

    environment = {"RELEASE_TOOLS_RUN": run_id}
    return GitWriter(git=git, network_timeout=config.git.network_timeout, environment=environment)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


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
    from release_tools.domain.branch import BranchTable

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


def commit_messages(repo: Path, span: str) -> "tuple[CommitMessage, ...]":
    """Return the messages that git recorded in a range of the repository at `repo`."""
    from release_tools.adapters.commit_messages import read_messages

    return read_messages(open_repository(repo)[0], span)


def file_recording(repo: Path, file: Path) -> "Recording":
    """Return what git at `repo` would record of the message in `file`."""
    from release_tools.hooks.recording import observe_recording

    git, _, _ = open_repository(repo)
    return observe_recording(file.read_bytes(), git.run("rev-parse", "--absolute-git-dir").text)
