"""The lists of faults name tests that are there."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize(("page", "least"), [("deploy-faults.md", 80), ("forge-faults.md", 40)])
def test_the_tests_of_a_fault_list_are_there(page: str, least: int) -> None:
    """A renamed test would leave a fault without proof."""
    named = re.findall(r"`(\S+\.py)::(\w+)`", (TESTS.parent / "docs" / page).read_text())
    assert len(named) > least
    gone = [f"{path}::{name}" for path, name in named if f"def {name}(" not in (TESTS / path).read_text()]
    assert not gone, gone
