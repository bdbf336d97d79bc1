"""`recover`: end what a dead deploy left, in exactly the new or exactly the old version."""

from functools import partial

import click

from release_tools.cli.boot_unit import render_boot_unit
from release_tools.cli.deploy_runs import show_plan
from release_tools.cli.environment_option import ENVIRONMENT
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import as_summary, report, talk
from release_tools.deploy.flows.conductor import DeployConductor
from release_tools.deploy.flows.recovery import recover
from release_tools.engine.stop import StopRequest
from release_tools.wiring.deploys import deploy_place


@click.command()
@ENVIRONMENT
@click.option("--boot", is_flag=True, help="Called when the machine starts; the same, said in the journal.")
@click.option("--unit", is_flag=True, help="Print a systemd unit that does this at boot, and do nothing else.")
@click.pass_obj
def command(invocation: Invocation, environment: str, *, boot: bool, unit: bool) -> None:
    """End what a dead deploy left: exactly the new or exactly the old version serves afterwards. Asks nothing.

    Where no run is unfinished it starts what should run, which makes it fit for boot.
    """
    if unit:
        with deploy_place(invocation.repo, invocation.config, environment, command="recover", lasting=False) as place:
            text = render_boot_unit(place)
        report(invocation, text=text.rstrip(), data={"unit": text})
        return
    name = "recover --boot" if boot else "recover"
    with deploy_place(invocation.repo, invocation.config, environment, command=name, lasting=True) as place:
        stop = StopRequest()
        conductor = DeployConductor(
            session=place.session,
            report=lambda one: talk(invocation, f"[{one.number}/{one.of}] {one.title}: {one.word}"),
            stop=stop,
            show=lambda plan: show_plan(invocation, plan),
            announcer=place.announcer(partial(talk, invocation)),
            herald=place.herald(partial(talk, invocation)),
        )
        with stop.listening(lambda text: talk(invocation, text)):
            outcome = recover(conductor)
        current = place.session.world().releases.current()
    version = current.rpartition("-")[0]
    words = {"nothing": "nothing to recover", "abandoned": "the unfinished run had touched nothing; it is closed"}
    text = f"{words.get(outcome, outcome.replace('_', ' '))}; {version or 'nothing'} serves {environment}"
    data = {"state": outcome, "version": version}
    report(invocation, text=text, data=data, outputs={"state": outcome}, summary=as_summary(text))
