"""What a release command works with: configuration, lock, run directory, and the ports to git.

Hooks are wired in `hooks`.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from release_tools.wiring.forges import absence, forge_at, forge_place
from release_tools.wiring.repository import open_repository

if TYPE_CHECKING:
    from release_tools.adapters.git_process import GitProcess
    from release_tools.config.model import Config
    from release_tools.engine.runs import Runs
    from release_tools.ports import GitReader, GitWriter, VersionLocator
    from release_tools.release.bench import Bench
    from release_tools.release.flows.session import Session


@contextmanager
def release_session(repo: Path, config: Path | None, *, command: str, lasting: bool) -> Iterator["Session"]:
    """Yield what a release command works with; unless it is `lasting`, no lock is taken and the draft is deleted."""
    from tempfile import TemporaryDirectory

    from release_tools.config.load import load_config
    from release_tools.engine.lock import run_lock

    git, top, common = open_repository(repo)
    loaded = load_config(top, config)
    git = replace(git, timeout=loaded.git.read_timeout)
    runs = _runs(common / "release-tools")
    if not lasting:
        with TemporaryDirectory(prefix="release-tools-") as scratch:
            yield _session(git, top, loaded, runs, command, home=Path(scratch) / "draft")
        return
    with run_lock(runs.root, command=command, now=_now()) as effects:
        runs.sweep()
        try:
            yield _session(git, top, loaded, runs, command, effects=effects)
        finally:
            # A draft that did not become a run is no use to anybody.
            runs.sweep()


def version_locator(top: Path = Path()) -> "VersionLocator":
    """Return the locator of versions in files of the work tree at `top`."""
    from release_tools.adapters.version_locator import LibraryLocator

    return LibraryLocator(top=top)


def _runs(root: Path) -> "Runs":
    from release_tools.engine.runs import Runs
    from release_tools.installed import installed_version
    from release_tools.release.steps import KINDS

    return Runs(root=root, kinds=KINDS, made_by=installed_version(), clock=_now)


def _session(
    git: "GitProcess",
    top: Path,
    config: "Config",
    runs: "Runs",
    command: str,
    *,
    effects: int | None = None,
    home: Path | None = None,
) -> "Session":
    from release_tools.adapters.git_locks import lasting_locks
    from release_tools.adapters.git_objects import GitObjects
    from release_tools.adapters.git_reader import GitReader
    from release_tools.release.flows.session import Session

    reader = GitReader(git=git, objects=GitObjects(git), network_timeout=config.git.network_timeout)
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{command}-{os.urandom(3).hex()}"
    settings = reader.settings()
    commits, tags = _signs(config, settings.get("commit.gpgsign"), settings.get("tag.gpgsign"))
    changing = replace(git, inherit=effects)
    place = forge_place(config, settings, os.environ)
    return Session(
        top=top,
        config=config,
        runs=runs,
        run_id=run_id,
        reader=reader,
        make_bench=partial(_bench, changing, settings, sign_commits=commits, sign_tags=tags),
        make_writer=partial(_writer, changing, config),
        draft_directory=home or runs.draft_directory(run_id),
        signs=commits or tags,
        lasting_locks=partial(lasting_locks, runs.root.parent),
        forge=forge_at(place, config),
        without_forge=absence(place),
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


def _bench(
    git: "GitProcess", settings: Mapping[str, str], session: "Session", *, sign_commits: bool, sign_tags: bool
) -> "Bench":
    from release_tools.adapters.git_draft import GitDraft, draft_process
    from release_tools.adapters.git_objects import GitObjects
    from release_tools.adapters.git_reader import GitReader
    from release_tools.release.bench import Bench

    home, timeout = session.draft_directory, session.config.git.network_timeout
    shutil.rmtree(home, ignore_errors=True)
    # A draft's commands are waited for after a crash, too: they write where the next run sweeps.
    drafting = draft_process(git, home / "objects")
    objects = GitObjects(drafting)
    reader = GitReader(git=drafting, objects=objects, network_timeout=timeout)
    author, committer = reader.signature("AUTHOR"), reader.signature("COMMITTER")
    return Bench(
        reader=reader,
        draft=GitDraft(
            git=drafting,
            objects=objects,
            scratch=home,
            author=author,
            committer=committer,
            sign_commits=sign_commits and session.signing,
            sign_tags=sign_tags and session.signing,
            network_timeout=timeout,
        ),
        config=session.config,
        locate=version_locator(session.top),
        top=session.top,
        staged=partial(_staged, reader),
        settings=settings,
        author=author,
        committer=committer,
        refused=session.refused,
        forge=session.forge,
    )


def _staged(reader: "GitReader", version: str) -> str | None:
    """Return the tree that staging committed as a version, as its journals on this machine tell."""
    from release_tools.errors import ConfigError
    from release_tools.wiring.released import committed_content_of, tables_at

    commit = reader.commit_of("HEAD")
    try:
        tables = tables_at(reader, commit) if commit else None
    except ConfigError:
        return None  # a platform that describes no deploys has no records of them
    return committed_content_of(tables.project, "staging", version) if tables else None


def _writer(git: "GitProcess", config: "Config", run_id: str) -> "GitWriter":
    from release_tools.adapters.git_writer import GitWriter

    environment = {"RELEASE_TOOLS_RUN": run_id}
    return GitWriter(git=git, network_timeout=config.git.network_timeout, environment=environment)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
