"""A range, checked: who broke which rule how often, held against a baseline, in words and as JSON.

Single messages are reported in `message_check`.
"""

from collections.abc import Iterable
from pathlib import Path

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report, talk
from release_tools.domain.messages.baseline import Baseline, parse_baseline, render_baseline
from release_tools.domain.messages.census import Census, Judged, census_as_json, render_census, take_census
from release_tools.domain.messages.rules import CommitRules
from release_tools.errors import CheckFailed, UsageError
from release_tools.wiring.changelogs import load_text, replace_text
from release_tools.wiring.ranges import recorded_range


def check_range(invocation: Invocation, span: str, *, baseline: Path | None, update: bool) -> None:
    """Report the messages of a range; `CheckFailed` when one is refused that no baseline lists."""
    rules, commits = recorded_range(invocation.repo, invocation.config, span)
    known = _load(baseline, update=update)
    census = take_census(commits, rules, known)
    if update and baseline is not None:
        _update(invocation, baseline, known, census)
        return
    text = render_census(census) if census.judged else ""
    if invocation.verbose:
        text = "".join((*(_render(one, rules) for one in census.judged), text))
    report(invocation, text=text, data=_as_json(census, rules) if invocation.json else {})
    if refused := census.refused:
        raise CheckFailed(
            f"{len(refused)} of {census.total} commit messages are refused.",
            state="Nothing was changed.",
            todo=f"Reword them with `git rebase -i {refused[0].sha[:10]}^`; what is pushed already belongs into a"
            " --baseline.",
        )


def _load(path: Path | None, *, update: bool) -> Baseline:
    if path is None or (update and not path.exists()):
        return {}
    if not path.exists():
        raise UsageError(
            f"There is no baseline {path}.",
            state="Nothing was checked.",
            todo="Add --update-baseline to write what the range breaks now.",
        )
    return parse_baseline(load_text(path), str(path))


def _update(invocation: Invocation, path: Path, known: Baseline, census: Census) -> None:
    """Write the range's faults over what the baseline says of its commits; other commits stay as they are."""
    rows: dict[str, tuple[str, Iterable[str], str]] = {sha: (sha, rules, "") for sha, rules in known.items()}
    for one in census.judged:
        faults = [violation.rule for violation in (*one.found, *one.known) if violation.level == "error"]
        if faults:
            rows[one.sha] = (one.sha, faults, one.header)
    replace_text(path, render_baseline(rows.values()))
    talk(invocation, f"{path} lists {len(rows)} commits now")


def _render(one: Judged, rules: CommitRules) -> str:
    from release_tools.cli.message_check import render_message, with_proposal

    message = one.text.encode("utf-8", "surrogateescape")
    return render_message(with_proposal(message, one.found, rules, sha=one.sha), config=_config(rules))


def _config(rules: CommitRules) -> str:
    return str(getattr(rules, "config", ""))


def _as_json(census: Census, rules: CommitRules) -> dict[str, object]:
    from release_tools.cli.message_check import with_proposal

    messages = [
        with_proposal(one.text.encode("utf-8", "surrogateescape"), one.found, rules, sha=one.sha).as_json()
        | {"author": one.author, "known": [violation.rule for violation in one.known]}
        for one in census.judged
    ]
    return {"ok": not census.refused, **census_as_json(census), "messages": messages}
