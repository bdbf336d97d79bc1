"""A running double and GitHub as ada sees it; nothing may break GitHub's description.

No test is here.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from forge_double.server import Double, running
from forge_double.subject import DoubleSubject


@pytest.fixture
def double(tmp_path: Path) -> Iterator[Double]:
    """Return a double; every request and reply of the test must have kept to the contract."""
    with running(tmp_path / "double") as made:
        yield made
    assert made.violations == []


@pytest.fixture
def github(double: Double, tmp_path: Path) -> DoubleSubject:
    """Return a repository with one commit on main, and the adapter to it."""
    return DoubleSubject(double, tmp_path / "hands")
