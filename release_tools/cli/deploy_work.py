"""What a worker does: goes on with one run of an environment to its end, and writes down how that was.

It is started by `deploy_worker` with the lock in its hands; nobody types it.
"""

import argparse
import sys
from pathlib import Path

from release_tools.cli.bug_report import write_bug_report
from release_tools.cli.deploy_worker import write_result
from release_tools.deploy.flows.conductor import DeployConductor
from release_tools.engine.plan import Plan
from release_tools.engine.runner import Decision, Progress
from release_tools.engine.runs import Run
from release_tools.engine.stop import StopRequest
from release_tools.errors import PreconditionFailed, ReleaseToolsError, ToolFailed
from release_tools.wiring.deploys import DeployPlace, deploy_place

ABORTED = "Aborted by a person."


def main(argv: list[str] | None = None) -> int:
    """Carry out the order; return 0 where the end could be written down."""
    parser = argparse.ArgumentParser(prog="release-tools worker")
    parser.add_argument("--repo", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--env", required=True)
    parser.add_argument("run")
    parser.add_argument("word", nargs="?", choices=("redo", "skip", "abort"))
    asked = parser.parse_args(argv)
    command = asked.word or command_of(asked.run)
    with deploy_place(asked.repo, asked.config, asked.env, command=command, lasting=True) as place:
        _work(place, asked.run, asked.word)
    return 0


def command_of(run: str) -> str:
    """Return the command that made a run, which stands in its name; others who wait are told of it."""
    return run.partition("-")[2].rpartition("-")[0]


def _work(place: DeployPlace, name: str, word: str | None) -> None:
    stop = StopRequest()
    conductor = DeployConductor(
        session=place.session,
        report=_progress,
        stop=stop,
        show=_show,
        announcer=place.announcer(_say),
        herald=place.herald(_say),
    )
    try:
        with stop.listening(_say):
            outcome = _carry_out(conductor, name, word)
    except ReleaseToolsError as error:
        write_result(place.state, name, error=error)
    except Exception as error:
        where = write_bug_report(error, sys.argv[1:])
        broken = ToolFailed(f"The worker failed by our own fault: {error!r}. A report is in {where}.")
        write_result(place.state, name, error=broken)
        raise
    else:
        write_result(place.state, name, outcome=outcome)


def _carry_out(conductor: DeployConductor, name: str, word: str | None) -> str:
    run = _find(conductor, name)
    if word == "abort":
        return conductor.turn_back(run, ABORTED)
    return conductor.go_on(run, Decision(word) if word else None)


def _find(conductor: DeployConductor, name: str) -> Run:
    run = next((one for one in conductor.session.runs.open_runs() if one.id == name), None)
    if run is None:
        raise PreconditionFailed(f"There is no unfinished run {name}.", state="Nothing was changed.")
    return run


def _progress(progress: Progress) -> None:
    _say(f"[{progress.number}/{progress.of}] {progress.title}: {progress.word}")


def _show(plan: Plan) -> None:
    _say("\n".join(plan.lines()))


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
