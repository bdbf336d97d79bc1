"""Webhooks: notices posted to addresses, each of which stands in a file for its owner alone.

An address is never told to anybody; which notices there are is not known here.
"""

import shlex
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Thread

from release_tools.adapters.http_client import HttpClient, Unanswered
from release_tools.ports.notices import Letter
from release_tools.record import record

HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "release-tools"}


@record
class Webhooks:
    """Posts to receivers, each of which has a file with its address."""

    files: Mapping[str, Path]
    client: HttpClient = HttpClient()

    def deliver(self, letters: Sequence[Letter], seconds: float) -> Mapping[str, str]:
        """Return for the letters that were sent, by name, why they did not arrive, and an empty text where they did.

        Receivers are sent to at the same time. One that is not done after `seconds` is left alone with its thread:
        looking up a name knows no deadline of its own.
        """
        end, told = time.monotonic() + seconds, dict[str, str]()
        threads: list[Thread] = []
        for receiver in {letter.receiver for letter in letters}:
            theirs = [letter for letter in letters if letter.receiver == receiver]
            told[theirs[0].name] = f"no answer within {seconds:g} s"
            threads.append(Thread(target=self._post_all, args=(theirs, end, told), daemon=True))
            threads[-1].start()
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        return dict(told)

    def _post_all(self, letters: Sequence[Letter], end: float, told: dict[str, str]) -> None:
        for letter in letters:
            left = end - time.monotonic()
            if left <= 0:
                return
            told[letter.name] = why = self._post(letter, left)
            if why:
                return

    def _post(self, letter: Letter, seconds: float) -> str:
        try:
            url = _address(self.files[letter.receiver])
            answer = self.client.ask("POST", url, timeout=seconds, headers=HEADERS, body=letter.text.encode())
        except Unanswered as error:
            return str(error)
        return "" if 200 <= answer.status < 300 else f"it answered {answer.status}"


def _address(path: Path) -> str:
    """Return what stands in a file; whoever has the address can post in our name."""
    try:
        mode = path.stat().st_mode
        if mode & 0o077:
            raise Unanswered(f"others may read its address; close it: chmod 600 {shlex.quote(str(path))}")
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise Unanswered(f"its address cannot be read from {path}: {why}") from error
