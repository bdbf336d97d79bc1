"""A client that asks at a fixed rate, whatever becomes of its requests, and writes down what it got.

    python asking.py URL LOG [RATE]

It is a program of its own, until SIGTERM. A line of the log is when a request was sent, how long its answer took, and
its status; 0: there was none.
"""

import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple, TextIO

RATE = 20.0
PATIENCE = 30.0


class Answer(NamedTuple):
    """A line of the log; times are seconds on one monotonic clock."""

    sent: float
    took: float
    status: int

    @property
    def good(self) -> bool:
        """Return whether a user was served."""
        return self.status == 200


def read_log(log: Path) -> list[Answer]:
    """Return the answers in the order in which they were asked for."""
    rows = (line.split() for line in log.read_text().splitlines())
    return sorted(Answer(float(sent), float(took), int(status)) for sent, took, status in rows)


def outage(answers: list[Answer]) -> float:
    """Return the seconds between the last request that was served before any failed and the first one afterwards."""
    bad = [answer.sent for answer in answers if not answer.good]
    if not bad:
        return 0.0
    before = [answer.sent for answer in answers if answer.good and answer.sent < bad[0]]
    after = [answer.sent for answer in answers if answer.good and answer.sent > bad[-1]]
    return min(after) - max(before)


def _ask(url: str, log: TextIO, lock: threading.Lock) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    sent, status = time.monotonic(), 0
    try:
        with opener.open(url, timeout=PATIENCE) as answer:
            answer.read()
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    except OSError:
        status = 0
    with lock:
        print(f"{sent:.4f} {time.monotonic() - sent:.4f} {status}", file=log, flush=True)


def main() -> None:
    """Ask until SIGTERM, then wait for what is under way."""
    url, name, *rate = sys.argv[1:]
    pause, over, lock = 1 / float(rate[0] if rate else RATE), threading.Event(), threading.Lock()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    begun, number = time.monotonic(), 0
    with open(name, "w") as log:  # noqa: PTH123
        while not over.wait(max(begun + number * pause - time.monotonic(), 0.0)):
            threading.Thread(target=_ask, args=(url, log, lock)).start()
            number += 1
        for thread in threading.enumerate():
            if thread is not threading.current_thread():
                thread.join()


if __name__ == "__main__":
    main()
