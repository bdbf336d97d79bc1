"""Windows and freezes: when a deploy to an environment may begin.

The time is a value that comes from outside, always with its zone.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from release_tools.errors import UsageError
from release_tools.record import record

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WINDOW = re.compile(r"(?P<days>[a-z,-]+) (?P<begin>\d\d:\d\d)-(?P<end>\d\d:\d\d)(?: (?P<zone>\S+))?")


@record
class Window:
    """Days of the week and hours, in a zone; an end before the begin lies on the next day."""

    days: frozenset[int]
    begin: time
    end: time
    zone: str

    def admits(self, now: datetime) -> bool:
        """Return whether `now` lies in the window."""
        local = now.astimezone(ZoneInfo(self.zone))
        day, clock = local.weekday(), local.time()
        if self.begin < self.end:
            return day in self.days and self.begin <= clock < self.end
        return (day in self.days and clock >= self.begin) or ((day - 1) % 7 in self.days and clock < self.end)


@record
class Freeze:
    """Days on which nothing is deployed, the last one included."""

    first: date
    last: date

    def forbids(self, now: datetime) -> bool:
        """Return whether `now` lies in the freeze, by the date in its own zone."""
        return self.first <= now.date() <= self.last


def parse_window(text: str) -> Window:
    """Return the window of `mon-fri 09:00-16:00 Europe/Berlin`; without a zone it is UTC."""
    found = WINDOW.fullmatch(text.strip().lower())
    zone = (text.split() + ["UTC"] * 3)[2]
    try:
        if not found:
            raise ValueError("it does not look like `mon-fri 09:00-16:00 Europe/Berlin`")
        ZoneInfo(zone)
        days = frozenset(day for part in found["days"].split(",") for day in _days(part))
        return Window(
            days=days, begin=time.fromisoformat(found["begin"]), end=time.fromisoformat(found["end"]), zone=zone
        )
    except (ValueError, KeyError, OSError) as error:
        raise UsageError(
            f"{text!r} is no window: {error}.", todo="Write `mon-fri 09:00-16:00 Europe/Berlin`."
        ) from error


def parse_freeze(text: str) -> Freeze:
    """Return the freeze of `2026-12-20..2027-01-06` or of a single day."""
    first, dots, last = text.strip().partition("..")
    try:
        freeze = Freeze(first=date.fromisoformat(first), last=date.fromisoformat(last if dots else first))
        if freeze.last < freeze.first:
            raise ValueError("it ends before it begins")
    except ValueError as error:
        raise UsageError(f"{text!r} is no freeze: {error}.", todo="Write `2026-12-20..2027-01-06`.") from error
    return freeze


def closed_because(windows: Iterable[str], freezes: Iterable[str], now: datetime) -> str:
    """Return why a deploy may not begin now, empty where it may."""
    held = next((text for text in freezes if parse_freeze(text).forbids(now)), None)
    if held:
        return f"the freeze {held} holds"
    listed = tuple(windows)
    if listed and not any(parse_window(text).admits(now) for text in listed):
        return f"now is outside of the windows {', '.join(listed)}"
    return ""


def _days(part: str) -> Iterable[int]:
    first, hyphen, last = part.partition("-")
    begin = DAYS.index(first)
    end = DAYS.index(last) if hyphen else begin
    return ((begin + step) % 7 for step in range((end - begin) % 7 + 1))
