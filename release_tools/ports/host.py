"""The ports to the host: the environment's files and disks, checks that are sampled, time.

Values of environment variables are secrets: they are handed to programs, never to plans or messages.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from release_tools.domain.deploy.env_contract import EnvText
from release_tools.domain.deploy.health import CheckSpec, Sample


class Host(Protocol):
    """What a deploy asks of the machine that it runs on."""

    def environment(self) -> Mapping[str, str]:
        """Return the variables of the environment file."""
        ...

    def environment_path(self) -> Path:
        """Return where the environment file lies."""
        ...

    def environment_text(self) -> EnvText:
        """Return the environment file as it is written, for linting; `ConfigError` where it cannot be read."""
        ...

    def permission_faults(self, paths: Sequence[Path], /) -> Mapping[Path, str]:
        """Return for each secret file or directory what is wrong with its mode or owner, and nothing for sound ones."""
        ...

    def fix_permissions(self, paths: Sequence[Path], /) -> None:
        """Give files the mode 0600, directories 0700, and ourselves as their owner where that is allowed."""
        ...

    def free(self, path: Path, /) -> int:
        """Return the bytes free on the file system of a path, or of the nearest directory above it that is there."""
        ...

    def size(self, path: Path, /) -> int:
        """Return the bytes of all files below a path, 0 where there is none."""
        ...

    def swap_directory(self, fresh: Path, live: Path, kept: Path, /) -> None:
        """Make `fresh` the live file or directory and call the live one `kept`; completes what was cut off."""
        ...

    def make_directory(self, path: Path, /) -> None:
        """Make an empty directory for ourselves alone (0700), in place of whatever is at the path."""
        ...

    def remove(self, path: Path, /) -> None:
        """Remove a file or a tree; one that is not there is no error."""
        ...

    def exists(self, path: Path, /) -> bool:
        """Return whether there is anything at a path."""
        ...


class Prober(Protocol):
    """Takes samples of checks."""

    def sample(
        self, check: CheckSpec, /, *, release: str, version: str, base_url: str = "", headers: Mapping[str, str] = {}
    ) -> Sample:
        """Look once; what goes wrong is a bad sample, never an error. `base_url` is the front's, for public checks."""
        ...


class Clock(Protocol):
    """Time, so that tests need not wait."""

    def now(self) -> str:
        """Return the time as ISO 8601, UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds on a clock that never goes back."""
        ...

    def sleep(self, seconds: float, /) -> None:
        """Wait."""
        ...
