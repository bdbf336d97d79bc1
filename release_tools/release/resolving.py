"""Resolving: a merge that stopped is handed to a person, in a worktree of its own, and taken back as a commit.

Any commit with the right parents is accepted, whether it was made in that worktree, on the branch itself, or elsewhere.
"""

from pathlib import Path

from release_tools.engine.plan import Await, Plan
from release_tools.engine.runs import Run
from release_tools.engine.step import Step
from release_tools.ports import GitReader
from release_tools.release.edges import Conflict
from release_tools.release.state import RepositoryState
from release_tools.release.steps.merges import BeginMerge, OpenWorktree, SettleFiles
from release_tools.release.steps.objects import AdoptObjects
from release_tools.release.world import World


def plan_resolving(title: str, conflict: Conflict, home: Path, *, then: str) -> Plan:
    """Return the plan that opens a merge for a person; `then` says what will follow."""
    path = str(home / f"merge-{conflict.branch.replace('/', '-')}-{conflict.ours[:7]}-{conflict.theirs[:7]}")
    settled = (SettleFiles(path=path, ours=conflict.ours, tree=conflict.settled, files=conflict.settled_paths),)
    tips = tuple(filter(None, (conflict.ours, conflict.theirs, conflict.settled)))
    steps: tuple[Step[World], ...] = (
        AdoptObjects(source=str(home / "draft" / "objects"), tips=tips),
        OpenWorktree(path=path, commit=conflict.ours),
        BeginMerge(path=path, ours=conflict.ours, theirs=conflict.theirs, message=conflict.message),
        *(settled if conflict.settled else ()),
    )
    return Plan(
        title=title,
        steps=steps,
        notes=(f"“{conflict.message}” conflicts in: {', '.join(conflict.paths)}", f"then, by `continue`: {then}"),
        awaits=Await(
            condition=f"“{conflict.message}” conflicts in: {', '.join(conflict.paths)}.",
            todo=f"Resolve it there: cd '{path}', mend the files, `git add` them and `git commit`; then type "
            "`release-tools continue` here (or `release-tools abort` to go back).",
            human=True,
        ),
    )


def begun_merges(run: Run) -> tuple[BeginMerge, ...]:
    """Return the merges that a run handed to a person, oldest first."""
    steps = (step for plan in run.forward_plans() for step in plan.steps)
    return tuple(step for step in steps if isinstance(step, BeginMerge))


def candidates(reader: GitReader, state: RepositoryState, run: Run | None) -> tuple[str, ...]:
    """Return the commits in which a needed merge may stand already: on the branches here, and from the run's worktrees.

    What an earlier draft of the run made is among them, so that drafting again gives the commits a person built upon.
    """
    local = [branch.local for branch in state.long_lived if branch.local]
    merges = begun_merges(run) if run else ()
    homes = {merge.path for merge in merges}
    resolved = [tree.head for tree in state.worktrees if tree.path in homes]
    drafted = [sha for merge in merges for sha in (merge.theirs, *reader.parents(merge.theirs))]
    return tuple(dict.fromkeys((*resolved, *local, *drafted)))
