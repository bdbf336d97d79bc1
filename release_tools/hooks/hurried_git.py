"""Git as a hook in a hurry asks it: one process, fed and read under a deadline.

What the answers mean is not known here. `subprocess` is not imported: that takes longer than a whole check.
"""

import posix
import select
import sys
import time

TYPE_CHECKING = False  # what typing calls by this name, without the price of importing it
if TYPE_CHECKING:
    from collections.abc import Mapping

DEADLINE = 60.0  # seconds
RECORD = "%H%n%P%n%B"
_LOG = ("git", "--no-replace-objects", "log", "-z", "--topo-order", "--encoding=UTF-8", "--no-show-signature")
_LIMITS = ("--ignore-missing", "--stdin")  # in this order; what the remote has and we do not is no limit


def read_log(tips: tuple[bytes, ...], limits: tuple[bytes, ...], remotes: tuple[str, ...]) -> list[bytes]:
    """Return the record of every commit behind `tips` that is behind neither `limits` nor a branch of `remotes`.

    An empty name among `remotes` stands for all of them. Children come before their parents.
    """
    excluded = ("--not", *[f"--remotes={name}" if name else "--remotes" for name in remotes])
    asked = b"".join([tip + b"\n" for tip in tips] + [b"^" + limit + b"\n" for limit in limits])
    return ask(*_LOG, f"--format={RECORD}", *_LIMITS, *excluded, stdin=asked).split(b"\0")[:-1]


def ask(*command: str, stdin: bytes = b"") -> bytes:
    """Return what a command prints; ToolFailed when it fails, or does not answer before the deadline."""
    code, answer = _run(command, stdin, ())
    if code:
        raise _failed(command, f"failed with exit code {code}", "Run `git fsck`, then push again.")
    return answer


def succeeds(*command: str) -> bool:
    """Tell whether a command ends with exit code 0; what it says is not shown."""
    return _run(command, b"", ((posix.POSIX_SPAWN_OPEN, 2, "/dev/null", posix.O_WRONLY, 0),))[0] == 0


def _run(command: tuple[str, ...], stdin: bytes, actions: tuple[tuple[object, ...], ...]) -> tuple[int, bytes]:
    """Return the exit code of a command that reads all of its input before it answers, and what it printed."""
    feed, feeding = posix.pipe()
    reading, answer = posix.pipe()
    ends = ((posix.POSIX_SPAWN_DUP2, feed, 0), (posix.POSIX_SPAWN_DUP2, answer, 1), *actions)
    pid = posix.posix_spawnp(command[0], command, _environment(), file_actions=ends)
    posix.close(feed)
    posix.close(answer)
    deadline = time.monotonic() + DEADLINE
    try:
        answered = _read(reading, deadline) if _write(feeding, stdin, deadline) else None
    finally:
        posix.close(reading)
    if answered is None:
        posix.kill(pid, 9)
    code = posix.waitstatus_to_exitcode(posix.waitpid(pid, 0)[1])
    if answered is None:
        raise _failed(command, f"did not answer within {DEADLINE:g} seconds", "Check the disk, then push again.")
    return code, answered


def _environment() -> "Mapping[bytes, bytes] | Mapping[str, str]":
    """Return this process's environment: as it was found, unless `os` is at hand, which knows what changed since."""
    return sys.modules["os"].environ if "os" in sys.modules else posix.environ


def _write(descriptor: int, data: bytes, deadline: float) -> bool:
    """Write all, then close; False when the deadline passed."""
    posix.set_blocking(descriptor, False)
    try:
        while data and _is_ready(descriptor, select.POLLOUT, deadline):
            data = data[posix.write(descriptor, data) :]
    except BrokenPipeError:
        return True  # the program has ended, and its exit code says why
    finally:
        posix.close(descriptor)
    return not data


def _read(descriptor: int, deadline: float) -> bytes | None:
    """Return all that can be read; None when the deadline passed."""
    chunks: list[bytes] = []
    while _is_ready(descriptor, select.POLLIN, deadline):
        chunk = posix.read(descriptor, 1 << 16)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)
    return None


def _is_ready(descriptor: int, event: int, deadline: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, event)
    return bool(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))


def _failed(command: tuple[str, ...], what: str, todo: str) -> Exception:
    from release_tools.errors import ToolFailed

    return ToolFailed(f"`{' '.join(command[:4])} …` {what}.", state="Nothing was pushed.", todo=todo)
