"""The front in memory: its mode, who it lets through, and the traffic that a test says there was.

Nothing listens anywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from release_tools.errors import ToolFailed

HEADER = "X-Maintenance-Bypass"
Mode = Literal["open", "maintenance", "absent"]


@dataclass
class FakeFront:
    """Is as it was told, unless `broken` says why it cannot be changed."""

    told: Mode = "open"
    broken: str = ""
    figures: dict[str, float] = field(default_factory=lambda: {"requests": 0.0, "error_rate": 0.0, "p95": 0.0})
    done: list[str] = field(default_factory=list)
    """What was done, in words, for tests that look at the order of things."""
    token: str = ""
    retry_after: int = 0

    def answer(self, headers: Mapping[str, str] = {}) -> int:
        """Return the status that a user gets who sends these headers."""
        return 503 if self.told == "maintenance" and headers.get(HEADER) != self.token else 200

    def mode(self) -> str:
        """Return the mode."""
        return self.told

    def close(self, token: str, /, *, retry_after: int) -> None:
        """Keep everybody out but those with the token."""
        self._change("maintenance")
        self.token, self.retry_after = token, retry_after

    def open(self) -> None:
        """Let everybody in."""
        self._change("open")
        self.token = ""

    def address(self) -> str:
        """Return an address at which nobody listens."""
        return "http://127.0.0.1:1"

    def bypass(self, token: str, /) -> Mapping[str, str]:
        """Return the header that lets through."""
        return {HEADER: token}

    def traffic(self, seconds: float, /) -> Mapping[str, float]:
        """Return what the test says."""
        return dict(self.figures)

    def _change(self, mode: Mode) -> None:
        if self.broken:
            raise ToolFailed(f"The front cannot be changed: {self.broken}.")
        self.told = mode
        self.done.append("close the front" if mode == "maintenance" else "open the front")
