"""The playing process, which all stages share.

No test is here.
"""

from collections.abc import Iterator

import pytest
from stage import dismiss_player


@pytest.fixture(scope="session", autouse=True)
def players() -> Iterator[None]:
    """End the playing process, once no test needs it."""
    yield
    dismiss_player()
