"""What a server said to a push that it refused: read from `git push --porcelain` and from the words it sent along.

Pushing itself is the writer's.
"""

from release_tools.adapters.git_process import Completed
from release_tools.errors import PushRefused

REFUSED = "[remote rejected]"
INNOCENT = frozenset(("atomic push failure", "atomic push failed", "atomic transaction failed"))
"""What is said of refs that go down with another one."""

WORDS = "remote: "
MOST_WORDS = 10


def refusal(what: str, done: Completed) -> PushRefused | None:
    """Return the error that the server refused refs, None where it was not the server; `what` says which command."""
    refs = refused_refs(done.text)
    if not refs:
        return None
    lines = done.stderr.splitlines()
    said = tuple(line.removeprefix(WORDS).rstrip() for line in lines if line.startswith(WORDS))
    rest = " ".join(line for line in lines if not line.startswith(WORDS.rstrip()))
    return PushRefused("\n".join((*_shortened(said), f"{what} {rest}")), refs=refs)


def refused_refs(porcelain: str) -> tuple[str, ...]:
    """Return the full names of the refs that the server refused, without those that only went down with them."""
    rows = (line.split("\t") for line in porcelain.split("\n") if line.startswith("!\t"))
    reasons = {refs.rpartition(":")[2]: summary for _, refs, summary in rows if summary.startswith(REFUSED)}
    guilty = tuple(name for name, summary in reasons.items() if _reason(summary) not in INNOCENT)
    return guilty or tuple(reasons)


def _reason(summary: str) -> str:
    return summary.removeprefix(REFUSED).strip().removeprefix("(").removesuffix(")")


def _shortened(words: tuple[str, ...]) -> tuple[str, ...]:
    said = tuple(line for line in words if line)
    if len(said) <= MOST_WORDS:
        return said
    return (*said[: MOST_WORDS - 1], f"… and {len(said) - MOST_WORDS + 1} more lines")
