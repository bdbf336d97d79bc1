"""Deploys of a lab conducted in the test's own process, so that a fault can be put exactly between two steps.

All ports are the real ones, wired as the command line wires them. No test is here.
"""

from collections.abc import Callable, Mapping

from lab import DeployLab

from release_tools.deploy.flows.conductor import DeployConductor
from release_tools.deploy.flows.proposals import propose_deploy
from release_tools.deploy.flows.recovery import recover
from release_tools.engine.plan import Plan
from release_tools.engine.runner import Progress
from release_tools.engine.stop import StopRequest
from release_tools.errors import ReleaseToolsError
from release_tools.wiring.deploys import DeployPlace, deploy_place

Act = Callable[[], object]


def conducted(
    lab: DeployLab, version: str, *, after: Mapping[str, Act] | None = None, back: Act = lambda: None
) -> tuple[int, str]:
    """Deploy a version to staging; return its exit code and what was said.

    `after`: beginnings of steps' titles to what happens once such a step is done; `back`: what happens when it is
    planned to go back.
    """
    said = list[str]()

    def report(progress: Progress) -> None:
        said.append(f"{progress.title}: {progress.word}")
        for title, act in (after or {}).items():
            if progress.title.startswith(title):
                act()

    def show(plan: Plan) -> None:
        said.extend(plan.lines())
        if plan.title.startswith("go back"):
            back()

    with deploy_place(lab.repository, None, "staging", command="deploy", lasting=True) as place:
        waived = {"backup store": "the disk of a test lies in memory"}
        proposal = propose_deploy(place.session, place.session.world(), version=version, waived=waived)
        conductor = DeployConductor(session=place.session, report=report, stop=StopRequest(), show=show)
        return _ended(said, lambda: conductor.begin(proposal.intent, proposal.plan, proposal.stage))


def recovered(lab: DeployLab) -> tuple[int, str]:
    """Recover staging; return the exit code and what was said."""
    said = list[str]()
    with deploy_place(lab.repository, None, "staging", command="recover", lasting=True) as place:
        return _ended(said, lambda: recover(_silent(place)))


def _silent(place: DeployPlace) -> DeployConductor:
    return DeployConductor(session=place.session, report=lambda _: None, stop=StopRequest(), show=lambda _: None)


def _ended(said: list[str], act: Callable[[], str]) -> tuple[int, str]:
    try:
        said.append(act())
    except ReleaseToolsError as error:
        return error.exit_code, "\n".join((*said, str(error)))
    return 0, "\n".join(said)
