"""A baseline lists what of a history was refused when it was made, so that only what is new is refused.

Commits never change, so a commit's name and the rule it breaks are all there is to remember.
"""

from collections.abc import Iterable, Mapping

from release_tools.errors import UsageError

HEADER = """\
# Commit messages that broke a rule before it was kept, one commit a line: name, rules, first line.
# Made by `release-tools check-commit --range RANGE --baseline FILE --update-baseline`.
"""

Baseline = Mapping[str, frozenset[str]]
"""The rules that each commit may break, by its full name."""


def parse_baseline(text: str, path: str) -> Baseline:
    """Parse a baseline; `UsageError` names the line that is none."""
    found: dict[str, frozenset[str]] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        sha, _, rest = line.partition(" ")
        rules = rest.partition(" ")[0]
        if len(sha) not in (40, 64) or not rules:
            raise UsageError(
                f"{path}, line {number}: a commit's whole name and the rules that it breaks are expected.",
                state="Nothing was checked.",
                todo="Make it anew with --update-baseline.",
            )
        found[sha] = frozenset(rules.split(","))
    return found


def render_baseline(rows: Iterable[tuple[str, Iterable[str], str]]) -> str:
    """Render a baseline of commits, each with its rules and its first line."""
    lines = (f"{sha} {','.join(sorted(set(rules)))} {header}".rstrip() for sha, rules, header in rows)
    return HEADER + "".join(f"{line}\n" for line in lines)
