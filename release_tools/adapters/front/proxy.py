"""The front from our side: started under a supervisor of its own, opened, closed, and looked at as a user would.

How it talks to users is the program's business.
"""

import http.client
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from release_tools.adapters.front import server
from release_tools.adapters.front.exchange import BUSY, MODE, OURS
from release_tools.adapters.front.gate import HEADER, OPEN, Order, hash_token, write_order
from release_tools.adapters.front.server import CONTROL, TALLY, Settings
from release_tools.adapters.front.tally import figures
from release_tools.adapters.processes.place import Job, make_private
from release_tools.adapters.processes.supervised import Supervised, supervised
from release_tools.errors import ToolFailed
from release_tools.record import record

LOOK = 0.02
ASKED_WITHIN = 5.0


class Seen(NamedTuple):
    """What a user sees of the front: its mode, and how many requests it has under way."""

    mode: str
    busy: int = 0


@record
class ProxyFront:
    """The front of one environment, its files in `directory`; `upstream` is the public service's port on loopback.

    It is started when it is first opened or closed, and again when its addresses have changed.
    """

    directory: Path
    port: int
    upstream: int
    host: str = "127.0.0.1"
    """The address on which users are listened to."""
    drain: float = 5.0
    """Seconds for which a closing front waits for the requests that it had let in."""
    changed_within: float = 10.0
    """Seconds within which a start or a change must be seen."""

    def mode(self) -> str:
        """Return `open`, `maintenance` or `absent`, as a user sees it."""
        return self._look().mode

    def close(self, token: str, *, retry_after: int) -> None:
        """Keep everybody out but those with the token, and let those who are in finish what they asked."""
        self._change(Order(closed=True, token=hash_token(token), retry_after=retry_after), "maintenance")
        deadline = time.monotonic() + self.drain
        while self._look().busy and time.monotonic() < deadline:
            time.sleep(LOOK)

    def open(self) -> None:
        """Let everybody in."""
        self._change(OPEN, "open")

    def address(self) -> str:
        """Return the base URL at which users reach the platform on this host."""
        return f"http://{self._reached}:{self.port}"

    def bypass(self, token: str) -> Mapping[str, str]:
        """Return the request header that goes through during maintenance."""
        return {HEADER: token}

    def traffic(self, seconds: float) -> Mapping[str, float]:
        """Return `requests`, `error_rate` and `p95` of the last seconds; the last one may not be told yet."""
        return figures(self.directory / TALLY, seconds)

    def stop(self, grace: float = 10.0) -> None:
        """End the front; users then find nobody."""
        self.service.stop(grace)

    @property
    def service(self) -> Supervised:
        """Return the front's own process."""
        return supervised(self.directory / "process", "front")

    @property
    def _reached(self) -> str:
        return "127.0.0.1" if self.host in ("0.0.0.0", "", "::") else self.host

    def _change(self, order: Order, mode: str) -> None:
        try:
            make_private(self.directory)
            # Before it is started, so that one that was down comes up as it should be.
            write_order(self.directory / CONTROL, order)
        except OSError as error:
            raise ToolFailed(
                f"The front's control file below {self.directory} cannot be written: {error.strerror}.",
                state="The front is as it was.",
                todo="Make room or mend the permissions, then run this again.",
            ) from error
        self._ensure()
        deadline = time.monotonic() + self.changed_within
        while (seen := self._look().mode) != mode:
            if time.monotonic() > deadline:
                raise self._unchanged(mode, seen)
            time.sleep(LOOK)

    def _ensure(self) -> None:
        """Start the front unless it runs with these very addresses."""
        settings = Settings(host=self.host, port=self.port, upstream=self.upstream, directory=str(self.directory))
        # Named by its addresses, so that a front with others is another release of it.
        release = f"{self.host}:{self.port} to {self.upstream}"
        state = self.service.seen()
        if state and state.release != release:
            self.service.stop(settings.drain_seconds + 1.0)
        job = Job(
            argv=(sys.executable, "-I", "-S", server.__file__, settings.text()),
            cwd="/",
            env={},
            release=release,
            version="",
            longest_pause=5.0,
            attempts=0,
        )
        self.service.start(job)

    def _look(self) -> Seen:
        connection = http.client.HTTPConnection(self._reached, self.port, timeout=ASKED_WITHIN)
        try:
            connection.request("GET", OURS.decode("ascii"))
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return Seen("absent")
        finally:
            connection.close()
        # Somebody else may listen on that port; only the front says so.
        mode, busy = answer.getheader(MODE, ""), answer.getheader(BUSY, "0")
        return Seen(mode, int(busy)) if mode in ("open", "maintenance") else Seen("absent")

    def _unchanged(self, wanted: str, seen: str) -> ToolFailed:
        words = " ".join(self.service.last_words(1))
        return ToolFailed(
            f"The front at {self.address()} does not become {wanted}: it is {seen}. {words}".rstrip(),
            state="Its control file is written, so it will be once it runs.",
            todo=f"See who listens on port {self.port}, and what stands in {self.service.place.log}.",
        )
