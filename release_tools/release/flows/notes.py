"""Release notes: a version's outline with what was written by hand about it, and with what operators must know.

Only what is here counts: no remote is asked and nothing is written.
"""

from collections.abc import Sequence
from dataclasses import replace

from release_tools.domain.changelog.keepachangelog import find_section, read_words
from release_tools.domain.changelog.operator import OperatorNotes, Texts, compare_images, compare_keys, matches
from release_tools.domain.changelog.outline import Outline
from release_tools.domain.history.changes import Change
from release_tools.domain.version import parse_version
from release_tools.release.flows.chronicle import Chronicle

FATES = {"A": "", "D": " (gone)"}
"""What is said of a migration by what happened to it; anything else is a change."""
SKIPPED = ("__init__.py", ".gitkeep")


def complete(chronicle: Chronicle, outline: Outline) -> Outline:
    """Return the outline with the words from the changelog file, and with the notes for operators."""
    tags, head = chronicle.landmarks.tags, chronicle.landmarks.head
    after = tags.get(outline.tag, head)
    told = replace(outline, words=_words(chronicle, outline, tuple(dict.fromkeys((head, after)))))
    if not outline.previous:
        return told
    return replace(told, operator=_operator(chronicle, tags[outline.previous], after))


def _words(chronicle: Chronicle, outline: Outline, commits: Sequence[str]) -> str:
    """Return what was written by hand; what is checked out may say more than the release did."""
    path = chronicle.config.changelog.path
    for commit in commits if path and outline.version else ():
        blob = chronicle.reader.files(commit, (path,)).get(path) if path else None
        text = blob.data.decode("utf-8", "replace") if blob else ""
        found = find_section(text, parse_version(outline.version))
        words = read_words(text[found.start : found.end]) if found else ""
        if words:
            return words
    return ""


def _operator(chronicle: Chronicle, old: str, new: str) -> OperatorNotes:
    wanted, roots = chronicle.config.notes, chronicle.config.version.paths
    changes = [one for one in chronicle.reader.differences(old, new) if not roots or _is_inside(one.path, roots)]

    def texts(commit: str, patterns: tuple[str, ...]) -> Texts:
        paths = [one.path for one in changes if matches(one.path, patterns)]
        blobs = chronicle.reader.files(commit, paths) if paths else {}
        return {path: blob.data.decode("utf-8", "replace") for path, blob in blobs.items()}

    return OperatorNotes(
        migrations=tuple(_told(one) for one in changes if matches(one.path, wanted.migrations) and _counts(one)),
        keys=compare_keys(*(texts(commit, wanted.settings) for commit in (old, new))),
        images=compare_images(*(texts(commit, wanted.images) for commit in (old, new))),
    )


def _counts(change: Change) -> bool:
    return change.path.rpartition("/")[2] not in SKIPPED


def _told(change: Change) -> str:
    return change.path + FATES.get(change.letter, " (changed)")


def _is_inside(path: str, roots: Sequence[str]) -> bool:
    return any(path == root.rstrip("/") or path.startswith(f"{root.rstrip('/')}/") for root in roots)
