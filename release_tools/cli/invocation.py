"""What the global options say about this one call of `release-tools`.

Nothing is read or decided here: commands get the value by `@click.pass_obj` and hand its fields on.
"""

from pathlib import Path

from release_tools.record import record


@record
class Invocation:
    """The global options; `repo` is where the call was made, not yet the top of a work tree."""

    repo: Path = Path()
    config: Path | None = None
    json: bool = False
    verbose: int = 0
    quiet: bool = False
    color: bool = False
