"""Fixtures for the tests of adapters.

No test is here.
"""

from collections.abc import Iterator

import pytest
from postgres_place import Place, new_place


@pytest.fixture
def place() -> Iterator[Place]:
    """Return an empty database on the real server."""
    one = new_place()
    yield one
    one.clear()
