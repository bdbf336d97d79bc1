"""Artefacts: a signed file for each environment, in a directory that stands for a model registry's store."""

import hashlib
import hmac
from pathlib import Path

from ai_lab.settings import signing_key


class Artefacts:
    """The files below one directory."""

    def __init__(self, top: Path) -> None:
        self._top = top
        top.mkdir(parents=True, exist_ok=True)

    def write(self, name: str) -> str:
        """Write the file of an environment; return its path below the top."""
        signature = hmac.new(signing_key(), name.encode(), hashlib.sha256).hexdigest()
        path = f"{signature[:16]}.model"
        self._top.joinpath(path).write_text(f"{name}\n{signature}\n", encoding="utf-8")
        return path

    def holds(self, path: str) -> bool:
        """Return whether a file is there and signed with our key."""
        file = self._top / path
        if not file.is_file():
            return False
        name, signature = file.read_text(encoding="utf-8").splitlines()
        return hmac.compare_digest(signature, hmac.new(signing_key(), name.encode(), hashlib.sha256).hexdigest())

    def remove(self, path: str) -> None:
        """Remove a file; one that is not there is no error."""
        self._top.joinpath(path).unlink(missing_ok=True)
