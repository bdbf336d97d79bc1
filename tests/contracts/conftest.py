"""Each contract test runs twice: on real git and in memory.

No test is here.
"""

from pathlib import Path

import pytest
from fakes.subject import FakeSubject, Subject
from real_subject import RealSubject


@pytest.fixture(params=[RealSubject, FakeSubject], ids=["git", "fake"])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Subject:
    """Return an empty repository with an empty remote and an empty draft."""
    made: Subject = request.param(tmp_path / "repo", tmp_path / "draft" / "objects")
    return made
