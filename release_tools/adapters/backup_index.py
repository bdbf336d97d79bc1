"""The index of backups: for each one its manifest's hash, when it was proven, and why it must stay.

It lies in the environment's state directory, away from the backups, one file each, replaced as a whole.
"""

import json
import os
from pathlib import Path

from release_tools.adapters.coded_file import FileSink
from release_tools.adapters.file_tree import make_private, sync_directory
from release_tools.domain.deploy.backup import Kept
from release_tools.record import record

_SUFFIX = ".json"


@record
class BackupIndex:
    """The records in one directory, which is made where it is missing; its methods may raise `OSError`."""

    directory: Path

    def find(self, backup: str) -> Kept | None:
        """Return a backup's record; one that cannot be read proves nothing, and is none."""
        try:
            value = json.loads(self._path(backup).read_bytes())
            kept = Kept(**value)
        except (FileNotFoundError, ValueError, TypeError):
            return None
        numbers, texts = (kept.size,), (*kept[:4], kept.protected)
        sound = all(isinstance(one, int) for one in numbers) and all(isinstance(one, str) for one in texts)
        return kept if sound and kept.backup == backup else None

    def write(self, kept: Kept) -> None:
        """Write or replace a backup's record; it is on disk afterwards."""
        make_private(self.directory)
        path = self._path(kept.backup)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        file = FileSink(fresh)
        try:
            file.write(json.dumps(kept._asdict(), sort_keys=True).encode() + b"\n")
        except OSError:
            fresh.unlink()
            raise
        finally:
            file.close(sync=file.error is None)
        fresh.replace(path)
        sync_directory(self.directory)

    def forget(self, backup: str) -> None:
        """Remove a backup's record, if there is one."""
        self._path(backup).unlink(missing_ok=True)

    def _path(self, backup: str) -> Path:
        return self.directory / f"{backup}{_SUFFIX}"
