"""The retry policy: whether the same request is sent to a forge once more, and after how many seconds.

A request that may have been carried out is never sent again blindly: whoever sent it looks first.
"""

from release_tools.record import record

REPEATABLE = frozenset(("GET", "HEAD", "DELETE"))
"""Methods that do no harm when they are carried out twice."""

TRIES = 4
FIRST = 0.5
LONGEST = 60.0
"""Seconds that one pause may take: whoever asks for more gets an error to read instead."""
PATIENCE = 120.0
"""Seconds that all pauses of one request may take together."""
LIMITED, FORBIDDEN = 429, 403
TROUBLED = frozenset((500, 502, 503, 504))


@record
class Answer:
    """What came back: a status (0: nothing came), and what the server says about when to come again."""

    status: int = 0
    sent: bool = True
    """Whether the server may have got the request at all."""
    retry_after: float | None = None
    """Seconds."""
    resets_in: float | None = None
    """Seconds until the server counts anew, where nothing is left to spend."""

    @property
    def limited(self) -> bool:
        """Return whether the server has put the request off without looking at it."""
        told = self.retry_after is not None or self.resets_in is not None
        return self.status == LIMITED or (self.status == FORBIDDEN and told)

    @property
    def doubtful(self) -> bool:
        """Return whether the server may have carried the request out without saying so."""
        return (self.status == 0 and self.sent) or self.status in TROUBLED


def pause_before_retry(method: str, answer: Answer, *, tries: int, waited: float) -> float | None:
    """Return the seconds to wait before the request is sent again; None: it is not."""
    if tries >= TRIES:
        return None
    harmless = method in REPEATABLE or not answer.sent
    if not answer.limited and not (harmless and (answer.doubtful or not answer.sent)):
        return None
    told = answer.retry_after if answer.retry_after is not None else answer.resets_in
    pause = FIRST * 2 ** (tries - 1) if told is None else max(told, 0.0)
    return pause if pause <= LONGEST and waited + pause <= PATIENCE else None
