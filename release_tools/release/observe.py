"""Observing a repository: asks the git ports and returns one `RepositoryState`.

Nothing is judged here (`guards` does) and no ref is written; commits that only the remote has come into the draft.
"""

from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from release_tools.config.model import Config
from release_tools.domain.refs import HEADS, Refs, Worktree, WorktreeStatus
from release_tools.domain.version import Version, parse_tag
from release_tools.errors import PreconditionFailed, ToolFailed
from release_tools.ports import GitReader
from release_tools.release.bench import Bench
from release_tools.release.lines import find_line, is_line
from release_tools.release.names import claimed_versions, develop_name, remote_name
from release_tools.release.state import BranchState, RepositoryState


def observe(
    bench: Bench,
    *,
    branch: str = "",
    version: Version | None = None,
    carrying: bool = False,
    by_head: bool = True,
) -> RepositoryState:
    """Return the state of the repository and of its remote.

    `branch` is the topic that the intent names, `version` the one it releases, which may belong to a support line;
    `carrying` looks at the open release branches as well. Without a version, a support line that is checked out takes
    main's place, unless `by_head` is false. Raises `PreconditionFailed` when the remote cannot be asked:
    nothing was changed then.
    """
    reader, config = bench.reader, bench.config
    remote = remote_name(bench.settings, config)
    here, tracked = reader.refs(remote)
    there = _asked(reader, remote) if remote else Refs()
    line = _line(bench, here, there, version, bench.reader.head() if by_head else None)
    develop = None if line else develop_name(config, here, there)
    claims = claimed_versions(config, (*here.branches, *there.branches))
    releases = _unreleased(config, here, there, claims, branch) if carrying and not line else ()
    main = line or config.branches.main
    wanted = [name for name in (main, *releases, develop, branch) if name]
    if remote:
        _bring(bench, remote, [(name, there.branches[name]) for name in wanted if name in there.branches])
    worktrees = reader.worktrees()
    return RepositoryState(
        top=str(bench.top),
        head_branch=reader.head(),
        head=reader.commit_of("HEAD") or "",
        changes=_changes(bench, worktrees, wanted),
        operation=reader.operation(),
        shallow=reader.shallow(),
        author=bench.author,
        committer=bench.committer,
        remote=remote,
        here=here,
        there=there,
        tracked=tracked,
        worktrees=worktrees,
        settings=bench.settings,
        main=branch_state(reader, here, there, main),
        develop=branch_state(reader, here, there, develop) if develop else None,
        topic=branch_state(reader, here, there, branch) if branch else None,
        releases=tuple(branch_state(reader, here, there, name) for name in releases),
        open_versions=claims,
        protected=(*config.branches.protected, *bench.refused),
    )


def _line(bench: Bench, here: Refs, there: Refs, version: Version | None, head: str | None) -> str | None:
    """Return the support line to work on: the version's, else the one that is checked out."""
    names = {*here.branches, *there.branches}
    if version is None:
        return head if is_line(bench.config, head) else None
    tags = (parse_tag(name, bench.config.version.tag_prefix) for name in {*here.tags, *there.tags})
    finals = [tag for tag in tags if tag and tag.is_final and tag != version]
    return find_line(bench.config, names, version, max(finals, default=None))


def _unreleased(config: Config, here: Refs, there: Refs, claims: Mapping[str, str], topic: str) -> tuple[str, ...]:
    """Return the open release branches but `topic`, by version; one whose tag exists only waits for its deletion."""
    tags = {*here.tags, *there.tags}
    versions = sorted(version for text in claims if (version := parse_tag(text, "")) is not None)
    names = (claims[str(version)] for version in versions if version.tag_name(config.version.tag_prefix) not in tags)
    return tuple(name for name in names if name != topic)


def _asked(reader: GitReader, remote: str) -> Refs:
    try:
        return reader.remote_refs(remote)
    except ToolFailed as error:
        raise PreconditionFailed(
            f"The remote {remote!r} cannot be asked. {error.failed}",
            state="Nothing was changed.",
            todo=f"Check `git ls-remote {remote}`, then run this again. {error.todo}".strip(),
        ) from error


def _bring(bench: Bench, remote: str, tips: list[tuple[str, str]]) -> None:
    absent = set(bench.reader.missing([sha for _, sha in tips]))
    names = tuple(HEADS + name for name, sha in tips if sha in absent)
    if names:
        bench.draft.fetch(remote, names)


def _changes(bench: Bench, worktrees: Iterable[Worktree], wanted: Container[str]) -> dict[str, WorktreeStatus]:
    others = [
        tree.path for tree in worktrees if tree.branch in wanted and tree.path != str(bench.top) and not tree.gone
    ]
    return {str(bench.top): bench.reader.status()} | {path: bench.reader.status(Path(path)) for path in others}


def branch_state(reader: GitReader, here: Refs, there: Refs, name: str) -> BranchState:
    """Return a branch as it is on both sides, and how far the sides are apart."""
    local, remote = here.branches.get(name, ""), there.branches.get(name, "")
    ahead, behind = reader.ahead_behind(local, remote) if local and remote else (0, 0)
    return BranchState(name=name, local=local, remote=remote, ahead=ahead, behind=behind)
