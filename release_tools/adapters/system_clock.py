"""The machine's clock.

Nothing is decided here by what it says.
"""

import time
from datetime import UTC, datetime

from release_tools.record import record


@record
class SystemClock:
    """Time as it passes."""

    def now(self) -> str:
        """Return the time as ISO 8601, UTC."""
        return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def monotonic(self) -> float:
        """Return seconds on a clock that never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float, /) -> None:
        """Wait."""
        time.sleep(max(0.0, seconds))
