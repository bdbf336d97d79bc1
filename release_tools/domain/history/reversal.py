"""A reversal is a commit that takes another one back; where both are unreleased, both vanish.

How a message is parsed is not here, nor what a reversal of released work does to the version.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import field

from release_tools.domain.history.ancestry import Graph, graph_of
from release_tools.domain.history.commit import Commit, quoted
from release_tools.domain.history.marks import REVERTS
from release_tools.record import record

BY_NAME = "This reverts commit "
SHORTEST = 7
"""Digits that an abbreviated name needs at least."""


@record
class Reversal:
    """What a commit says it takes back: commits by name, else one by its subject or the number of its pull request."""

    names: tuple[str, ...]
    subject: str = ""
    number: str = ""


def parse_reversal(commit: Commit) -> Reversal | None:
    """Return what the commit takes back, None when it takes nothing back."""
    message = commit.message
    if commit.type != "revert" and b"This reverts commit " not in message and b"Reapply " not in message[:9]:
        return None if b'Revert "' not in message[:9] else Reversal(names=(), subject=_target(commit))
    lines = message.decode("utf-8", "replace").split("\n")[1:]
    names = tuple(_name(line.removeprefix(BY_NAME)) for line in lines if line.startswith(BY_NAME))
    if not names and commit.type == "revert":
        names = tuple(_name(word) for value in commit.refs for word in value.replace(",", " ").split())
    found = tuple(name for name in names if name)
    subject = _target(commit)
    return Reversal(names=found, subject=subject, number=_number(lines)) if found or subject else None


def _target(commit: Commit) -> str:
    """Return the subject of the commit that the header says is taken back."""
    subject = commit.subject
    if subject.startswith('Revert "'):
        return quoted(subject)
    if subject.startswith('Reapply "'):
        return f'Revert "{quoted(subject)}"'
    return commit.description.strip('"') if commit.type == "revert" else ""


def _name(text: str) -> str:
    """Return the commit name at the start of a text, empty when there is none."""
    word = text.split(maxsplit=1)[0].rstrip(".,;") if text.strip() else ""
    digits = word.lower()
    return digits if len(digits) >= SHORTEST and not digits.strip("0123456789abcdef") else ""


def _number(lines: Sequence[str]) -> str:
    """Return the pull request of a line such as `Reverts owner/project#12`."""
    for line in lines:
        word = line.removeprefix("Reverts ").strip()
        if word != line.strip() and "#" in word and " " not in word:
            return word.rpartition("#")[2].rstrip(".")
    return ""


def without_number(subject: str) -> str:
    """Return the subject without the ` (#12)` or ` (!12)` that forges append."""
    head, opening, number = subject.rpartition(" (")
    return head if opening and number[:1] in "#!" and number.endswith(")") and number[1:-1].isdigit() else subject


def pair_reversals(commits: Sequence[Commit], *, released: Container[str] = ()) -> dict[str, str]:
    """Return the commits that cancel each other out, by name, each with the reason.

    The commits have children before parents. A reversal of one of the `released` names is never paired by subject.
    """
    suspects = [place for place, commit in enumerate(commits) if commit.marks & REVERTS]
    reversals = {place: found for place in suspects if (found := parse_reversal(commits[place]))}
    if not reversals:
        return {}
    graph = graph_of(commits)
    unnamed = (one for one in reversals.values() if graph.positions.keys().isdisjoint(one.names))
    subjects = _subjects(commits, frozenset(key for reversal in unnamed for key in _keys(reversal)))
    pairing = _Pairing(commits=commits, graph=graph, released=released, subjects=subjects)
    for place, reversal in reversals.items():
        if place not in pairing.gone:
            pairing.pair(place, reversal)
    return {commits[place].sha: why for place, why in sorted(pairing.gone.items())}


def _keys(reversal: Reversal) -> tuple[str, ...]:
    """Return the subjects that what is taken back may have, the most telling one first."""
    return (*([f"{reversal.subject} (#{reversal.number})"] if reversal.number else ()), reversal.subject)


def _subjects(commits: Sequence[Commit], wanted: frozenset[str]) -> dict[str, list[int]]:
    """Return where the commits of the wanted subjects stand, with the number of a pull request and without."""
    subjects: dict[str, list[int]] = {}
    lines = frozenset(text.encode() for text in wanted)
    for place, commit in enumerate(commits) if wanted else ():
        line = commit.line
        if line in lines or line.endswith(b")"):
            subject = commit.subject
            for key in {subject, without_number(subject)} & wanted:
                subjects.setdefault(key, []).append(place)
    return subjects


@record
class _Pairing:
    """The pairing under way, newest reversal first, so that a reversal of a reversal leaves the first change alone."""

    commits: Sequence[Commit]
    graph: Graph
    released: Container[str]
    subjects: Mapping[str, Sequence[int]]
    gone: dict[int, str] = field(default_factory=dict)

    def pair(self, place: int, reversal: Reversal) -> None:
        """Cancel what is taken back, and the reversal itself unless it also takes back something outside the list."""
        found = [self._by_name(name) for name in reversal.names]
        targets = [target for target in found if target is not None and target != place]
        if not targets and not any(name in self.released for name in reversal.names):
            targets = self._by_subject(place, reversal)
            found = list(targets)
        short = self.commits[place].short
        for target in targets:
            for lost in sorted(self._with_branch(target)):
                self.gone.setdefault(lost, f"reverted by {short}")
        if targets and None not in found:
            names = ", ".join(self.commits[target].short for target in targets)
            self.gone[place] = f"reverts {names}, which is not released either"

    def _by_name(self, name: str) -> int | None:
        exact = self.graph.positions.get(name)
        if exact is not None or len(name) >= 40:
            return exact
        places = [place for sha, place in self.graph.positions.items() if sha.startswith(name)]
        return places[0] if len(places) == 1 else None

    def _by_subject(self, place: int, reversal: Reversal) -> list[int]:
        """Return the nearest ancestor of that subject, one that still stands if there is any."""
        places = next((found for key in _keys(reversal) if (found := self.subjects.get(key))), [])
        older = [other for other in places if other > place]
        older.sort(key=lambda other: (other in self.gone, other))
        return next(([other] for other in older if self.graph.reaches(self.graph.parents(place), other)), [])

    def _with_branch(self, target: int) -> frozenset[int]:
        commit = self.commits[target]
        if not commit.is_merge:
            return frozenset((target,))
        return self.graph.brought(target, self.graph.positions.get(commit.parents[0])) | {target}
