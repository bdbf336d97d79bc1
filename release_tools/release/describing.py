"""Describing requests: what the pull request of a release, of a back-merge or of a topic says.

How that becomes text, with a team's template, is told in `domain.forge.description`.
"""

from release_tools.domain.forge.description import Description
from release_tools.domain.history.commit import Commit
from release_tools.domain.messages.squash import find_lead, fold
from release_tools.domain.version import Version
from release_tools.release.bench import Bench
from release_tools.release.joining import Joining, own_commits
from release_tools.release.requests import Request
from release_tools.release.showing import changes_of
from release_tools.release.state import RepositoryState

DEPLOY = frozenset(("deploy", "deploy-note", "deploy-notes"))
"""Footers of commits that say what a deploy needs."""

METHODS = {"merge": "with a merge commit", "squash": "by squash", "rebase": "by rebase"}


def describe_release(bench: Bench, request: Request, version: Version, tag: str) -> Description:
    """Return what the request to merge a release or a hotfix into main says."""
    head = request.head
    return Description(
        title=f"chore: release {tag}",
        summary=f"Merges `{head.branch.name}` into `{request.base}` {METHODS['merge']}; `{tag}` is then tagged on it.",
        version=str(version),
        changes=changes_of(bench, head.new, version),
        checklist=bench.config.forge.checklist,
        deploy_notes=_deploy_notes(own_commits(bench, head.new, request.base_commit)),
        conflicts=request.conflicts,
    )


def describe_carry(request: Request, version: Version, tag: str) -> Description:
    """Return what the request to bring a tag to a protected branch says."""
    return Description(
        title=f"chore: merge {tag} into {request.base}",
        summary=f"Brings the release `{tag}` to `{request.base}` {METHODS['merge']}, so that nothing of it is lost.",
        version=str(version),
        changes=f"What {tag} has and {request.base} lacks.",
        conflicts=request.conflicts,
    )


def describe_topic(request: Request, joining: Joining) -> Description:
    """Return what the request of a feature or a fix says."""
    lead = find_lead(fold(joining.commits))
    own = lead.subject if lead else f"chore: merge {joining.topic}"
    return Description(
        title=joining.words.partition("\n")[0] or own,
        summary=f"Merges `{joining.topic}` into `{request.base}` {METHODS[joining.method]}.",
        changes="".join(f"- {commit.subject}\n" for commit in reversed(joining.commits) if not commit.is_merge),
        deploy_notes=_deploy_notes(joining.commits),
    )


def is_carry(state: RepositoryState, request: Request) -> bool:
    """Return whether a request brings a tag to another branch than main."""
    return request.base != state.main.name


def _deploy_notes(commits: tuple[Commit, ...]) -> tuple[str, ...]:
    return tuple(
        footer.value for commit in reversed(commits) for footer in commit.footers if footer.token.lower() in DEPLOY
    )
