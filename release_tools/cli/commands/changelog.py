"""`changelog`: print or write what changed, from history: everything, one version, a span, or what is unreleased."""

import json
from pathlib import Path
from typing import Any

import click

from release_tools.cli.changelog_output import Wording, format_option, render_json
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report, talk
from release_tools.domain.changelog.context import parse_context
from release_tools.domain.changelog.differences import carry_notes, find_differences, find_gaps
from release_tools.domain.changelog.outline import Outline
from release_tools.domain.changelog.rendering import render_document, render_outline
from release_tools.domain.changelog.update import update_document
from release_tools.domain.version import parse_version
from release_tools.errors import CheckFailed, UsageError
from release_tools.release.flows.changelogs import (
    outline_all,
    outline_span,
    outline_unreleased,
    outline_version,
)
from release_tools.release.flows.chronicle import Chronicle, find_forge
from release_tools.wiring.changelogs import chronicle, load_text, replace_text


@click.command()
@click.argument("version", required=False)
@click.option("--unreleased", is_flag=True, help="Only what no release contains yet.")
@click.option("--from", "old", metavar="TAG", help="Only the versions after this one.")
@click.option("--to", "new", metavar="TAG", help="Only the versions up to this one.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the text into a file.")
@click.option("--rewrite", is_flag=True, help="With --output: make released sections anew, too; notes are kept.")
@click.option("--context", is_flag=True, help="Print the JSON that templates see.")
@click.option("--from-context", "source", type=click.Path(dir_okay=False, path_type=Path), help="Render such JSON.")
@click.option("--check", is_flag=True, help="Compare the released sections of the changelog file with history.")
@format_option
@click.pass_obj
def command(invocation: Invocation, /, **options: Any) -> None:
    """Print the changelog of the whole history, or of VERSION."""
    _guard_options(options)
    told, top = chronicle(invocation.repo, invocation.config)
    if options["check"]:
        _check(invocation, told, top, options)
        return
    template = told.config.changelog.template
    wording = Wording(form=options["form"], template=top / template if template else None, forge=find_forge(told))
    outlines = _parsed(options["source"]) if options["source"] else _chosen(told, options)
    text = _text(outlines, wording, options)
    output: Path | None = options["output"]
    if output is None:
        report(invocation, text=text, data=wording.context(outlines) if invocation.json else {})
        return
    if wording.is_plain and not options["context"] and output.exists():
        text = _brought_up(load_text(output), text, outlines, wording, options)
    replace_text(output, text)
    talk(invocation, f"wrote {output}")


def _chosen(told: Chronicle, options: dict[str, Any]) -> tuple[Outline, ...]:
    if options["unreleased"]:
        return (outline_unreleased(told),)
    if options["version"]:
        return (outline_version(told, options["version"]),)
    if options["old"] or options["new"]:
        return outline_span(told, options["old"] or "", options["new"] or "")
    return outline_all(told)


def _text(outlines: tuple[Outline, ...], wording: Wording, options: dict[str, Any]) -> str:
    if options["context"]:
        return render_json(wording.context(outlines))
    return wording.words(outlines, _render_sections if _is_partial(options) else render_document)


def _brought_up(old: str, text: str, outlines: tuple[Outline, ...], wording: Wording, options: dict[str, Any]) -> str:
    """Return what replaces a file: a whole changelog keeps the sections that are there, a part only their notes."""
    if options["rewrite"] or _is_partial(options):
        return carry_notes(old, text)
    return update_document(old, outlines, forge=wording.forge)


def _is_partial(options: dict[str, Any]) -> bool:
    return any(options[name] for name in ("unreleased", "version", "old", "new"))


def _render_sections(outlines: tuple[Outline, ...], **how: Any) -> str:
    return "\n".join(render_outline(outline, **how) for outline in outlines)


def _parsed(source: Path) -> tuple[Outline, ...]:
    try:
        return parse_context(json.loads(load_text(source)))
    except ValueError as error:
        raise UsageError(
            f"{source} is no JSON: {error}.",
            state="Nothing was written.",
            todo="Pass a file with what `release-tools changelog --context` prints.",
        ) from error


def _guard_options(options: dict[str, Any]) -> None:
    chosen = {
        "VERSION": options["version"],
        "--unreleased": options["unreleased"],
        "--from and --to": (options["old"] or options["new"]) and not options["check"],
        "--from-context": options["source"],
        "--check": options["check"],
    }
    named = [name for name, value in chosen.items() if value]
    if len(named) > 1:
        raise click.UsageError(f"{' and '.join(named)} exclude each other.")
    if options["check"] and (options["output"] or options["context"] or options["form"]):
        raise click.UsageError("--check writes nothing; it takes no --output, --context or --format.")
    if options["rewrite"] and not options["output"]:
        raise click.UsageError("--rewrite is about the file that --output names.")
    if options["context"] and options["form"]:
        raise click.UsageError("--context is JSON; it takes no --format.")


def _check(invocation: Invocation, told: Chronicle, top: Path, options: dict[str, Any]) -> None:
    path = told.config.changelog.path
    if not path:
        raise UsageError(
            "changelog.path is false, so there is no file to check.",
            state="Nothing was checked.",
            todo="Set changelog.path in the configuration.",
        )
    forge = find_forge(told)
    sections = {
        parse_version(outline.version): render_outline(outline, forge=forge)
        for outline in outline_span(told, options["old"] or "", options["new"] or "")
        if outline.version
    }
    text = load_text(top / path)
    names = [str(version) for version in (*find_differences(text, sections), *find_gaps(text, sections))]
    if names:
        raise CheckFailed(
            f"{path} differs from history in {', '.join(names)}.",
            state="Nothing was changed.",
            todo=f"Compare with `release-tools changelog {names[0]}`; put words of your own between <!-- notes --> and"
            " <!-- /notes -->.",
        )
    report(invocation, text=f"{path} agrees with history", data={"differs": []})
