"""A box of notices as files of an environment's state: one each until it is settled, and its name for a while longer.

Only the holder of the environment's lock writes here.
"""

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

from release_tools.adapters.processes.place import make_private, replace_file
from release_tools.ports.notices import Letter
from release_tools.record import record

REMEMBERED = 30 * 24 * 3600.0
"""Seconds for which the name of a settled letter is known."""


@record
class NoticeFiles:
    """The box; its directory is made by the first letter."""

    directory: Path

    def put(self, letter: Letter) -> None:
        """Keep a letter until it is settled; one of a name that was put before, settled or not, is not kept again."""
        path = self._path(letter.name)
        if path.exists() or self._settled(letter.name).exists():
            return
        make_private(self.directory)
        replace_file(path, json.dumps({"receiver": letter.receiver, "text": letter.text}).encode())

    def waiting(self) -> Sequence[Letter]:
        """Return the letters that are not settled, oldest first."""
        return sorted(self._letters(), key=lambda letter: (-letter.age, letter.name))

    def settle(self, name: str) -> None:
        """Forget the text of a letter that arrived, or that nobody waits for any more."""
        self._settled(name).touch(mode=0o600)
        self._path(name).unlink(missing_ok=True)
        oldest = time.time() - REMEMBERED
        for path in self.directory.glob("*.settled"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)

    def _letters(self) -> Iterator[Letter]:
        now = time.time()
        for path in self.directory.glob("*.json"):
            told = json.loads(path.read_text(encoding="utf-8"))
            yield Letter(unquote(path.stem), told["receiver"], told["text"], age=now - path.stat().st_mtime)

    def _path(self, name: str) -> Path:
        return self.directory / f"{quote(name, safe='')}.json"

    def _settled(self, name: str) -> Path:
        return self.directory / f"{quote(name, safe='')}.settled"
