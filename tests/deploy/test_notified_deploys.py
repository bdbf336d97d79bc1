"""Deploys that somebody outside is told of, on a platform in memory: when they begin, stand still and end.

Real servers are told in `tests/adapters/test_webhooks.py` and `tests/e2e/test_notices.py`.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from fakes.platform import FakePlatform
from test_recovery import Death, Killed, Setting, all_is_well, new_code_dies, new_platform

from release_tools.adapters.notice_files import NoticeFiles
from release_tools.deploy.flows.backups import propose_backup
from release_tools.deploy.flows.notifying import PATIENCE, Herald
from release_tools.deploy.flows.recovery import recover
from release_tools.errors import BackupFailed, ReleaseToolsError, RolledBack
from release_tools.ports.notices import Letter


class Audience:
    """Two receivers: what they were told, and why what is sent to them does not arrive."""

    def __init__(self, platform: FakePlatform, root: Path) -> None:
        self.got: dict[str, list[dict[str, Any]]] = {"CHAT": [], "PAGER": []}
        self.why: dict[str, str] = {}
        self.said, self.breaks = list[str](), False
        self.box = NoticeFiles(directory=root / "notices")
        platform.herald = Herald(
            project="shop",
            environment="production",
            receivers=("CHAT", "PAGER"),
            box=self.box,
            post=self,
            say=self.said.append,
        )

    def deliver(self, letters: Sequence[Letter], seconds: float) -> Mapping[str, str]:
        """Take letters, up to the first of a receiver that does not arrive."""
        assert seconds == PATIENCE
        if self.breaks:
            raise RuntimeError("a fault of ours")
        told: dict[str, str] = {}
        for receiver, got in self.got.items():
            for letter in (one for one in letters if one.receiver == receiver):
                told[letter.name] = self.why.get(receiver, "")
                if told[letter.name]:
                    break
                got.append(json.loads(letter.text))
        return told

    def events(self, receiver: str = "CHAT") -> list[str]:
        """Return what a receiver was told, in order."""
        return [one["event"] for one in self.got[receiver]]


@pytest.fixture
def platform(tmp_path: Path) -> FakePlatform:
    """Return a platform on which 1.0.0 serves, with 1.1.0 ready that has a migration."""
    return new_platform(tmp_path)


@pytest.fixture
def audience(platform: FakePlatform, tmp_path: Path) -> Audience:
    """Return receivers that hear of the next runs."""
    return Audience(platform, tmp_path)


def test_beginning_and_end_are_told(platform: FakePlatform, audience: Audience) -> None:
    """To every receiver, with what serves at that moment."""
    assert platform.deploy("1.1.0") == "committed"
    for got in audience.got.values():
        assert [(one["event"], one["version"], one["serving"]) for one in got] == [
            ("began", "1.1.0", "1.0.0"),
            ("committed", "1.1.0", "1.1.0"),
        ]
    assert audience.said == [] and list(audience.box.waiting()) == []


def test_a_deploy_that_goes_back_says_why(platform: FakePlatform, audience: Audience) -> None:
    """In the words that the person got."""
    new_code_dies(platform)
    with pytest.raises(RolledBack) as caught:
        platform.deploy("1.1.0")
    assert audience.events() == ["began", "rolled_back"]
    told = audience.got["CHAT"][-1]
    assert told["serving"] == "1.0.0" and told["why"] and told["why"] in caught.value.failed


def test_who_cannot_be_told_is_told_later(platform: FakePlatform, audience: Audience) -> None:
    """In order, with the next run; the deploy ends as ever, and the other receiver hears of it at once."""
    audience.why = {"PAGER": "it answered 500"}
    assert platform.deploy("1.1.0") == "committed"
    assert audience.events("CHAT") == ["began", "committed"] and audience.events("PAGER") == []
    assert audience.said == ["warning: PAGER was not told: it answered 500; the next run tries again"] * 2
    audience.why = {}
    assert platform.deploy("1.2.0") == "committed"
    assert audience.events("PAGER") == ["began", "committed"] * 2
    assert len(audience.events("CHAT")) == 4 and list(audience.box.waiting()) == []


def test_what_is_old_or_for_nobody_is_given_up(platform: FakePlatform, audience: Audience) -> None:
    """A receiver that was taken out of the configuration, or never answers, keeps nothing for ever."""
    audience.box.put(Letter("old", "GONE", "{}"))
    assert platform.deploy("1.1.0") == "committed"
    assert list(audience.box.waiting()) == []


def test_a_fault_of_ours_harms_no_deploy(platform: FakePlatform, audience: Audience) -> None:
    """It is said, and what was to be told waits."""
    audience.breaks = True
    assert platform.deploy("1.1.0") == "committed"
    assert audience.said == ["warning: nobody could be told of this run: a fault of ours"] * 2
    assert len(audience.box.waiting()) == 4


def test_of_other_runs_only_what_fails_is_told(
    platform: FakePlatform, audience: Audience, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A nightly backup is no news, one that fails is."""

    def back_up() -> str:
        session = platform.session()
        proposal = propose_backup(session, session.world(), platform.blueprint(""))
        return platform.conductor(session).begin(proposal.intent, proposal.plan, proposal.stage)

    assert back_up() and audience.events() == []

    def fails(*_: object, **__: object) -> None:
        raise BackupFailed("no space left")

    monkeypatch.setattr(platform.backups, "verify", fails)
    with pytest.raises(ReleaseToolsError):
        back_up()
    assert audience.events() in (["failed"], ["stopped"])
    assert "no space left" in audience.got["CHAT"][0]["why"]


@pytest.mark.parametrize("setting", [all_is_well, new_code_dies])
def test_a_run_that_dies_anywhere_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: Setting
) -> None:
    """At every line of the journal: at most one beginning, and after recovery exactly one end."""
    death = Death(monkeypatch)

    def played(number: int | None) -> tuple[list[str], bool]:
        """Return what was told when the deploy died at a line, and whether there was a run by then."""
        platform = new_platform(tmp_path / str(number))
        setting(platform)
        audience, known = Audience(platform, tmp_path / str(number)), True
        death.count, death.left = 0, number
        with suppress(RolledBack):
            try:
                platform.deploy("1.1.0")
            except Killed:
                closed = [path for path in platform.root.rglob("journal.jsonl") if '"closed"' in path.read_text()]
                known = platform.runs.open_run() is not None or len(closed) > 1
                recover(platform.conductor())
        return audience.events(), known

    undisturbed, _ = played(None)
    assert undisturbed[0] == "began" and len(undisturbed) == 2
    for number in range(death.count):
        events, known = played(number)
        assert events.count("began") <= 1, (number, events)
        assert len(events) - events.count("began") == known, (number, events)
