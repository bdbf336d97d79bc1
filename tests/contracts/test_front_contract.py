"""What every front does: lets users in, or keeps out all but those with the bypass."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.front import FakeFront
from front_rig import front_of, serving

from release_tools.ports.runtime import Front

TOKEN = "let-me-in-0123456789"


@dataclass
class Door:
    """A front, and a user who knocks."""

    front: Front

    def knock(self, token: str | None = None) -> int:
        """Return the status that a user gets."""
        headers = self.front.bypass(token) if token is not None else {}
        if isinstance(self.front, FakeFront):
            return self.front.answer(headers)
        asked = urllib.request.Request(f"{self.front.address()}/status/200", headers=dict(headers))
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code


@pytest.fixture(params=["proxy", "fake"])
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Door]:
    """Return a front that nobody has told anything."""
    if request.param == "fake":
        yield Door(FakeFront(told="absent"))
        return
    with serving() as service, front_of(tmp_path, service.server_port) as front:
        yield Door(front)


def test_a_front_is_absent_until_it_is_told_something(door: Door) -> None:
    """Opened, it lets everybody in; opening twice is opening once."""
    assert door.front.mode() == "absent"
    for _ in range(2):
        door.front.open()
        assert door.front.mode() == "open"
    assert door.knock() == 200


def test_maintenance_keeps_out_all_but_those_with_the_token(door: Door) -> None:
    """A wrong token is none, and so is an empty one; after opening nobody needs one."""
    door.front.close(TOKEN, retry_after=30)
    assert door.front.mode() == "maintenance"
    assert [door.knock(), door.knock(""), door.knock(TOKEN + "x"), door.knock(TOKEN)] == [503, 503, 503, 200]
    door.front.open()
    assert door.front.mode() == "open"
    assert [door.knock(), door.knock("anything")] == [200, 200]


def test_another_token_takes_the_place_of_the_first(door: Door) -> None:
    """The token of an earlier run is of no use."""
    door.front.close(TOKEN, retry_after=30)
    door.front.close("another-token", retry_after=30)
    assert [door.knock(TOKEN), door.knock("another-token")] == [503, 200]


def test_traffic_that_there_was_none_of_is_told_as_such(door: Door) -> None:
    """No requests, no errors, no time."""
    door.front.open()
    assert door.front.traffic(60.0) == {"requests": 0.0, "error_rate": 0.0, "p95": 0.0}
