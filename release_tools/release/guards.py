"""The guards: state to problems, all of them at once, each with what a person types to put it right.

They look at a `RepositoryState` only; what is wrong with the outside world itself is raised by the adapters.
"""

from collections.abc import Iterable

from release_tools.domain.version import Version
from release_tools.errors import PreconditionFailed
from release_tools.record import record
from release_tools.release.state import BranchState, RepositoryState


@record
class Problem:
    """One thing that must be put right first, and how."""

    failed: str
    todo: str


Problems = tuple[Problem, ...]


def refuse(problems: Iterable[Problem]) -> None:
    """Raise `PreconditionFailed` with all problems, if there are any."""
    found = tuple(problems)
    if not found:
        return
    failed = found[0].failed if len(found) == 1 else "\n".join(f"- {problem.failed}" for problem in found)
    todo = found[0].todo if len(found) == 1 else "\n".join(f"- {problem.todo}" for problem in found)
    raise PreconditionFailed(failed, state="Nothing was changed.", todo=todo)


def guard_repository(state: RepositoryState) -> Problems:
    """Return what keeps any release command from working in this repository."""
    main = state.main
    table = (
        (not state.head, "This repository has no commit yet.", "Make a first commit, then run this again."),
        (state.shallow, "This clone is shallow: history is cut off, so versions and merges cannot be told.",
         f"Type `git fetch --unshallow {state.remote or 'origin'}` (in CI: fetch-depth: 0)."),
        (bool(state.operation), f"{state.operation.capitalize()} is in progress.",
         "Finish it or abort it with git (`git status` says how), then run this again."),
        (bool(state.status.unmerged), f"Unmerged paths: {_listed(state.status.unmerged)}.",
         "Resolve them and commit, or abort the merge, then run this again."),
        (state.committer is None or state.author is None, "Git does not know who you are.",
         'Type `git config user.name "Your Name"` and `git config user.email you@example.com`.'),
        (state.develop is not None and not state.develop.exists,
         f"There is no branch {state.develop.name if state.develop else ''}, neither here nor at the remote.",
         "Create it, or set branches.develop in the configuration (false: a trunk without one)."),
        (bool(state.head) and not main.exists, f"There is no branch {main.name}, neither here nor at the remote.",
         "Create it, or name yours with branches.main in the configuration."),
    )  # fmt: skip
    return tuple(Problem(failed=failed, todo=todo) for wrong, failed, todo in table if wrong)


def guard_attached(state: RepositoryState) -> Problems:
    """Return a problem when HEAD is detached, since switching away could lose commits."""
    if state.head_branch or not state.head:
        return ()
    return (
        Problem(
            failed=f"HEAD is detached at {state.head[:10]}.",
            todo=f"Type `git switch {state.base.name}` (or `git switch -c NAME` to keep commits made here).",
        ),
    )


def guard_clean(state: RepositoryState, paths: Iterable[str]) -> Problems:
    """Return a problem for every worktree among `paths` with changes in tracked files."""
    return tuple(
        Problem(
            failed=f"Tracked files are changed{_where(state, path)}: {_listed(state.changes[path].changed)}.",
            todo="Commit them or `git stash` them, then run this again; untracked files may stay.",
        )
        for path in paths
        if path in state.changes and state.changes[path].changed
    )


def guard_current(state: RepositoryState, branch: BranchState) -> Problems:
    """Return a problem when the local branch is not where the remote's is."""
    name, remote = branch.name, state.remote
    if not branch.exists:
        return (Problem(failed=f"There is no branch {name}.", todo=f"Create {name}, or fetch it from the remote."),)
    if branch.ahead and branch.behind:
        failed = f"{name} has diverged: {_commits(branch.ahead)} only here, {branch.behind} only at {remote}."
        todo = f"Type `git switch {name}` and `git pull --rebase {remote} {name}`, or merge, and push."
        return (Problem(failed=failed, todo=todo),)
    if branch.behind:
        failed = f"{name} is {_commits(branch.behind)} behind {remote}/{name}."
        todo = f"Type `git switch {name}` and `git pull --ff-only {remote} {name}`."
        return (Problem(failed=failed, todo=todo),)
    if branch.ahead:
        failed = f"{name} has {_commits(branch.ahead)} that {remote} does not have."
        return (Problem(failed=failed, todo=f"Type `git push {remote} {name}` first, or take them back."),)
    if remote and branch.local and not branch.remote:
        return (Problem(failed=f"{name} does not exist at {remote}.", todo=f"Type `git push -u {remote} {name}`."),)
    return ()


def guard_free(state: RepositoryState, version: Version, branch: str, tag: str) -> Problems:
    """Return a problem for the tag and the branch of a version that exist already, here or at the remote."""
    problems = []
    if tag in state.tags:
        problems.append(Problem(failed=f"The tag {tag} exists {_side(state, tag)}.", todo=_above(version)))
    if branch in state.here.branches or branch in state.there.branches:
        side = "here" if branch in state.here.branches else f"at {state.remote}"
        todo = f"Finish it (`release-tools finish-release {version}`), or delete the branch."
        problems.append(Problem(failed=f"The branch {branch} exists {side}.", todo=todo))
    return (*problems, *guard_beside(state, branch))


def guard_beside(state: RepositoryState, branch: str) -> Problems:
    """Return a problem for each branch beside which git cannot keep `branch`: refs are files in directories."""
    names = sorted({*state.here.branches, *state.there.branches})
    return tuple(
        Problem(
            failed=f"The branch {name} is in the way: git cannot keep {branch} beside it.",
            todo=f"Rename or delete {name}, here and at the remote.",
        )
        for name in names
        if branch.startswith(f"{name}/") or name.startswith(f"{branch}/")
    )


def guard_greater(version: Version, latest: Version | None) -> Problems:
    """Return a problem when the version is not greater than the latest one."""
    if latest is None or version > latest:
        return ()
    return (Problem(failed=f"{version} is not greater than {latest}, the latest version.", todo=_above(latest)),)


def guard_untracked(state: RepositoryState, path: str, in_the_way: tuple[str, ...]) -> Problems:
    """Return a problem when untracked files stand where a worktree needs to be updated."""
    if not in_the_way:
        return ()
    failed = f"Untracked files would be overwritten{_where(state, path)}: {_listed(in_the_way)}."
    return (Problem(failed=failed, todo="Move them away, then run this again."),)


def guard_saved(unsaved: Iterable[tuple[str, tuple[str, ...]]]) -> Problems:
    """Return a problem for every merge worktree that holds more than its commit and is about to be removed."""
    return tuple(
        Problem(
            failed=f"The merge worktree {path} holds what no commit has: {_listed(paths)}.",
            todo="Commit it there (`git commit --amend` makes it part of the merge), or move it away.",
        )
        for path, paths in unsaved
        if paths
    )


def guard_concealed(state: RepositoryState, path: str, concealed: tuple[str, ...]) -> Problems:
    """Return a problem when files were edited that git was told to overlook: git would stop at them later."""
    if not concealed:
        return ()
    failed = f"Files marked skip-worktree or assume-unchanged are edited{_where(state, path)}: {_listed(concealed)}."
    todo = "Type `git update-index --no-skip-worktree --no-assume-unchanged FILE` and commit or undo the edit."
    return (Problem(failed=failed, todo=todo),)


def _above(version: Version) -> str:
    return f"Choose a greater version than {version}; `release-tools next-version` proposes one."


def _side(state: RepositoryState, tag: str) -> str:
    sides = [word for word, refs in (("here", state.here), (f"at {state.remote}", state.there)) if tag in refs.tags]
    return " and ".join(sides)


def _where(state: RepositoryState, path: str) -> str:
    return "" if path == state.top else f" in {path}"


def _commits(number: int) -> str:
    return "1 commit" if number == 1 else f"{number} commits"


def _listed(paths: tuple[str, ...]) -> str:
    shown = ", ".join(paths[:5])
    return shown if len(paths) <= 5 else f"{shown} and {len(paths) - 5} more"
