"""Asking a forge for merges: what stands there of each request, and the steps that bring it further.

A request without a forge is brought about by a person; what is said to them stands in `requests`.
"""

from collections.abc import Iterator
from dataclasses import replace

from release_tools.config.model import Config
from release_tools.domain.forge.checks import Verdict, judge
from release_tools.domain.forge.description import Description, cut_text, render_description, renew_description
from release_tools.domain.forge.request import ChangeRequest, MergeMethod, Readiness, RequestState
from release_tools.engine.plan import Await
from release_tools.engine.step import Step
from release_tools.errors import HumanNeeded
from release_tools.record import record
from release_tools.release.bench import Bench
from release_tools.release.requests import Request
from release_tools.release.steps.requests import (
    AdornRequest,
    MergeRequest,
    OpenRequest,
    RewriteRequest,
    unified,
)
from release_tools.release.topics import find_topic
from release_tools.release.world import World

TEMPLATES = (
    ".github/PULL_REQUEST_TEMPLATE.md",
    ".github/pull_request_template.md",
    "PULL_REQUEST_TEMPLATE.md",
    "pull_request_template.md",
    "docs/PULL_REQUEST_TEMPLATE.md",
    "templates/PULL_REQUEST_TEMPLATE.md",
)
NOTHING = Verdict()
WAITS = {
    Readiness.BLOCKED: "the forge demands an approval or a check that is missing",
    Readiness.BEHIND: "the forge demands that the head has its base's newest commit",
    Readiness.CONFLICTING: "it conflicts with its base",
    Readiness.DRAFT: "it is a draft",
    Readiness.UNSETTLED: "the forge is still computing whether it can be merged",
}


@record
class Asked:
    """A request and what the forge has of it."""

    request: Request
    subject: str
    body: str
    method: MergeMethod
    ours: bool
    """Whether the flow merges it, once nothing stands against that."""
    message: str = ""
    standing: ChangeRequest | None = None
    verdict: Verdict = NOTHING

    @property
    def pushed(self) -> bool:
        """Return whether the head is at the remote, and at the forge, as it is to be merged."""
        head = self.request.head
        return head.new == head.branch.remote and self.standing is not None and self.standing.commit == head.new

    @property
    def ready(self) -> bool:
        """Return whether nothing stands against the merge."""
        return (
            self.pushed
            and self.verdict.passed
            and self.standing is not None
            and (self.standing.readiness in (Readiness.READY, Readiness.UNSTABLE))
        )

    @property
    def stale(self) -> bool:
        """Return whether our part of the text is to be renewed."""
        text = unified(self.standing.body) if self.standing else ""
        return self.standing is not None and renew_description(text, self.body) != text


def ask(bench: Bench, request: Request, description: Description, *, message: str = "") -> Asked:
    """Return a request with what the forge has of it; `HumanNeeded` when somebody closed it without a merge."""
    forge, topic = bench.forge, find_topic(bench.config, request.head.branch.name)
    assert forge is not None
    template = _template(bench, request.head.new)
    link = forge.compare_address(request.base, request.head.branch.name)
    asked = Asked(
        request=request,
        subject=description.title,
        body=cut_text(render_description(description, template), forge.body_limit, link),
        method=topic.row.merge if topic else "merge",
        ours=topic is not None and topic.kind in bench.config.forge.merge,
        message=message,
    )
    return _observed(bench, asked)


def asking_steps(whole: Config, asked: Asked) -> Iterator[Step[World]]:
    """Yield the next steps of a request: it is opened, or renewed, or merged."""
    head, standing, config = asked.request.head.branch.name, asked.standing, whole.forge
    if standing is None:
        commit = asked.request.head.new
        yield OpenRequest(head=head, base=asked.request.base, commit=commit, subject=asked.subject, body=asked.body)
        if config.reviewers or config.labels or config.milestone:
            topic = find_topic(whole, head)
            version = str(topic.version) if topic and topic.version else ""
            yield AdornRequest(
                head=head,
                base=asked.request.base,
                reviewers=config.reviewers,
                labels=config.labels,
                milestone=(config.milestone or "").replace("{version}", version),
            )
        return
    if asked.stale:
        yield RewriteRequest(number=standing.number, body=asked.body)
    if asked.ready and asked.ours:
        yield MergeRequest(
            number=standing.number,
            head=head,
            base=asked.request.base,
            commit=asked.request.head.new,
            method=asked.method,
            message=asked.message,
        )


def render_asked(asked: tuple[Asked, ...], *, again: str, soon: bool) -> Await:
    """Return what is awaited: each pull request, and what stands against its merge."""
    rows = [f"{one.request.head.branch.name} into {one.request.base}{_number(one)}" for one in asked]
    todo = [line for one in asked for line in _lines(one)]
    todo.append(f"Then type `release-tools continue` here, or `{again}` in any clone.")
    condition = f"Waiting for a pull request to be merged: {'; '.join(rows)}."
    return Await(condition=condition, todo="\n".join(todo), soon=soon)


def _observed(bench: Bench, asked: Asked) -> Asked:
    forge, head = bench.forge, asked.request.head
    assert forge is not None
    found = forge.find_requests(head.branch.name, asked.request.base)
    standing = next((one for one in found if one.state is RequestState.OPEN), None)
    if standing is None:
        _refuse_closed(found, asked)
        return asked
    asked = replace(asked, standing=standing)
    if not asked.pushed:
        return asked
    standing = forge.request(standing.number)
    required = bench.config.forge.checks
    # A clean one has no check that failed or is at work; asking for each would tell nothing new.
    silent = standing.readiness is Readiness.READY and not required
    verdict = Verdict() if silent else judge(forge.checks(head.new), required)
    return replace(asked, standing=standing, verdict=verdict)


def _refuse_closed(found: tuple[ChangeRequest, ...], asked: Asked) -> None:
    newest = next(iter(found), None)
    if newest and newest.state is RequestState.CLOSED and newest.commit == asked.request.head.new:
        raise HumanNeeded(
            f"Pull request #{newest.number} of {newest.head} into {newest.base} was closed without a merge.",
            state=f"Nothing was merged, and no other pull request was opened: {newest.address}",
            todo="Open it again there and type `release-tools continue`, or go back with `release-tools abort`.",
        )


def _template(bench: Bench, commit: str) -> str:
    named = bench.config.forge.template
    paths = (named,) if named else TEMPLATES
    files = bench.reader.files(commit, paths)
    found = next((files[path] for path in paths if path in files), None)
    return found.data.decode("utf-8", "replace") if found else ""


def _number(asked: Asked) -> str:
    return f" (#{asked.standing.number})" if asked.standing else ""


def _lines(asked: Asked) -> Iterator[str]:
    standing, merges = asked.standing, f"merge it {_how(asked.method)}"
    if standing is None:
        return
    yield f"Pull request #{standing.number}: {standing.address}"
    if standing.readiness in WAITS and asked.pushed:
        yield f"  {WAITS[standing.readiness]}"
    if asked.verdict.words:
        yield f"  checks {asked.verdict.words}"
    if asked.request.conflicts:
        head, base = asked.request.head.branch.name, asked.request.base
        yield f"  conflicts in: {', '.join(asked.request.conflicts)}"
        yield f"  mend it there: git fetch, git switch {head}, git merge origin/{base}, commit, push"
    if not asked.ours:
        yield f"  when it may be merged, {merges}"


def _how(method: MergeMethod) -> str:
    return {"merge": "with a merge commit (no squash, no rebase)", "squash": "by squash", "rebase": "by rebase"}[method]
