"""`notes`: print one version's changes without a heading, for a release page."""

from pathlib import Path
from typing import Any

import click

from release_tools.cli.changelog_output import Wording, format_option
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report, talk
from release_tools.domain.changelog.rendering import render_notes
from release_tools.release.flows.changelogs import latest_version, outline_version
from release_tools.release.flows.chronicle import find_forge
from release_tools.release.flows.notes import complete
from release_tools.wiring.changelogs import chronicle, replace_text


@click.command()
@click.argument("version", required=False)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the text into a file.")
@format_option
@click.pass_obj
def command(invocation: Invocation, /, version: str | None, output: Path | None, form: str | None) -> None:
    """Print what changed in VERSION, by default in the latest release that is contained here."""
    told, top = chronicle(invocation.repo, invocation.config)
    outline = complete(told, outline_version(told, version or latest_version(told)))
    template = told.config.changelog.template
    wording = Wording(form=form, template=top / template if template else None, forge=find_forge(told))
    text = wording.words((outline,), _render)
    if not outline.groups:
        talk(invocation, f"{outline.version} lists no changes")
    if output is None:
        report(invocation, text=text, data=wording.context((outline,)) if invocation.json else {})
        return
    replace_text(output, text)
    talk(invocation, f"wrote {output}")


def _render(outlines: Any, **how: Any) -> str:
    return render_notes(outlines[0], **how)
