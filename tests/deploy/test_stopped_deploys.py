"""A person stops a deploy, on a platform in memory: after any step it ends in one version, with nobody kept out."""

from dataclasses import replace
from pathlib import Path

import pytest
from fakes.platform import FakePlatform, revision

from release_tools.deploy.flows.proposals import propose_deploy
from release_tools.deploy.flows.rollbacks import propose_rollback
from release_tools.engine.runner import Progress
from release_tools.errors import PreconditionFailed, ReleaseToolsError


def new_platform(root: Path) -> FakePlatform:
    """Return a platform on which 1.0.0 serves, with 1.1.0 ready that has a migration."""
    made = FakePlatform(root / "state")
    made.front.figures = {"requests": 100.0, "error_rate": 0.0, "p95": 0.01}
    made.tree = {"1.0.0": (revision("r1"),), "1.1.0": (revision("r1"), revision("r2"))}
    made.deploy("1.0.0")
    return made


def stopped_after(platform: FakePlatform, step: int) -> tuple[int, int]:
    """Deploy 1.1.0 with a request to stop after some steps; return the exit code, and how many steps there were."""
    seen = list[Progress]()

    def report(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) == step:
            platform.stop.requested = True

    session = platform.session()
    proposal = propose_deploy(session, session.world(), version="1.1.0")
    try:
        replace(platform.conductor(session), report=report).begin(proposal.intent, proposal.plan)
    except ReleaseToolsError as error:
        return error.exit_code, len(seen)
    return 0, len(seen)


def test_x63_stopped_after_every_step(tmp_path: Path) -> None:
    """Prepared: nothing was touched. In the cut-over: back. Open to users: it stays. Never a run left in the middle."""
    _, steps = stopped_after(new_platform(tmp_path / "undisturbed"), 0)
    codes = []
    for step in range(1, steps):
        platform = new_platform(tmp_path / str(step))
        code, _ = stopped_after(platform, step)
        codes.append(code)
        assert platform.runs.open_runs() == (), (step, code)
        assert len(set(platform.serving().values())) == 1 and len(platform.serving()) == 2, step
        assert platform.front.mode() == "open", step
        platform.stop.answer()
        assert platform.deploy("1.2.0") == "committed", step
    told = [code for code, before in zip(codes, [None, *codes], strict=False) if code != before]
    assert told in ([130, 7, 130, 0], [130, 7, 0]), codes


def test_going_back_after_deploying_the_same_once_more(tmp_path: Path) -> None:
    """The version before is the one before, however often this one was deployed."""
    platform = new_platform(tmp_path)
    platform.deploy("1.0.0", redeploy=True)
    session = platform.session()
    with pytest.raises(PreconditionFailed, match="not known what served before"):
        propose_rollback(session, session.world())
    platform.deploy("1.1.0")
    platform.deploy("1.1.0", redeploy=True)
    session = platform.session()
    assert str(propose_rollback(session, session.world()).intent["previous"]).startswith("1.0.0-")
