"""Looking: what every proposal begins with, an observed repository in which a release command can work at all.

Nothing is planned here.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from release_tools.domain.version import Version
from release_tools.engine.plan import Plan
from release_tools.engine.runs import Intent
from release_tools.errors import PreconditionFailed, ToolFailed
from release_tools.release.bench import Bench
from release_tools.release.flows.session import Proposal
from release_tools.release.guards import Problem, guard_concealed, guard_repository, guard_untracked, refuse
from release_tools.release.landing import landing_branch, on_topic
from release_tools.release.observe import observe
from release_tools.release.state import RepositoryState


@contextmanager
def looking() -> Iterator[None]:
    """Say of a tool or a disk that fails while there is no plan yet that nothing was changed."""
    try:
        yield
    except (ToolFailed, OSError) as error:
        failed, todo = (error.failed, error.todo) if isinstance(error, ToolFailed) else (f"{error}.", "")
        todo = todo or "Mend that, then run this again."
        raise PreconditionFailed(failed, state="Nothing was changed.", todo=todo) from error


def observed(
    bench: Bench,
    *,
    branch: str = "",
    version: Version | None = None,
    carrying: bool = False,
    by_head: bool = True,
) -> RepositoryState:
    """Return the state of a repository that is fit for release commands; the arguments are those of `observe`."""
    state = observe(bench, branch=branch, version=version, carrying=carrying, by_head=by_head)
    refuse(guard_repository(state))
    return state


def moves_of(state: RepositoryState, tips: Mapping[str, str], *, leaves: bool = True) -> dict[str, tuple[str, str]]:
    """Return from which commit to which one each worktree will go; `leaves`: this one will leave the topic."""
    moves = {
        tree.path: (state.here.branches[tree.branch], tips[tree.branch])
        for tree in state.worktrees
        if tree.branch and tree.branch in tips and tree.branch in state.here.branches and not tree.gone
    }
    landing = landing_branch(state)
    if leaves and on_topic(state) and landing:
        moves[state.top] = (state.head, tips.get(landing.name, landing.local or landing.remote))
    return moves


def in_the_way(bench: Bench, state: RepositoryState, moves: Mapping[str, tuple[str, str]]) -> tuple[Problem, ...]:
    """Return a problem for all that git would stop at when worktrees go from one commit to another."""
    return tuple(
        problem
        for path, (old, new) in moves.items()
        if old != new
        for problem in (
            *guard_untracked(state, path, bench.reader.untracked_in_the_way(old, new, Path(path))),
            *guard_concealed(state, path, bench.reader.concealed_changes(old, new, Path(path))),
        )
    )


def nothing(intent: Intent, why: str) -> Proposal:
    """Return the proposal to do nothing."""
    return Proposal(intent=intent, plan=Plan(title=why))
