"""Ending everything of an environment: what does not end is named, never passed over."""

import json
from pathlib import Path

import pytest

from release_tools.engine.lock import run_lock
from release_tools.errors import ToolFailed
from release_tools.wiring import silencing

NOBODY = 2**22 - 1
"""No process has this number; killing it does nothing."""


def test_a_worker_that_does_not_die_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deleting its files under it would leave it at work on nothing; so nothing else is done."""
    monkeypatch.setattr(silencing, "PATIENCE", 0.3)
    state = tmp_path / "state"
    with run_lock(state, command="deploy --env production", now="2026-03-01T12:00:00Z"):
        (state / "lock.holder").write_text(json.dumps({"pid": NOBODY}))
        with pytest.raises(ToolFailed, match=f"pid {NOBODY}, which does not die") as caught:
            silencing.silence(state)
    assert "nothing was deleted" in caught.value.state
    silencing.silence(state)
