"""The configuration of the forge: how pull requests and release pages look, and which of them the flow merges itself.

What a forge is asked and when is told in the flows.
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from release_tools.config.limits import Count, Limits, Name, about
from release_tools.config.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedDeploy(Table):
    """The deploy that a finish starts at the forge once its release is shown."""

    pipeline: Name | None = field(
        default=None,
        metadata=about(
            "File of the workflow that deploys, as `deploy.yml`; it takes `environment`, `version` and `mark`, and has "
            "`mark` in its `run-name`; left out: a release starts no deploy"
        ),
    )
    environment: Name = field(default="production", metadata=about("Where to"))
    wait: bool = field(default=False, metadata=about("Whether a finish is over only when that deploy has ended well"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Forge(Table):
    """The forge of the remote: it is used when GITHUB_TOKEN or GH_TOKEN is set."""

    use: bool = field(default=True, metadata=about("false: no forge is asked, whatever tokens there are"))
    kind: Literal["github"] | None = field(
        default=None, metadata=about("What kind of forge the remote is; left out: told by its address")
    )
    api_url: Name | None = field(
        default=None,
        metadata=about("Where a GitHub Enterprise server takes requests, on the remote's own host; ends in `/api/v3`"),
    )
    merge: tuple[Name, ...] = field(
        default=("release", "hotfix", "upgrade", "back-merge"),
        metadata=about("Kinds of branches whose pull requests the flow merges once nothing stands against it"),
    )
    checks: tuple[Name, ...] = field(
        default=(), metadata=about("Checks that must have passed before the flow merges, beside what the forge demands")
    )
    reviewers: tuple[Name, ...] = field(
        default=(), metadata=about("Who is asked for a review of a new pull request; a team as `group/name`")
    )
    labels: tuple[Name, ...] = field(default=(), metadata=about("Labels of a new pull request"))
    milestone: Name | None = field(
        default=None, metadata=about("Title of a new pull request's milestone; `{version}` is put in")
    )
    template: Name | None = field(
        default=None,
        metadata=about("The text of pull requests; left out: PULL_REQUEST_TEMPLATE.md in a place that forges look at"),
    )
    checklist: tuple[Name, ...] = field(default=(), metadata=about("What the pull request of a release asks to tick"))
    approvals: Annotated[int, Limits(ge=0)] = field(
        default=1, metadata=about("Approvals that `protect` demands of a pull request")
    )
    releases: bool = field(default=True, metadata=about("Show each release with its notes and files on the forge"))
    assets: tuple[Name, ...] = field(
        default=(), metadata=about("Files of a release page, as globs from the top of the work tree")
    )
    deploy: StartedDeploy = StartedDeploy()
    timeout: Count = field(default=30, metadata=about("Seconds that an answer of the forge may take"))


AS_IT_IS = Forge()
