"""Authoring: the questions by which a person writes a commit message, each with what is known already as its default.

Asked on the terminal alone; whether the answers make a good message is the lint's question.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import click

from release_tools.config.hooks import HookRules
from release_tools.domain.messages.compose import DESCRIPTIONS, Draft
from release_tools.domain.spelling import nearest_type

NOTHING = "-"
"""The answer that empties a part which has a default."""


def ask_draft(draft: Draft, rules: HookRules, *, given: frozenset[str]) -> Draft:
    """Return the draft with a person's answers for every part that is not `given` on the command line."""
    for part, ask in _QUESTIONS.items():
        if part not in given:
            draft = replace(draft, **{part: ask(draft, rules)})
    return draft


def _ask_type(draft: Draft, rules: HookRules) -> str:
    width = max(map(len, rules.types))
    for number, name in enumerate(rules.types, 1):
        click.echo(f"{number:>4}  {name:<{width}}  {DESCRIPTIONS.get(name, '')}".rstrip(), err=True)

    def parse(answer: str) -> str:
        name = rules.types[int(answer) - 1] if answer.isdecimal() and 0 < int(answer) <= len(rules.types) else answer
        if name in rules.types or rules.rules == "spec":
            return name
        near = nearest_type(name, rules.types)
        raise click.BadParameter(f"there is no type {name!r}" + (f"; did you mean {near!r}?" if near else ""))

    return str(_prompt("Type, by number or name", draft.type or None, value_proc=parse))


def _ask_scope(draft: Draft, rules: HookRules) -> str:
    known = f" ({', '.join(rules.scopes)})" if rules.scopes else ""
    return _optional(f"Scope{known}", draft.scope)


def _ask_subject(draft: Draft, rules: HookRules) -> str:
    return str(_prompt("What changes, in a few words", draft.subject or None))


def _ask_body(draft: Draft, rules: HookRules) -> str:
    if draft.body:
        click.echo("\n".join(f"    {line}" for line in draft.body.split("\n")), err=True)
    keep = f"; empty keeps the one above, {NOTHING} takes it out" if draft.body else ""
    click.echo(f"Why, and what else is to be known; an empty line ends it{keep}:", err=True)
    lines = []
    while line := _prompt("  ", "", show_default=False, prompt_suffix=""):
        lines.append(str(line))
    return "" if lines == [NOTHING] else "\n".join(lines) or draft.body


def _ask_breaking(draft: Draft, rules: HookRules) -> str:
    return _optional("What breaks for those who use it", draft.breaking)


def _ask_issues(draft: Draft, rules: HookRules) -> tuple[str, ...]:
    answer = _optional("Issues, with commas between", ", ".join(draft.issues))
    return tuple(part.strip() for part in answer.split(",") if part.strip())


_QUESTIONS: Mapping[str, Callable[[Draft, HookRules], Any]] = {
    "type": _ask_type,
    "scope": _ask_scope,
    "subject": _ask_subject,
    "body": _ask_body,
    "breaking": _ask_breaking,
    "issues": _ask_issues,
}


def _optional(text: str, default: str) -> str:
    hint = f"; {NOTHING} takes it out" if default else "; empty: none"
    answer = str(_prompt(f"{text}{hint}", default, show_default=bool(default)))
    return "" if answer.strip() == NOTHING else answer


def _prompt(text: str, default: str | None, **options: Any) -> Any:
    return click.prompt(text, default=default, err=True, **options)
