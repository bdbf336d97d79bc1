"""The list of a deploy's faults names tests that are there."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_the_tests_of_the_fault_list_are_there() -> None:
    """A renamed test would leave a fault without proof."""
    named = re.findall(r"`(\S+\.py)::(\w+)`", (TESTS.parent / "docs" / "deploy-faults.md").read_text())
    assert len(named) > 80
    gone = [f"{path}::{name}" for path, name in named if f"def {name}(" not in (TESTS / path).read_text()]
    assert not gone, gone
