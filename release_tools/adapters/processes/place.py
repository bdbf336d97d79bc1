"""The directory of one supervised service: what it was told, what became of it, and the lock of its supervisor.

`control.json` is written by us alone, `state.json` by the supervisor as long as it lives; both are replaced as a whole.
"""

import fcntl
import json
import os
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Literal, Self

from release_tools.record import record


@record
class Control:
    """What the supervisor is told."""

    wanted: Literal["run", "stop"] = "run"
    restart: bool = True
    """Whether a service that ended is started again."""
    grace: float = 10.0
    """Seconds between SIGTERM and SIGKILL."""


@record
class Recorded:
    """What the supervisor tells."""

    phase: Literal["starting", "running", "pausing", "stopped", "exited"]
    release: str = ""
    version: str = ""
    service: str = ""
    """Identity of the service's first process."""
    supervisor: str = ""
    restarts: int = 0
    exit_code: int | None = None
    oom_killed: bool = False
    crash_loop: bool = False


@record
class Job:
    """What a supervisor is to run, and how; it travels over a pipe, since the environment holds secrets."""

    argv: tuple[str, ...]
    cwd: str
    env: dict[str, str]
    release: str
    version: str
    restarting: bool = True
    """False: the service is never started again, whatever the control says."""
    umask: int = 0o022
    first_pause: float = 0.5
    longest_pause: float = 30.0
    attempts: int = 5
    """Ends in a row, each within `settled` seconds, after which it is a crash loop and left alone; 0: never."""
    settled: float = 10.0
    log_bytes: int = 10_000_000
    log_files: int = 3
    adopt: str = ""
    """Identity of a service that runs already and has lost its supervisor."""

    def text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the job in a text."""
        words = json.loads(text)
        return cls(**words | {"argv": tuple(words["argv"])})


@record
class ServicePlace:
    """One service's directory; files are born 0600."""

    directory: Path

    @property
    def log(self) -> Path:
        """Return where the service's own words go."""
        return self.directory / "service.log"

    @property
    def complaints(self) -> Path:
        """Return where the supervisor's own errors go."""
        return self.directory / "supervisor.log"

    def make(self) -> None:
        """Make the directory and those above it that are missing, all 0700."""
        make_private(self.directory)

    def control(self) -> Control:
        """Return what was told last; a service that nobody told anything may run."""
        return Control(**_known(Control, self._load("control.json") or {}))

    def recorded(self) -> Recorded | None:
        """Return what the supervisor told last, None where nothing was ever started."""
        words = self._load("state.json")
        return Recorded(**_known(Recorded, words)) if words else None

    def tell(self, control: Control) -> None:
        """Replace what the supervisor is told."""
        self._replace("control.json", asdict(control))

    def record(self, recorded: Recorded) -> None:
        """Replace what is told of the service."""
        self._replace("state.json", asdict(recorded))

    def lock(self) -> int | None:
        """Take the supervisor's lock, None while another one holds it; it lives as long as the descriptor."""
        self.make()
        handle = os.open(self.directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return handle

    def _load(self, name: str) -> dict[str, Any] | None:
        try:
            loaded: dict[str, Any] = json.loads((self.directory / name).read_bytes())
        except FileNotFoundError:
            return None
        return loaded

    def _replace(self, name: str, words: dict[str, Any]) -> None:
        replace_file(self.directory / name, json.dumps(words).encode())


def make_private(directory: Path) -> None:
    """Make a directory and those above it that are missing, all 0700 whatever the umask is."""
    if not directory.is_dir():
        make_private(directory.parent)
        directory.mkdir(mode=0o700, exist_ok=True)


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file as a whole, 0600: a reader sees the old bytes or the new ones, after a power cut as well."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _known(kind: type[Control] | type[Recorded], words: dict[str, Any]) -> dict[str, Any]:
    """Leave out what another version of us has written and this one does not know."""
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in words.items() if name in names}
