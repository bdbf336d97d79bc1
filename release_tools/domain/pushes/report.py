"""The report on a push that is refused: everything that stands against it, and the commands that lead out.

Text is made here and nothing else; the hook and the command show the same error.
"""

from collections.abc import Iterable

from release_tools.domain.messages.hidden import visible
from release_tools.domain.pushes.messages import BadMessage
from release_tools.domain.pushes.push import Push
from release_tools.domain.pushes.refusal import Refusal
from release_tools.errors import CheckFailed

SHOWN = 20
"""Commits that are shown one by one."""

_WIDTH = 72  # characters of a first line that are shown
_FAULTS = 3  # of one message


def refuse(push: Push, refusals: tuple[Refusal, ...], bad: tuple[BadMessage, ...], *, config: str) -> CheckFailed:
    """Return the error that refuses the push."""
    lines = [f"the push to {push.remote} is refused."]
    lines += [line for refusal in refusals for line in _render_refusal(refusal)]
    lines += _render_bad(push, bad, config)
    ways = [refusal.way_out for refusal in refusals if refusal.way_out]
    ways += [_reword(push, bad)] if bad else []
    todo = [line for sentence, command in dict.fromkeys(ways) for line in (sentence, f"  {command}")]
    return CheckFailed("\n".join(lines), state="Nothing was pushed.", todo="\n".join(todo) or _LEAVE_OUT)


_LEAVE_OUT = "Push the other refs by their names."


def _render_refusal(refusal: Refusal) -> Iterable[str]:
    rule = f" [{refusal.rule}]" if refusal.rule else ""
    yield f"  {visible(refusal.subject)}: {refusal.says}{rule}"
    yield from (f"    {note}" for note in refusal.notes)


def _render_bad(push: Push, bad: tuple[BadMessage, ...], config: str) -> Iterable[str]:
    if not bad:
        return
    yield f"  {len(bad)} of {_counted(len(push.commits), 'new commit')}: the message is refused [commits]"
    for one in bad[:SHOWN]:
        yield f"    {one.commit.sha[:10]} {_cut(one.header)}"
        yield from (f"      {_says(one, number)}" for number in range(min(_FAULTS, len(one.violations))))
        if one.proposal:
            yield f"      proposal: {_cut(one.proposal)}"
    if len(bad) > SHOWN:
        yield f"    and {len(bad) - SHOWN} more"
    yield f"    rule: commits, {config or 'built in; set it in release-tools.toml'}"


def _says(one: BadMessage, number: int) -> str:
    violation = one.violations[number]
    hint = f": {violation.hint}" if violation.hint else ""
    return f"{violation.says} [{violation.rule}]{hint}"


def _reword(push: Push, bad: tuple[BadMessage, ...]) -> tuple[str, str]:
    """Return the rebase that begins below the oldest commit to be reworded."""
    oldest = bad[0].commit
    merges = " --rebase-merges" if any(commit.merging for commit in push.commits) else ""
    start = f"{oldest.sha[:10]}^" if oldest.parents else "--root"
    return "Reword the messages, on the branch that holds them:", f"git rebase -i{merges} {start}"


def _cut(text: str) -> str:
    shown = visible(text[:_WIDTH])
    return f"{shown}…" if len(text) > _WIDTH else shown


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
