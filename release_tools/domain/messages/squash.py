"""The message of a squash: in one commit, the weightiest header of a branch and below it what every commit said.

How such a message is read again stands in `domain.history.squash`; who wrote the commits comes in as values.
"""

from collections.abc import Iterator, Sequence

from release_tools.domain.history.commit import BREAKING, CLOSING, REFERRING, Commit, Footer
from release_tools.domain.history.reversal import pair_reversals
from release_tools.domain.messages.machine_made import without_marks
from release_tools.domain.refs import Signature

BREAKS, OTHERS = 0, 3
WEIGHTS = {"feat": 1, "fix": 2}
"""The place of a type among the commits that break nothing; the smaller, the weightier."""

PERSON = "-by"
"""How the token of a trailer ends that names a person: `Co-authored-by`, `Signed-off-by`, `Reviewed-by`."""


def fold(commits: Sequence[Commit]) -> tuple[Commit, ...]:
    """Return what a branch says, oldest first: no merges, no fix-ups, nothing that the branch itself takes back.

    The commits have children before parents, as the log gives them.
    """
    gone = pair_reversals(commits)
    plain = [commit for commit in commits if not commit.is_merge and without_marks(commit.subject) == commit.subject]
    kept = [commit for commit in plain if commit.sha not in gone]
    return tuple(reversed(kept or plain))


def find_lead(commits: Sequence[Commit]) -> Commit | None:
    """Return the weightiest commit, the first of equals; None when no header says what kind of change it is."""
    return min((commit for commit in commits if commit.type), key=_weight, default=None)


def _weight(commit: Commit) -> int:
    return BREAKS if commit.breaking is not None else WEIGHTS.get(commit.type, OTHERS)


def render_squash(commits: Sequence[Commit], lead: Commit, *, author: Signature, others: Sequence[Signature]) -> str:
    """Return the message for the commits, oldest first, with the header of `lead`; the `others` are credited."""
    bullets = "\n".join(_bullet(commit) for commit in commits).rstrip()
    people = (f"Co-authored-by: {one.name} <{one.email}>" for one in others)
    lines = {line.lower(): line for commit in commits for line in _trailers(commit)}
    lines |= {line.lower(): line for line in people if line.lower() not in lines}
    himself = f"<{author.email.lower()}>"
    kept = [line for key, line in lines.items() if not (key.startswith("co-authored-by:") and key.endswith(himself))]
    return "\n\n".join(filter(None, (lead.subject, bullets, "\n".join(kept)))) + "\n"


def _bullet(commit: Commit) -> str:
    """Return the header as a list item, with what breaks below it: there it belongs to this commit and no other."""
    texts = (_first_paragraph(footer) for footer in commit.footers if footer.token in BREAKING)
    # A list in such a text must not look like more commits.
    breaks = "".join("\nBREAKING CHANGE: " + text.replace("\n* ", "\n- ") + "\n" for text in texts)
    return f"* {commit.subject}\n{breaks}" if breaks else f"* {commit.subject}"


def _trailers(commit: Commit) -> Iterator[str]:
    for footer in commit.footers:
        if _is_kept(footer):
            yield f"{footer.token}: {' '.join(_first_paragraph(footer).split())}"


def _is_kept(footer: Footer) -> bool:
    token = footer.token.lower()
    return token in CLOSING or token in REFERRING or token.endswith(PERSON)


def _first_paragraph(footer: Footer) -> str:
    """Return the value without the prose that may follow it."""
    return footer.value.partition("\n\n")[0]
