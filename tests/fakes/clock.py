"""A clock that nobody waits for: sleeping moves it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(kw_only=True)
class FakeClock:
    """`Clock` whose time is `begun` plus what was slept; `slept` lists the sleeps."""

    begun: datetime = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def now(self) -> str:
        """Return the time as ISO 8601, UTC."""
        return (self.begun + timedelta(seconds=sum(self.slept))).isoformat(timespec="seconds").replace("+00:00", "Z")

    def monotonic(self) -> float:
        """Return seconds since the clock was made."""
        return sum(self.slept)

    def sleep(self, seconds: float, /) -> None:
        """Move on."""
        self.slept.append(max(0.0, seconds))
