"""The page that `release-tools --help` prints, rendered from the table of commands.

Neither click nor a command is imported here, so the page costs little more than starting Python.
"""

from release_tools.cli.exit_codes import MEANINGS, render_exit_codes
from release_tools.cli.registry import GROUPS, ROWS

GLOBAL_OPTIONS = (
    ("--repo DIR", "work on the repository in DIR instead of the current directory"),
    ("--config FILE", "read FILE instead of release-tools.toml or pyproject.toml"),
    ("--json", "print results as JSON (also after the command)"),
    ("-v, --verbose", "say more on stderr; twice: everything (also after the command)"),
    ("-q, --quiet", "say only what went wrong (also after the command)"),
    ("--no-color", "print no colors; the variable NO_COLOR does the same"),
    ("--version", "print the version of release-tools"),
    ("-h, --help", "print this page, or the page of a command after its name"),
)


def render_help() -> str:
    """Return the whole page: usage, commands by group, options, exit codes."""
    sections = [
        "Usage: release-tools [OPTIONS] COMMAND [ARGUMENTS]...",
        "Take a change from a commit to a verified release.",
        *(_render_group(group) for group in GROUPS if any(row.group == group for row in ROWS)),
        _render_table("Options", GLOBAL_OPTIONS),
        render_exit_codes(tuple(MEANINGS)),
        "Type `release-tools COMMAND --help` for the options of one command.",
    ]
    return "\n\n".join(sections)


def _render_group(group: str) -> str:
    return _render_table(group.capitalize(), tuple((row.name, row.summary) for row in ROWS if row.group == group))


def _render_table(title: str, rows: tuple[tuple[str, str], ...]) -> str:
    width = max(len(name) for name, _ in (*GLOBAL_OPTIONS, *((row.name, "") for row in ROWS)))
    return "\n".join((f"{title}:", *(f"  {name:<{width}}  {text}" for name, text in rows)))
