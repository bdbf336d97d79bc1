"""A site whose remote is the double of GitHub: git over HTTP, protections by rulesets, people with tokens.

What is expected of a command stands in the tests.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forge_double.server import Double, running
from forge_double.state import Repository
from repository import CONFIG, FILES, Clone, Outcome, Site, found_site

from release_tools.adapters.github import GitHub
from release_tools.adapters.github_api import GitHubApi
from release_tools.domain.forge.protection import Protection
from release_tools.domain.forge.request import MergeMethod

NAME = "team/shop"
ADA, BOB, BOT, BOSS = "token-of-ada", "token-of-bob", "token-of-the-bot", "token-of-the-boss"
"""Two developers, a workflow's own token, and somebody who may change protections."""


@dataclass(frozen=True)
class Hosted:
    """A site at the double."""

    site: Site
    double: Double
    repository: Repository

    @property
    def here(self) -> Clone:
        """Return ada's clone."""
        return self.as_somebody(self.site.here.path, ADA)

    def clone(self, name: str, token: str = BOB) -> Clone:
        """Return a fresh clone of somebody's, as `git clone` makes it."""
        path = self.site.home / name
        self.site.here.git("clone", "--quiet", self.double.clone_url(NAME, token), str(path))
        return self.as_somebody(path, token)

    def as_somebody(self, path: Path, token: str) -> Clone:
        """Return a clone with a token in its environment."""
        return Clone(path, {"GITHUB_TOKEN": token, "GITHUB_API_URL": self.double.api_url})

    def forge(self, token: str = BOSS) -> GitHub:
        """Return the forge as somebody sees it."""
        api = GitHubApi(url=self.double.api_url, path=NAME, token=token, sleep=lambda _: None)
        return GitHub(api=api, address=f"{self.double.address}/{NAME}")

    def protect(self, *branches: str, checks: tuple[str, ...] = (), approvals: int = 0, **more: Any) -> None:
        """Let branches take pull requests only, with nobody who may bypass that."""
        for branch in branches:
            protection = Protection(
                name=f"release-tools: {branch}",
                target="branch",
                pattern=branch,
                by_request=True,
                checks=checks,
                approvals=approvals,
                **more,
            )
            self.forge().put_protection(protection)

    def report(self, commit: str, name: str = "ci", conclusion: str = "success") -> None:
        """Let the bot report the end of a check."""
        body = {"name": name, "head_sha": commit, "status": "completed", "conclusion": conclusion}
        self.forge(BOT).api.send("POST", "check-runs", body)

    def approve(self, number: int, token: str = BOB) -> None:
        """Let somebody approve."""
        self.forge(token).api.send("POST", f"pulls/{number}/reviews", {"event": "APPROVE"})

    def merge(self, number: int, method: MergeMethod = "merge", token: str = BOB) -> None:
        """Let somebody press the button."""
        forge = self.forge(token)
        forge.merge_request(number, forge.request(number).commit, method, "")

    def pulls(self) -> list[str]:
        """Return all pull requests as `#number head into base: state`."""
        rows = self.repository.pulls.values()
        return [f"#{row.number} {row.head} into {row.base}: {'merged' if row.merged_as else row.state}" for row in rows]

    def asked(self, method: str, path: str) -> int:
        """Return how often something was asked for."""
        return sum(one.method == method and one.path.endswith(path) for one in self.double.heard)


@contextmanager
def hosted(home: Path, *, config: str = "", files: dict[str, str] | None = None) -> Iterator[Hosted]:
    """Make a site at a double that runs until the block ends; what breaks GitHub's description fails the test."""
    whole = {**FILES, "release-tools.toml": CONFIG + config, **(files or {})}
    site = found_site(home / "site", whole)
    with running(home / "double") as double:
        for token, login, role in ((ADA, "ada", "write"), (BOB, "bob", "write"), (BOSS, "boss", "admin")):
            double.state.add_identity(token, login, role=role)
        double.state.add_identity(BOT, "bot", role="write", is_app=True)
        repository = double.repository(NAME, site.remote.path)
        site.here.git("remote", "set-url", "origin", double.clone_url(NAME, ADA))
        yield Hosted(site, double, repository)
    assert double.violations == []


def ran(clone: Clone, *arguments: str, **environment: str) -> Outcome:
    """Run a command that must end well, and show no token."""
    outcome = clone.run(*arguments, **environment)
    assert outcome.code == 0, (arguments, outcome.stderr)
    shows_no_token(outcome)
    return outcome


def shows_no_token(outcome: Outcome) -> None:
    """Look that nobody's token stands in what a command said."""
    for token in (ADA, BOB, BOT, BOSS):
        assert token not in outcome.stdout + outcome.stderr
