"""The deploy that a finish starts at the forge: the step that is left of it, and how its end is awaited.

Only the newest final version is deployed: an older one would take its environment back. The step is in
`steps.pipelines`.
"""

from release_tools.domain.forge.pipeline import PipelineRun, RunState, deploy_mark
from release_tools.domain.version import Version
from release_tools.engine.plan import Await
from release_tools.engine.runs import Run
from release_tools.errors import HumanNeeded
from release_tools.record import record
from release_tools.release.bench import Bench
from release_tools.release.section import version_tags
from release_tools.release.state import RepositoryState
from release_tools.release.steps.pipelines import STARTED, StartDeploy


@record
class Deploying:
    """The deploy of a release as far as the forge has it."""

    step: StartDeploy
    again: str
    """The command that goes on in any clone while its end is awaited."""
    started: bool = False
    awaited: bool = False
    """Whether the finish is over only when it has ended."""
    run: PipelineRun | None = None
    """None where it is not started, not listed yet, or where nobody asks."""

    @property
    def steps(self) -> tuple[StartDeploy, ...]:
        """Return what is left to do."""
        return () if self.started else (self.step,)

    def awaits(self) -> Await | None:
        """Return what is awaited of it; `HumanNeeded` where it has failed."""
        step, run = self.step, self.run
        if not self.awaited or (run and run.state is RunState.PASSED):
            return None
        if run and run.state is RunState.FAILED:
            raise HumanNeeded(
                f"The deploy of {step.version} to {step.environment} failed: {run.address}",
                state=f"{step.version} is released, and it is not deployed by that run.",
                todo="Mend what stopped it and run it again there, then type `release-tools continue`.",
            )
        where = (
            f"Its run: {run.address}"
            if run
            else f"Its run has `{step.mark}` in its title, by {step.pipeline}'s run-name."
        )
        return Await(
            condition=f"Waiting for the deploy of {step.version} to {step.environment}.",
            todo=f"{where}\nThen type `release-tools continue` here, or `{self.again}` in any clone.",
        )


def draft_deploy(
    bench: Bench,
    state: RepositoryState,
    version: Version,
    tag: str,
    commit: str,
    *,
    run: Run | None,
    holder: str,
    again: str,
) -> Deploying | None:
    """Return the deploy of a tagged commit, None where none is wanted or there is no forge; `holder` would start it."""
    forge, wanted = bench.forge, bench.config.forge.deploy
    if (
        forge is None
        or state.remote is None
        or wanted.pipeline is None
        or not commit
        or not _is_newest(bench, state, version)
    ):
        return None
    mark = deploy_mark(tag, wanted.environment, commit)
    step = StartDeploy(
        pipeline=wanted.pipeline,
        tag=tag,
        commit=commit,
        version=str(version),
        environment=wanted.environment,
        mark=mark,
        remote=state.remote,
        holder=holder,
    )
    ours = run is not None and any(facts.get(STARTED) == mark for facts in run.facts())
    # Nobody can have deployed a tag that is not there yet.
    asked = tag in state.there.tags and (wanted.wait or not ours)
    found = forge.find_run(wanted.pipeline, commit, mark) if asked else None
    return Deploying(step=step, again=again, started=ours or found is not None, awaited=wanted.wait, run=found)


def _is_newest(bench: Bench, state: RepositoryState, version: Version) -> bool:
    known = version_tags(state, bench.config.version.tag_prefix)
    return version.is_final and all(version >= one for one in known if one.is_final)
