"""The directories under `releases/`: one for each release, finished when its marker is there, and the `current` link.

What is in a tree and how it is hashed stands in `release_tree`.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path
from typing import Any, NamedTuple

from release_tools.adapters.file_tree import sync_file_system
from release_tools.adapters.git_process import GitProcess
from release_tools.adapters.processes.place import make_private, replace_file
from release_tools.adapters.program import run_program
from release_tools.adapters.release_tree import MARKER, hash_tree, lay_out, leaves_of
from release_tools.domain.deploy.holes import fill_holes
from release_tools.errors import PreconditionFailed, ToolFailed
from release_tools.record import record


class Finished(NamedTuple):
    """What the marker of a finished release says."""

    release: str
    commit: str
    build: tuple[str, ...]
    tree: str
    """SHA-256 of the committed files as they were laid out, the same on every host."""
    seal: str
    """SHA-256 of the same files after the build, which may have rewritten some of them."""
    paths: tuple[str, ...]


@record
class ReleaseDirectories:
    """Releases below `state`, from the commits of one repository.

    `environment` is all that the build command gets, `values` fills the holes of that command besides `{release}`.
    """

    state: Path
    git: GitProcess
    environment: Mapping[str, str]
    values: Mapping[str, str] = field(default_factory=dict)

    def path(self, release: str) -> str:
        """Return the absolute path of a release's directory, which need not be there."""
        return str(self._directory(release))

    def stage(self, release: str, commit: str, build: Sequence[str], *, timeout: float) -> str:
        """Lay out the tree of a commit and run the build command in it; return the SHA-256 of the tree as laid out."""
        finished = self._finished(release)
        if finished and (finished.commit, finished.build) == (commit, tuple(build)) and self._sound(finished):
            return finished.tree
        self._guard_replaceable(release, "it was changed since it was laid out, or another commit is asked for")
        leaves = leaves_of(self.git, commit)
        directory, paths = self._directory(release), tuple(leaf.path for leaf in leaves)
        with self._writing(release):
            self._discard(release)
            make_private(directory.parent)
            directory.mkdir(mode=0o755)
            lay_out(self.git, commit, leaves, directory)
            tree = hash_tree(directory, paths)
            self._build(directory, build, timeout)
            seal = hash_tree(directory, paths)
            # What the marker vouches for must be on the disk before the marker is.
            sync_file_system(directory)
            marker = Finished(release, commit, tuple(build), tree, seal, paths)
            replace_file(directory / MARKER, json.dumps(marker._asdict()).encode())
        return tree

    def staged(self, release: str) -> str:
        """Return the SHA-256 of a finished release's tree, empty where there is none or it was changed since.

        The committed files count; what the build or a running service has added to them does not.
        """
        finished = self._finished(release)
        return finished.tree if finished and self._sound(finished) else ""

    def all(self) -> tuple[str, ...]:
        """Return the releases that are laid out, ordered."""
        top = self.state / "releases"
        names = sorted(path.name for path in top.iterdir()) if top.is_dir() else []
        return tuple(name for name in names if self._finished(name))

    def current(self) -> str:
        """Return the release that `current` names, empty where nothing was ever deployed."""
        try:
            return (self.state / "current").readlink().name
        except (FileNotFoundError, NotADirectoryError):
            return ""

    def switch(self, release: str) -> None:
        """Make `current` name a release, in one rename; empty: none, as before the first one."""
        if release and not self._finished(release):
            raise PreconditionFailed(
                f"There is no finished release {release}.", state="Nothing was switched.", todo="Stage it first."
            )
        fresh = self.state / f".current.{os.getpid()}"
        with self._writing(release):
            if not release:
                (self.state / "current").unlink(missing_ok=True)
                _sync_directory(self.state)
                return
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(Path("releases") / release)
            fresh.replace(self.state / "current")
            _sync_directory(self.state)

    def remove(self, release: str) -> None:
        """Remove a release's directory; the current one is refused."""
        self._guard_replaceable(release, "services run from it")
        with self._writing(release):
            self._discard(release)

    def _directory(self, release: str) -> Path:
        if release in ("", ".", "..") or "/" in release:
            raise PreconditionFailed(f"{release!r} cannot be the name of a release.")
        return (self.state / "releases" / release).absolute()

    def _finished(self, release: str) -> Finished | None:
        try:
            words: dict[str, Any] = json.loads((self._directory(release) / MARKER).read_bytes())
            finished = Finished(**words | {"build": tuple(words["build"]), "paths": tuple(words["paths"])})
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return finished if finished.release == release else None

    def _sound(self, finished: Finished) -> bool:
        return hash_tree(self._directory(finished.release), finished.paths) == finished.seal

    def _guard_replaceable(self, release: str, why: str) -> None:
        if release == self.current():
            raise PreconditionFailed(
                f"The release {release} is the current one and stays: {why}.",
                state="Nothing was changed.",
                todo="Switch to another release first.",
            )

    def _discard(self, release: str) -> None:
        """Remove what is there, the marker first: what is half removed must not look finished."""
        directory = self._directory(release)
        (directory / MARKER).unlink(missing_ok=True)
        if directory.is_dir():
            shutil.rmtree(directory)

    def _build(self, directory: Path, build: Sequence[str], timeout: float) -> None:
        if build:
            command = fill_holes(build, {"release": str(directory), **self.values})
            run_program(command, env=self.environment, cwd=directory, timeout=timeout, umask=0o022)

    @contextmanager
    def _writing(self, release: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ToolFailed(
                f"The release {release} cannot be written below {self.state}: {error.strerror or error}.",
                state="It is unfinished and will be laid out anew; the current release is as it was.",
                todo="Make room or mend the permissions, then run this again.",
            ) from error


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
