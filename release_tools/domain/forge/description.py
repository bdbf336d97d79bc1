"""A description is the text of a change request: a team's template whose marks are filled, and a part of ours.

Marks are HTML comments, so that whoever opens a request by hand sees nothing of them. No forge is asked here.
"""

import re
from collections.abc import Mapping
from dataclasses import field

from release_tools.record import record

BEGIN, END = "<!-- release-tools -->", "<!-- /release-tools -->"
_OURS = re.compile(re.escape(BEGIN) + r"\n.*?" + re.escape(END), re.DOTALL)
_MARK = re.compile(r"<!-- release-tools: ([a-z ]+?) -->")

DEFAULT_TEMPLATE = """\
<!-- release-tools: summary -->

## Changes

<!-- release-tools: changes -->

<!-- release-tools: checklist -->

<!-- release-tools: deploy notes -->
"""
"""For what the flow opens itself, where a team has no template."""


@record
class Description:
    """What is to be told about a request."""

    title: str
    summary: str
    """What is merged where, and how."""
    version: str = ""
    changes: str = ""
    checklist: tuple[str, ...] = ()
    deploy_notes: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    """Files at which git's own merge stops."""
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> dict[str, str]:
        """Return the text for each mark."""
        return {
            "summary": self.summary + _listed("Conflicts to resolve in this branch:", self.conflicts, "- `{}`"),
            "version": self.version,
            "changes": self.changes.strip() or "Nothing that users notice.",
            "checklist": _listed("", self.checklist, "- [ ] {}").strip(),
            "deploy notes": _listed("Deploy notes:", self.deploy_notes, "- {}").strip(),
            **self.more,
        }


def render_description(description: Description, template: str = "") -> str:
    """Return the text of a request: the template with its marks filled, or our part above one that has no marks."""
    parts = description.parts
    if template and not _MARK.search(template):
        return f"{_wrapped(_filled(DEFAULT_TEMPLATE, parts))}\n\n{template.strip()}\n"
    return _wrapped(_filled(template or DEFAULT_TEMPLATE, parts)) + "\n"


def renew_description(standing: str, wanted: str) -> str:
    """Return a standing text with our part as it is wanted; a text without a part of ours stays as it is."""
    ours = _OURS.search(wanted)
    return _OURS.sub(lambda _: ours[0], standing, count=1) if ours else standing


def cut_text(text: str, limit: int, link: str) -> str:
    """Return a text of at most `limit` characters: cut before a list entry or a paragraph, with a link to the rest."""
    if len(text) <= limit:
        return text
    tail = f"\n\n… cut here; the rest: {link}\n"
    closing = f"\n{END}\n" if text.startswith(BEGIN) else ""
    room = text[: limit - len(tail) - len(closing)]
    cuts = [match.start() for match in re.finditer(r"\n(?=- |\* |#|\n)", room)]
    end = cuts[-1] if cuts else len(room)
    return room[:end].rstrip() + tail.rstrip() + (closing or "\n")


def _wrapped(text: str) -> str:
    return f"{BEGIN}\n{text.strip()}\n{END}"


def _filled(template: str, parts: Mapping[str, str]) -> str:
    text = _MARK.sub(lambda match: parts.get(match[1], match[0]), template)
    return re.sub(r"\n{3,}", "\n\n", text)


def _listed(head: str, rows: tuple[str, ...], form: str) -> str:
    lines = "\n".join(form.format(row) for row in rows)
    return f"\n\n{head}\n\n{lines}" if rows and head else lines
