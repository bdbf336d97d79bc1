"""Whoever is to be told of deploys: told over real HTTP by real workers, and no deploy waits for an answer."""

import json
from collections.abc import Iterator

import pytest
from lab import DeployLab, deploy_lab, silent
from lab_site import SECRETS
from webhook_rig import Receiver, receiver

pytestmark = pytest.mark.slow


@pytest.fixture
def chat() -> Iterator[Receiver]:
    """Return the server of a chat."""
    with receiver() as made:
        yield made


@pytest.fixture
def lab(chat: Receiver) -> Iterator[DeployLab]:
    """Return a lab on SQLite whose staging tells a chat of its deploys."""
    with deploy_lab() as made:
        address, host_file = made.top / "chat.url", made.top / "hosts" / "staging.toml"
        address.touch(mode=0o600)
        address.write_text(f"{chat.url}\n")
        host_file.write_text(f"notify = {{ chat = {json.dumps(str(address))} }}\n{host_file.read_text()}")
        yield made
        silent(made)


def holds_no_secret(lab: DeployLab, chat: Receiver) -> None:
    """What was posted holds no secret, and the address of the chat stands in nothing that was said or kept."""
    assert not [word for word in SECRETS if word.encode() in b"".join(chat.raw)]
    files = (path for path in lab.staging.state.rglob("*") if path.is_file())
    assert [path for path in files if b"s3cret-path" in path.read_bytes()] == []
    assert "s3cret-path" not in "\n".join(lab.said)


def test_x69_whoever_is_told_does_not_answer(lab: DeployLab, chat: Receiver) -> None:
    """It hangs, then refuses: the deploy ends as ever and says so; with the next run everything arrives, in order."""
    chat.hangs = True
    assert "chat was not told: no answer within 5 s" in lab.deploys("1.0.0")
    assert lab.staging.serves() == "1.0.0"
    chat.hangs, chat.status = False, 500
    assert "chat was not told: it answered 500" in lab.deploys("1.1.0")
    assert chat.got == []
    chat.status = 200
    lab.staging.breaks_live()
    told = lab.ends(7, "deploy", "1.1.1", "--yes")
    assert "was not told" not in told
    assert [(one["event"], one["version"], one["serving"]) for one in chat.got] == [
        ("began", "1.0.0", ""),
        ("committed", "1.0.0", "1.0.0"),
        ("began", "1.1.0", "1.0.0"),
        ("committed", "1.1.0", "1.1.0"),
        ("began", "1.1.1", "1.1.0"),
        ("rolled_back", "1.1.1", "1.1.0"),
    ]
    assert len({one["id"] for one in chat.got}) == len(chat.got)
    assert all(one["text"].startswith("ai-lab staging: deploy of ") for one in chat.got)
    holds_no_secret(lab, chat)
