"""GitHub as a forge: the port's methods, each told in the module of its noun.

Requests are sent by `github_api`, which alone imports PyGithub.
"""

from dataclasses import dataclass, field
from pathlib import Path

from release_tools.adapters import github_pipelines, github_pulls, github_releases, github_rules
from release_tools.adapters.github_api import GitHubApi
from release_tools.domain.forge.checks import Check
from release_tools.domain.forge.page import ReleasePage
from release_tools.domain.forge.pipeline import Deployment, DeploymentState, PipelineRun
from release_tools.domain.forge.protection import Protection
from release_tools.domain.forge.request import ChangeRequest, MergeMethod, Wishes
from release_tools.domain.forge.rights import Right, Rights

JUST = 2.0
"""Seconds for which an answer holds if nothing else was asked since: a step probes, and acts upon that at once."""

RIGHTS = {"pull": Right.READ, "push": Right.PUSH, "maintain": Right.MAINTAIN, "admin": Right.ADMINISTER}
METHODS = {"allow_merge_commit": "merge", "allow_squash_merge": "squash", "allow_rebase_merge": "rebase"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHub:
    """One repository on GitHub or on a GitHub Enterprise server."""

    api: GitHubApi
    address: str
    """The repository on the web."""
    body_limit: int = 65_536
    notes_limit: int = 125_000
    last_page: list[tuple[str, float, int, ReleasePage | None]] = field(default_factory=list, repr=False, compare=False)
    """What was answered last about a page: for which tag, when, and after how many requests."""

    def compare_address(self, old: str, new: str, /) -> str:
        """Return where a person sees what changed between two refs."""
        return f"{self.address}/compare/{old}...{new}"

    def rights(self) -> Rights:
        """Return who the token is and what it may do; an app's token belongs to no person."""
        user = self.api.send("GET", "/user", ok=(401, 403, 404))
        repository = self.api.send("GET", "").data
        may = repository.get("permissions") or {}
        return Rights(
            who=user.data.get("login", "") if user.status == 200 else "",
            may=tuple(right for name, right in RIGHTS.items() if may.get(name)),
            scopes=tuple(filter(None, user.headers.get("x-oauth-scopes", "").split(", "))),
            expires=user.headers.get("github-authentication-token-expiration", ""),
            methods=tuple(method for name, method in METHODS.items() if repository.get(name)),
        )

    def find_requests(self, head: str, base: str, /) -> tuple[ChangeRequest, ...]:
        """Return the pull requests from a branch of this repository to another, the newest first."""
        return github_pulls.find_requests(self.api, head, base)

    def request(self, number: int, /) -> ChangeRequest:
        """Return a pull request with its readiness."""
        return github_pulls.request(self.api, number)

    def checks(self, commit: str, /) -> tuple[Check, ...]:
        """Return the check runs and statuses of a commit."""
        return github_pulls.checks(self.api, commit)

    def find_page(self, tag: str, /) -> ReleasePage | None:
        """Return the release of a tag, a draft among them; asked twice in a row, as just answered."""
        for known, when, calls, page in self.last_page:
            if (known, calls) == (tag, len(self.api.calls)) and self.api.clock() - when < JUST:
                return page
        page = github_releases.find_page(self.api, tag)
        self._remember(tag, page)
        return page

    def find_run(self, pipeline: str, commit: str, mark: str, /) -> PipelineRun | None:
        """Return the run of a workflow file on a commit whose title holds a mark."""
        return github_pipelines.find_run(self.api, pipeline, commit, mark)

    def look_out_for_run(self, pipeline: str, commit: str, mark: str, /) -> PipelineRun | None:
        """Return the same run, as soon as GitHub lists it."""
        return github_pipelines.look_out_for_run(self.api, pipeline, commit, mark)

    def deployments(self, environment: str, commit: str, /) -> tuple[Deployment, ...]:
        """Return the deployments of a commit in an environment, the newest first."""
        return github_pipelines.deployments(self.api, environment, commit)

    def protections(self) -> tuple[Protection, ...]:
        """Return the repository's own rulesets of one pattern each."""
        return github_rules.protections(self.api)

    def export_protections(self) -> str:
        """Return the rulesets as JSON."""
        return github_rules.export_protections(self.api)

    def open_request(self, head: str, base: str, title: str, body: str, /) -> ChangeRequest:
        """Open a pull request."""
        return github_pulls.open_request(self.api, head, base, title, body)

    def rewrite_request(self, number: int, title: str, body: str, /) -> None:
        """Give a pull request another title and text."""
        github_pulls.rewrite_request(self.api, number, title, body)

    def close_request(self, number: int, /) -> None:
        """Close a pull request without a merge."""
        github_pulls.close_request(self.api, number)

    def adorn_request(self, number: int, wishes: Wishes, /) -> None:
        """Add reviewers, labels and a milestone to a pull request."""
        github_pulls.adorn_request(self.api, number, wishes)

    def merge_request(self, number: int, commit: str, method: MergeMethod, message: str, /) -> str:
        """Merge a pull request whose head is as expected."""
        return github_pulls.merge_request(self.api, number, commit, method, message)

    def draft_page(self, tag: str, title: str, notes: str, /, *, candidate: bool) -> ReleasePage:
        """Make a draft release."""
        page = github_releases.draft_page(self.api, tag, title, notes, candidate=candidate)
        self._remember(tag, page)
        return page

    def upload(self, page: ReleasePage, name: str, content: Path | bytes, /) -> None:
        """Add a file to a release."""
        github_releases.upload(self.api, page, name, content)

    def discard_asset(self, asset: int, /) -> None:
        """Remove a file from a release."""
        github_releases.discard_asset(self.api, asset)

    def show_page(self, page: int, /, *, newest: bool) -> None:
        """Publish a draft release."""
        github_releases.show_page(self.api, page, newest=newest)

    def start_pipeline(self, pipeline: str, ref: str, inputs: tuple[tuple[str, str], ...], /) -> None:
        """Dispatch a workflow file."""
        github_pipelines.start_pipeline(self.api, pipeline, ref, inputs)

    def record_deployment(self, environment: str, commit: str, mark: str, /) -> Deployment:
        """Make a deployment."""
        return github_pipelines.record_deployment(self.api, environment, commit, mark)

    def end_deployment(self, deployment: int, state: DeploymentState, address: str, /) -> None:
        """Give a deployment a state."""
        github_pipelines.end_deployment(self.api, deployment, state, address)

    def put_protection(self, protection: Protection, /) -> None:
        """Make a ruleset, or replace the one of its name."""
        github_rules.put_protection(self.api, protection)

    def _remember(self, tag: str, page: ReleasePage | None) -> None:
        self.last_page[:] = [(tag, self.api.clock(), len(self.api.calls), page)]
