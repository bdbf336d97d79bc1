"""The staging gate: an upgrade needs a record of its very content, or a reason."""

import pytest

from release_tools.config.model import Config
from release_tools.domain.version import parse_version
from release_tools.release.staging import guard_gate

ROW, VERSION = Config().flow["upgrade"], parse_version("1.1.0")


@pytest.mark.parametrize(
    ("staged", "without", "said"),
    [
        (None, "", "There is no record that 1.1.0 ran on staging"),
        ("tree-a", "", ""),
        ("tree-b", "", "The record of 1.1.0 on staging is one of another content"),
        (None, "it burns", ""),
        ("tree-b", "  ", "The record of 1.1.0 on staging is one of another content"),
    ],
)
def test_a_record_opens_the_gate_for_its_own_content_only(staged: str | None, without: str, said: str) -> None:
    """A blank reason is none; a record of other content is as good as none, and is named."""
    found = guard_gate(ROW, VERSION, "upgrade", without=without, staged=staged, content="tree-a")
    assert [problem.failed.startswith(said) for problem in found] == ([True] if said else [])


def test_a_release_has_no_gate() -> None:
    """Only rows that ask for staging do."""
    assert guard_gate(Config().flow["release"], VERSION, "release", without="", staged=None, content="x") == ()
