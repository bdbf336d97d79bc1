"""A push: the refs it would change, the commits it would bring, and what git answered about both.

Values only; whether they may pass is judged in `branches`, `tags` and `messages`.
"""

from release_tools.domain.pushes.new_commit import NewCommit
from release_tools.domain.pushes.told import parse_told
from release_tools.domain.refs import HEADS, TAGS
from release_tools.record import record


@record
class PushedRef:
    """One ref as it would change at the remote; `source` is what stands before the colon, empty objects are absent."""

    source: str
    name: str
    old: str
    new: str

    @property
    def branch(self) -> str:
        """Return the branch's short name, empty when the ref is none."""
        return self.name.removeprefix(HEADS) if self.name.startswith(HEADS) else ""

    @property
    def tag(self) -> str:
        """Return the tag's short name, empty when the ref is none."""
        return self.name.removeprefix(TAGS) if self.name.startswith(TAGS) else ""


@record
class Push:
    """All that is pushed to one remote at once."""

    remote: str
    refs: tuple[PushedRef, ...]
    commits: tuple[NewCommit, ...] = ()
    """What the remote does not have yet, children before parents."""
    doubtful: tuple[NewCommit, ...] = ()
    """Those of the commits whose messages are not fine beyond doubt."""
    owned: bool = True
    """Whether the remote is the one whose long-lived branches are guarded."""
    rewritten: frozenset[str] = frozenset()
    """Full names of long-lived branches that would lose commits."""
    annotated: frozenset[str] = frozenset()
    """Objects that are annotated tags."""


def parse_refs(text: bytes) -> tuple[PushedRef, ...]:
    """Parse what git tells its pre-push hook."""
    rows = ([word.decode("utf-8", "surrogateescape") for word in row] for row in parse_told(text))
    return tuple(PushedRef(source=source, name=name, old=old, new=new) for source, name, old, new in rows)
