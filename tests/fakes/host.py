"""A machine in memory: paths that exist or do not, an environment file as text, disks as figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from release_tools.domain.deploy.env_contract import EnvText, parse_env
from release_tools.errors import ConfigError, HumanNeeded


@dataclass(kw_only=True)
class FakeHost:
    """`Host` whose `paths` map what exists to its size in bytes; a path above one of them exists as well."""

    env: str | None = ""
    paths: dict[Path, int] = field(default_factory=dict)
    modes: dict[Path, int] = field(default_factory=dict)
    """Of secret files; what is not named here is sound."""
    free_bytes: int = 10**12
    env_path: Path = Path("/srv/shop/production.env")

    def environment(self) -> Mapping[str, str]:
        """Return what the environment file says; quotes around a value are taken off."""
        pairs = (line.partition("=") for line in self._text().splitlines() if "=" in line and line[:1] != "#")
        return {name.strip(): value.strip().strip("'\"") for name, _, value in pairs}

    def environment_path(self) -> Path:
        """Return where the environment file would lie."""
        return self.env_path

    def environment_text(self) -> EnvText:
        """Return the environment file's lines without their values."""
        return parse_env(self._text().encode())

    def permission_faults(self, paths: Sequence[Path], /) -> Mapping[Path, str]:
        """Return the paths whose mode lets others in."""
        wrong = {path: self.modes[path] for path in paths if self.modes.get(path, 0) & 0o077}
        return {path: f"{path} has the mode {mode:04o}" for path, mode in wrong.items()}

    def fix_permissions(self, paths: Sequence[Path], /) -> None:
        """Keep others out."""
        for path in paths:
            if path in self.modes:
                self.modes[path] &= 0o700

    def free(self, path: Path, /) -> int:
        """Return `free_bytes`."""
        return self.free_bytes

    def size(self, path: Path, /) -> int:
        """Return the bytes of everything at and below a path."""
        return sum(size for one, size in self.paths.items() if one.is_relative_to(path))

    def swap_directory(self, fresh: Path, live: Path, kept: Path, /) -> None:
        """Move the tree at `live` to `kept` and that at `fresh` to `live`, as far as that was not done before."""
        there = (self.exists(fresh), self.exists(live), self.exists(kept))
        if there == (False, True, True):
            return
        if not there[0] or (there[1] and there[2]):
            raise HumanNeeded(f"{fresh} cannot take the place of {live}.", state="Nothing was changed.", todo="Look.")
        if there[1]:
            self._move(live, kept)
        self._move(fresh, live)

    def make_directory(self, path: Path, /) -> None:
        """Make an empty directory."""
        self.remove(path)
        self.paths[path] = 0

    def remove(self, path: Path, /) -> None:
        """Forget everything at and below a path."""
        self.paths = {one: size for one, size in self.paths.items() if not one.is_relative_to(path)}

    def exists(self, path: Path, /) -> bool:
        """Return whether a path, or anything below it, is there."""
        return (path == self.env_path and self.env is not None) or any(one.is_relative_to(path) for one in self.paths)

    def _move(self, source: Path, target: Path) -> None:
        moved = {one: size for one, size in self.paths.items() if one.is_relative_to(source)}
        self.remove(source)
        self.paths |= {target / one.relative_to(source): size for one, size in moved.items()}

    def _text(self) -> str:
        if self.env is None:
            raise ConfigError(
                "The environment file cannot be read.", state="Nothing was changed.", todo="Write the file."
            )
        return self.env
