"""Windows and freezes: when a deploy may begin."""

from datetime import datetime

import pytest

from release_tools.domain.deploy.window import closed_because, parse_freeze, parse_window
from release_tools.errors import UsageError


def at(text: str) -> datetime:
    """Return a time with its zone."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("window", "now", "admitted"),
    [
        ("mon-fri 09:00-16:00", "2026-03-02T09:00:00+00:00", True),
        ("mon-fri 09:00-16:00", "2026-03-02T16:00:00+00:00", False),
        ("mon-fri 09:00-16:00", "2026-03-01T10:00:00+00:00", False),
        ("mon-fri 09:00-16:00 Europe/Berlin", "2026-07-06T07:30:00+00:00", True),
        ("mon-fri 09:00-16:00 Europe/Berlin", "2026-01-05T07:30:00+00:00", False),
        ("fri-mon 22:00-02:00", "2026-03-03T01:00:00+00:00", True),
        ("fri-mon 22:00-02:00", "2026-03-03T23:00:00+00:00", False),
        ("sat,sun 00:00-23:59", "2026-03-01T12:00:00+00:00", True),
    ],
)
def test_a_window_admits(window: str, now: str, *, admitted: bool) -> None:
    """Days count by the window's own zone, also across midnight and the end of the week."""
    assert parse_window(window).admits(at(now)) is admitted


@pytest.mark.parametrize(
    "text", ["", "mon", "mon 9:00-10:00", "mon 09:00-25:00", "xyz 09:00-10:00", "mon 09:00-10:00 Mars"]
)
def test_no_window(text: str) -> None:
    """What cannot be read is refused with an example."""
    with pytest.raises(UsageError, match="is no window"):
        parse_window(text)


@pytest.mark.parametrize("text", ["", "2026-13-01", "2027-01-06..2026-12-20", "soon"])
def test_no_freeze(text: str) -> None:
    """What cannot be read is refused with an example."""
    with pytest.raises(UsageError, match="is no freeze"):
        parse_freeze(text)


def test_a_freeze_wins_over_a_window() -> None:
    """Both days of a freeze are included."""
    windows, freezes = ["mon-sun 00:00-23:59"], ["2026-12-20..2027-01-06"]
    assert closed_because(windows, freezes, at("2026-12-20T00:00:00+00:00")) == f"the freeze {freezes[0]} holds"
    assert closed_because(windows, freezes, at("2027-01-06T23:00:00+00:00"))
    assert closed_because(windows, freezes, at("2027-01-07T00:00:00+00:00")) == ""
    assert "outside of the windows" in closed_because(["mon 09:00-10:00"], (), at("2026-03-01T12:00:00+00:00"))
    assert closed_because((), (), at("2026-03-01T12:00:00+00:00")) == ""
