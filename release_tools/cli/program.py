"""The click program: global options, and commands that are imported when they are called and not before.

Errors are not caught here; `cli.main` holds the one boundary.
"""

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from release_tools.cli.exit_codes import render_exit_codes
from release_tools.cli.help import render_help
from release_tools.cli.invocation import Invocation
from release_tools.cli.registry import COMMANDS, Row, nearest_command

HELP_NAMES = ["-h", "--help"]


class Program(click.Group):
    """A group whose commands are rows of the registry."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands in the order of the registry."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command, or None when no such row exists."""
        row = COMMANDS.get(cmd_name)
        return None if row is None else _load_command(row)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that `args` begin with; a name that does not exist is a usage error with the nearest one."""
        name = args[0]
        if name in COMMANDS or name.startswith("-"):
            return super().resolve_command(ctx, args)
        near = nearest_command(name)
        meant = f" Did you mean '{near}'?" if near else ""
        raise click.UsageError(f"No such command '{name}'.{meant}", ctx)

    def get_help(self, ctx: click.Context) -> str:
        """Return the page that `cli.help` renders."""
        return render_help()


def _load_command(row: Row) -> click.Command:
    command: click.Command = import_module(row.module).command
    command.name = row.name
    command.short_help = row.summary
    command.help = command.help or row.summary
    command.epilog = "\b\n" + render_exit_codes(row.all_exits)
    command.context_settings.setdefault("help_option_names", HELP_NAMES)
    taken = {name for param in command.params for name in param.opts}
    command.params.extend(option for option in _repeated_options() if not taken.intersection(option.opts))
    return command


def _repeated_options() -> tuple[click.Option, ...]:
    """Return the global options that are accepted after the command as well."""
    common: dict[str, Any] = {"expose_value": False, "callback": _refine}
    return (
        click.Option(["--json"], is_flag=True, help="Print the result as JSON.", **common),
        click.Option(["-v", "--verbose"], count=True, help="Say more on stderr; twice: everything.", **common),
        click.Option(["-q", "--quiet"], is_flag=True, help="Say only what went wrong.", **common),
    )


def _refine(ctx: click.Context, param: click.Parameter, value: int) -> None:
    if value and param.name and isinstance(ctx.obj, Invocation):
        change: dict[str, Any] = {param.name: value}
        ctx.obj = replace(ctx.obj, **change)


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's shape
    if value:
        from release_tools.installed import installed_version

        click.echo(installed_version())
        ctx.exit()


@click.group(cls=Program, context_settings={"help_option_names": HELP_NAMES}, no_args_is_help=False)
@click.option("--repo", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path())
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", is_flag=True)
@click.option("-v", "--verbose", count=True)
@click.option("-q", "--quiet", is_flag=True)
@click.option("--no-color", is_flag=True)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version)
@click.pass_context
def program(ctx: click.Context, /, *, no_color: bool, **options: Any) -> None:
    """Take a change from a commit to a verified release."""
    from release_tools.cli.output import color_allowed

    ctx.obj = Invocation(color=not no_color and color_allowed(), **options)
