"""The ports to a forge: the server around a git remote, which takes change requests and shows releases.

No forge's own words are here: what one calls a pull request another calls a merge request. Every method may raise
`ToolFailed`; a writer's `ForgeRefused` means that nothing was changed, its `OutcomeUnknown` that one must look.
"""

from pathlib import Path
from typing import Protocol

from release_tools.domain.forge.checks import Check
from release_tools.domain.forge.page import ReleasePage
from release_tools.domain.forge.pipeline import Deployment, DeploymentState, PipelineRun
from release_tools.domain.forge.protection import Protection
from release_tools.domain.forge.request import ChangeRequest, MergeMethod, Wishes
from release_tools.domain.forge.rights import Rights


class ForgeReader(Protocol):
    """Questions to one repository's forge."""

    @property
    def body_limit(self) -> int:
        """Return how many characters the text of a change request may have."""
        ...

    @property
    def notes_limit(self) -> int:
        """Return how many characters the notes of a release page may have."""
        ...

    def compare_address(self, old: str, new: str, /) -> str:
        """Return where a person sees what changed between two refs."""
        ...

    def rights(self) -> Rights:
        """Return who we are there and what we may do."""
        ...

    def find_requests(self, head: str, base: str, /) -> tuple[ChangeRequest, ...]:
        """Return the change requests from a branch of this repository to another, the newest first."""
        ...

    def request(self, number: int, /) -> ChangeRequest:
        """Return a change request with its readiness."""
        ...

    def checks(self, commit: str, /) -> tuple[Check, ...]:
        """Return what is known about a commit, however many there are, each name once."""
        ...

    def find_page(self, tag: str, /) -> ReleasePage | None:
        """Return the release page of a tag, shown or not; the shown one where there are several."""
        ...

    def find_run(self, pipeline: str, commit: str, mark: str, /) -> PipelineRun | None:
        """Return the run of a pipeline on a commit whose title holds a mark."""
        ...

    def look_out_for_run(self, pipeline: str, commit: str, mark: str, /) -> PipelineRun | None:
        """Return the same run, looking for a while: it may have been asked for just now and not be listed yet."""
        ...

    def deployments(self, environment: str, commit: str, /) -> tuple[Deployment, ...]:
        """Return the records of a commit in an environment, the newest first."""
        ...

    def protections(self) -> tuple[Protection, ...]:
        """Return what the forge enforces in this repository by named protections."""
        ...

    def export_protections(self) -> str:
        """Return the protections as JSON in the forge's own form."""
        ...


class ForgeWriter(Protocol):
    """Changes at one repository's forge, each one operation."""

    def open_request(self, head: str, base: str, title: str, body: str, /) -> ChangeRequest:
        """Open a change request between two branches of this repository."""
        ...

    def rewrite_request(self, number: int, title: str, body: str, /) -> None:
        """Give a change request another title and text."""
        ...

    def close_request(self, number: int, /) -> None:
        """Close a change request without a merge."""
        ...

    def adorn_request(self, number: int, wishes: Wishes, /) -> None:
        """Add reviewers, labels and a milestone to a change request."""
        ...

    def merge_request(self, number: int, commit: str, method: MergeMethod, message: str, /) -> str:
        """Merge a change request whose newest commit is `commit`; return the commit on the base.

        `message` is the one of the new commit, empty: the forge's own.
        """
        ...

    def draft_page(self, tag: str, title: str, notes: str, /, *, candidate: bool) -> ReleasePage:
        """Make a release page that is not shown yet; `candidate`: of a version that is not final."""
        ...

    def upload(self, page: ReleasePage, name: str, content: Path | bytes, /) -> None:
        """Add a file to a release page."""
        ...

    def discard_asset(self, asset: int, /) -> None:
        """Remove a file from a release page."""
        ...

    def show_page(self, page: int, /, *, newest: bool) -> None:
        """Show a release page to everybody; `newest`: as the repository's latest release."""
        ...

    def start_pipeline(self, pipeline: str, ref: str, inputs: tuple[tuple[str, str], ...], /) -> None:
        """Start a pipeline; its run is found by a mark among the inputs that it puts into its title."""
        ...

    def record_deployment(self, environment: str, commit: str, mark: str, /) -> Deployment:
        """Record that a commit goes to an environment."""
        ...

    def end_deployment(self, deployment: int, state: DeploymentState, address: str, /) -> None:
        """Record how a deployment stands, with where its log is shown."""
        ...

    def put_protection(self, protection: Protection, /) -> None:
        """Make a protection, or change the one of its name."""
        ...


class Forge(ForgeReader, ForgeWriter, Protocol):
    """Both sides of a forge, for those who carry steps out."""
