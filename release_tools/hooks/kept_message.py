"""The kept message in the git dir: from the moment it is refused until a commit has it, whatever happens in between.

    refused                    RELEASE_TOOLS_EDITMSG, and the branch it was meant for in RELEASE_TOOLS_EDITMSG.from
    a message with it accepted RELEASE_TOOLS_EDITMSG.accepted, with the commit that HEAD was then
    HEAD has moved since       nothing: a commit has the message
    HEAD has not moved         RELEASE_TOOLS_EDITMSG again: git made no commit after all
    refused with another text  the earlier one is RELEASE_TOOLS_EDITMSG.before

Imported only where such a message is or becomes kept; how it looks in the editor stands in `domain.messages.kept`.
"""

import os
import shlex
from contextlib import suppress
from pathlib import Path

from release_tools.domain.messages.kept import MARK, has_kept, is_guarded, render_editing
from release_tools.domain.messages.lint import lint
from release_tools.domain.messages.violation import errors
from release_tools.hooks.branch_judge import ask
from release_tools.hooks.commit_door import ACCEPTED, KEPT
from release_tools.hooks.failure import say
from release_tools.hooks.recording import observe_cleanup, observe_recording
from release_tools.hooks.rules_file import load_rules

FIXED, FROM, BEFORE = f"{KEPT}.fixed", f"{KEPT}.from", f"{KEPT}.before"
_MOST = 5  # faults that the editor shows
_NO_COMMIT = b"none"  # what stands for HEAD before the first commit


def keep(git_dir: Path, message: bytes) -> Path:
    """Keep a message, and under another name an earlier one that says something else; return its file."""
    kept = git_dir / KEPT
    with suppress(FileNotFoundError):
        earlier = kept.read_bytes()
        if not has_kept(_text(message), _text(earlier)):
            _replace(git_dir / BEFORE, earlier)
    _replace(git_dir / FROM, _branch() + b"\n")
    _replace(kept, message)
    return kept


def load_kept(git_dir: Path) -> bytes | None:
    """Return the message that waits for its commit, None when none does."""
    _settle(git_dir)
    try:
        return (git_dir / KEPT).read_bytes()
    except FileNotFoundError:
        return None


def drop(git_dir: Path) -> None:
    """Forget the kept message: a commit has it."""
    for name in (KEPT, FIXED, FROM, ACCEPTED):
        (git_dir / name).unlink(missing_ok=True)


def accept(raw: bytes, git_dir: Path) -> None:
    """Note that git goes on with a message; one that has the kept one, or was shown it, takes its place."""
    recording = observe_recording(raw, str(git_dir))
    if recording.merging or not recording.message:
        return
    kept = (git_dir / KEPT).read_bytes()
    if MARK.encode() not in raw and not has_kept(_text(recording.message), _text(kept)):
        return
    _replace(git_dir / ACCEPTED, b"\n".join((_branch(), _head(), recording.message)))
    for name in (KEPT, FIXED, FROM):
        (git_dir / name).unlink(missing_ok=True)


def put_back(path: str, git_dir: str) -> None:
    """Put the message that waits for its commit into the file that git's editor will show."""
    place = Path(git_dir)
    failed = _settle(place)
    if not (place / KEPT).exists():
        return
    kept, template = (place / KEPT).read_bytes(), Path(path).read_bytes()
    mode, comment, encoding = observe_cleanup(template, git_dir)
    notes = _notes(place, kept, comment=comment, encoding=encoding, failed=failed)
    text = render_editing(_text(template), _text(kept), tuple(map(_raw, notes)), comment=_text(comment), mode=mode)
    _replace(Path(path), text.encode("latin-1"))
    if MARK not in text:
        say("".join(f"prepare-commit-msg: {note}\n" for note in notes))


def _settle(git_dir: Path) -> bool:
    """Find out what became of an accepted message; True when git made no commit of it and it is kept again."""
    accepted = git_dir / ACCEPTED
    try:
        branch, head, message = accepted.read_bytes().split(b"\n", 2)
    except FileNotFoundError:
        return False
    if again := head == _head():
        waits = (git_dir / KEPT).exists()
        _replace(git_dir / (BEFORE if waits else KEPT), message)
        if not waits:
            _replace(git_dir / FROM, branch + b"\n")
    accepted.unlink()
    return again


def _notes(git_dir: Path, kept: bytes, *, comment: bytes, encoding: str, failed: bool) -> tuple[str, ...]:
    """Return what a person should know about the message: where it comes from, what is wrong, how to drop it."""
    found = errors(lint(kept, load_rules(str(git_dir), "."), encoding=encoding))[:_MOST]
    notes = [MARK, *(f"  line {one.line}: {one.says}{one.hint and f'; {one.hint}'}" for one in found)]
    meant, here = _meant(git_dir), os.fsdecode(_branch())
    if meant != here:
        notes.append(f"Mind that it was kept on {_named(meant)}; this is {_named(here)}.")
    if failed:
        notes.append("It was accepted since, but git made no commit.")
    if is_guarded(_text(kept), comment=_text(comment)):
        notes.append(f"Its lines that begin with {comment.decode()!r} got a blank in front; git drops such lines.")
    return (*notes, f"To be rid of it: rm {shlex.quote(str((git_dir / KEPT).absolute()))}")


def _meant(git_dir: Path) -> str:
    try:
        return os.fsdecode((git_dir / FROM).read_bytes().removesuffix(b"\n"))
    except FileNotFoundError:
        return os.fsdecode(_branch())


def _named(branch: str) -> str:
    return f"the branch '{branch}'" if branch else "a detached HEAD"


def _branch() -> bytes:
    return ask("symbolic-ref", "-q", "--short", "HEAD")[1].removesuffix(b"\n")


def _head() -> bytes:
    return ask("rev-parse", "-q", "--verify", "HEAD")[1].removesuffix(b"\n") or _NO_COMMIT


def _text(data: bytes) -> str:
    return data.decode("latin-1")


def _raw(note: str) -> str:
    """Return a note as the same bytes of UTF-8, one character each."""
    return note.encode("utf-8", "surrogateescape").decode("latin-1")


def _replace(path: Path, data: bytes) -> None:
    """Replace a file in one go: a crash leaves the old text or the new one."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
