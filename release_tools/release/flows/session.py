"""A session: what one release command works with, from configuration to ports, put together by the composition root.

It holds values and ports only; what is done with them stands in the flows.
"""

from collections.abc import Callable
from pathlib import Path

from release_tools.config.model import Config
from release_tools.engine.plan import Plan
from release_tools.engine.runs import Intent, Runs
from release_tools.ports import Forge, GitReader, GitWriter
from release_tools.record import record
from release_tools.release.bench import Bench


@record
class Session:
    """One release command at work in one repository; the run lock is held unless nothing will be written."""

    top: Path
    config: Config
    runs: Runs
    run_id: str
    reader: GitReader
    make_bench: Callable[["Session"], Bench]
    """From a session to the ports that make its draft, in an empty draft directory."""
    make_writer: Callable[[str], GitWriter]
    """From the id of a run to the port that changes git on its behalf."""
    draft_directory: Path
    """Where a new draft is made: in the run's own directory, or in a place that is deleted after a look."""
    signs: bool
    """Whether commits or tags are to be signed."""
    lasting_locks: Callable[[], tuple[Path, ...]] = tuple
    """Git's own lock files that nobody removes; a git that was killed leaves them."""
    refused: tuple[str, ...] = ()
    """Branches that the remote refused to move in this run."""
    signing: bool = False
    """Whether this draft signs: only after the yes, since a signature may ask for a key."""

    forge: Forge | None = None
    """The remote's forge, None where there is none that could be asked."""
    without_forge: str = ""
    """Why there is none, and on a second line what would change that."""

    @property
    def bench(self) -> Bench:
        """Return a new bench for this session's draft."""
        return self.make_bench(self)


@record
class Proposal:
    """A plan that a person has not approved yet; no steps: there is nothing to do, and `plan.title` says why."""

    intent: Intent
    plan: Plan
    drafted: tuple[str, ...] = ()
    """Objects that the draft made; with signing they differ from the ones that will be made after the yes."""
    result: str = ""
    """What scripts want to know: the version or the tag."""
