"""A forge in memory: what the port promises, by a state that a test can read; commits are words, git plays no part.

It is trusted because it passes the contract that the real adapter passes against the double.
"""

import hashlib
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from release_tools.domain.forge.checks import Check, CheckState
from release_tools.domain.forge.page import Asset, ReleasePage
from release_tools.domain.forge.pipeline import Deployment, DeploymentState, PipelineRun, RunState
from release_tools.domain.forge.protection import Protection
from release_tools.domain.forge.request import ChangeRequest, MergeMethod, Readiness, RequestState, Wishes
from release_tools.domain.forge.rights import Right, Rights
from release_tools.errors import ForgeRefused

WEB = "https://forge.example/team/shop"


@dataclass
class FakeForge:
    """The forge of one repository."""

    body_limit: int = 65_536
    notes_limit: int = 125_000
    who: str = "ada"
    may: tuple[Right, ...] = tuple(Right)
    branches: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Branch name to its commits, the newest last."""
    conflicting: set[tuple[str, str]] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    changes: dict[int, ChangeRequest] = field(default_factory=dict)
    approvals: dict[int, set[str]] = field(default_factory=dict)
    reported: dict[str, dict[str, Check]] = field(default_factory=dict)
    pages: dict[int, ReleasePage] = field(default_factory=dict)
    frozen_when_shown: bool = False
    pipelines: set[str] = field(default_factory=set)
    runs: list[tuple[str, str, PipelineRun]] = field(default_factory=list)
    """Pipeline, commit and run."""
    records: dict[int, Deployment] = field(default_factory=dict)
    rules: dict[str, Protection] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    """The changes that were asked for, by name of the method."""
    ids: "count[int]" = field(default_factory=lambda: count(1))

    def compare_address(self, old: str, new: str, /) -> str:
        """Return an address."""
        return f"{WEB}/compare/{old}...{new}"

    def rights(self) -> Rights:
        """Return what was set."""
        return Rights(who=self.who, may=self.may, methods=("merge", "squash", "rebase"))

    def find_requests(self, head: str, base: str, /) -> tuple[ChangeRequest, ...]:
        """Return the requests between two branches, the newest first."""
        self._follow()
        found = [one for one in self.changes.values() if (one.head, one.base) == (head, base)]
        return tuple(sorted(found, key=lambda one: -one.number))

    def request(self, number: int, /) -> ChangeRequest:
        """Return a request with its readiness."""
        self._follow()
        if number not in self.changes:
            raise ForgeRefused(f"There is no request {number}.")
        found = self.changes[number]
        return replace(found, readiness=self._readiness(found))

    def checks(self, commit: str, /) -> tuple[Check, ...]:
        """Return what was reported."""
        return tuple(self.reported.get(commit, {}).values())

    def find_page(self, tag: str, /) -> ReleasePage | None:
        """Return the page of a tag."""
        found = [page for page in self.pages.values() if page.tag == tag]
        return next((page for page in found if page.shown), next(iter(found), None))

    def find_run(self, pipeline: str, commit: str, mark: str, /) -> PipelineRun | None:
        """Return the run with a mark."""
        wanted = (pipeline, commit)
        return next((run for *place, run in self.runs if tuple(place) == wanted and mark in run.title), None)

    def look_out_for_run(self, pipeline: str, commit: str, mark: str, /) -> PipelineRun | None:
        """Return the same: runs are listed at once here."""
        return self.find_run(pipeline, commit, mark)

    def deployments(self, environment: str, commit: str, /) -> tuple[Deployment, ...]:
        """Return the records, the newest first."""
        rows = [row for row in self.records.values() if (row.environment, row.commit) == (environment, commit)]
        return tuple(reversed(rows))

    def protections(self) -> tuple[Protection, ...]:
        """Return what was put."""
        return tuple(self.rules.values())

    def export_protections(self) -> str:
        """Return the names as JSON."""
        return "[" + ", ".join(f'{{"name": "{name}"}}' for name in self.rules) + "]\n"

    def open_request(self, head: str, base: str, title: str, body: str, /) -> ChangeRequest:
        """Open a request, if there is something to merge and none is open."""
        self.calls.append("open_request")
        if head not in self.branches or base not in self.branches:
            raise ForgeRefused("There is no such branch.")
        if set(self.branches[head]) <= set(self.branches[base]):
            raise ForgeRefused(f"No commits between {base} and {head}")
        if any(one.state is RequestState.OPEN for one in self.find_requests(head, base)):
            raise ForgeRefused("A pull request already exists.")
        if len(body) > self.body_limit:
            raise ForgeRefused("The text is too long.")
        number = next(self.ids)
        self.changes[number] = ChangeRequest(
            number=number,
            address=f"{WEB}/pull/{number}",
            head=head,
            base=base,
            commit=self.branches[head][-1],
            title=title,
            body=body,
            state=RequestState.OPEN,
        )
        return self.changes[number]

    def rewrite_request(self, number: int, title: str, body: str, /) -> None:
        """Change title and text."""
        self.calls.append("rewrite_request")
        self.changes[number] = replace(self.changes[number], title=title, body=body)

    def close_request(self, number: int, /) -> None:
        """Close a request."""
        self.calls.append("close_request")
        self.changes[number] = replace(self.changes[number], state=RequestState.CLOSED)

    def adorn_request(self, number: int, wishes: Wishes, /) -> None:
        """Keep the wishes."""
        self.calls.append("adorn_request")
        self.changes[number] = replace(self.changes[number], wishes=wishes)

    def merge_request(self, number: int, commit: str, method: MergeMethod, message: str, /) -> str:
        """Merge, if nothing stands against it."""
        self.calls.append("merge_request")
        found = self.request(number)
        allowed = [rule.methods for rule in self._rules(found.base) if rule.methods]
        if found.state is not RequestState.OPEN or found.readiness is not Readiness.READY:
            raise ForgeRefused("The pull request is not mergeable.")
        if found.commit != commit:
            raise ForgeRefused("The head was modified.")
        if any(method not in methods for methods in allowed):
            raise ForgeRefused(f"{method} is not allowed.")
        new = f"{method} of {commit} into {found.base}"
        brought = self.branches[found.head] if method == "merge" else ()
        self.branches[found.base] = (*self.branches[found.base], *brought, new)
        self.changes[number] = replace(found, state=RequestState.MERGED, merged_as=new)
        return new

    def draft_page(self, tag: str, title: str, notes: str, /, *, candidate: bool) -> ReleasePage:
        """Make a draft."""
        self.calls.append("draft_page")
        if len(notes) > self.notes_limit:
            raise ForgeRefused("The notes are too long.")
        page = ReleasePage(
            id=next(self.ids), tag=tag, address=f"{WEB}/releases/{tag}", title=title, notes=notes, shown=False
        )
        self.pages[page.id] = page
        return page

    def upload(self, page: ReleasePage, name: str, content: Path | bytes, /) -> None:
        """Add a file."""
        self.calls.append(f"upload {name}")
        standing = self.pages[page.id]
        if standing.frozen or standing.asset(name):
            raise ForgeRefused(f"{name} cannot be added.")
        data = content if isinstance(content, bytes) else content.read_bytes()
        asset = Asset(id=next(self.ids), name=name, size=len(data), digest=hashlib.sha256(data).hexdigest())
        self.pages[page.id] = replace(standing, assets=(*standing.assets, asset))

    def discard_asset(self, asset: int, /) -> None:
        """Remove a file."""
        self.calls.append("discard_asset")
        for page in self.pages.values():
            if any(one.id == asset for one in page.assets):
                if page.frozen:
                    raise ForgeRefused("The release is immutable.")
                kept = tuple(one for one in page.assets if one.id != asset)
                self.pages[page.id] = replace(page, assets=kept)

    def show_page(self, page: int, /, *, newest: bool) -> None:
        """Show a page; a tag has one that is shown."""
        self.calls.append("show_page")
        standing = self.pages[page]
        if any(one.shown and one.tag == standing.tag for one in self.pages.values()):
            raise ForgeRefused("The tag has a release already.")
        self.pages[page] = replace(standing, shown=True, frozen=self.frozen_when_shown)

    def start_pipeline(self, pipeline: str, ref: str, inputs: tuple[tuple[str, str], ...], /) -> None:
        """Start a run whose title holds the inputs."""
        self.calls.append("start_pipeline")
        if pipeline not in self.pipelines:
            raise ForgeRefused("There is no such pipeline.")
        title = " ".join(value for _, value in inputs)
        run = PipelineRun(id=next(self.ids), title=title, address=f"{WEB}/runs", state=RunState.WAITING)
        self.runs.append((pipeline, self.commit_at(ref), run))

    def commit_at(self, ref: str) -> str:
        """Return the commit of a branch, or the one of main for a tag."""
        return self.branches[ref if ref in self.branches else "main"][-1]

    def record_deployment(self, environment: str, commit: str, mark: str, /) -> Deployment:
        """Keep a record."""
        self.calls.append("record_deployment")
        row = Deployment(id=next(self.ids), environment=environment, commit=commit, mark=mark)
        self.records[row.id] = row
        return row

    def end_deployment(self, deployment: int, state: DeploymentState, address: str, /) -> None:
        """Change a record's state."""
        self.calls.append("end_deployment")
        self.records[deployment] = replace(self.records[deployment], state=state)

    def put_protection(self, protection: Protection, /) -> None:
        """Keep a protection by its name."""
        self.calls.append("put_protection")
        self.rules[protection.name] = protection

    def _rules(self, branch: str) -> tuple[Protection, ...]:
        rules = self.rules.values()
        return tuple(rule for rule in rules if rule.active and rule.target == "branch" and rule.pattern == branch)

    def _readiness(self, found: ChangeRequest) -> Readiness:
        if found.state is not RequestState.OPEN:
            return Readiness.UNSETTLED
        if (found.head, found.base) in self.conflicting:
            return Readiness.CONFLICTING
        checks = self.reported.get(found.commit, {})
        for rule in self._rules(found.base):
            passed = all(name in checks and checks[name].state is CheckState.PASSED for name in rule.checks)
            if not passed or len(self.approvals.get(found.number, ())) < rule.approvals:
                return Readiness.BLOCKED
        return Readiness.READY

    def _follow(self) -> None:
        """Let open requests follow their branches."""
        for number, found in self.changes.items():
            if found.state is not RequestState.OPEN:
                continue
            commits = self.branches.get(found.head)
            if commits and set(commits) <= set(self.branches[found.base]):
                merged_as = self.branches[found.base][-1]
                self.changes[number] = replace(found, state=RequestState.MERGED, merged_as=merged_as)
            elif commits:
                self.changes[number] = replace(found, commit=commits[-1])
            else:
                self.changes[number] = replace(found, state=RequestState.CLOSED)
