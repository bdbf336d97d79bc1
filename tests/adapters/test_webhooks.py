"""Notices posted to real servers: they arrive in order, and one that does not harms no other."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from webhook_rig import Receiver, receiver

from release_tools.adapters.webhooks import Webhooks
from release_tools.ports.notices import Letter

Make = Callable[..., Webhooks]


@pytest.fixture
def chat() -> Iterator[Receiver]:
    """Return a server."""
    with receiver() as made:
        yield made


@pytest.fixture
def pager() -> Iterator[Receiver]:
    """Return another server."""
    with receiver() as made:
        yield made


def letter(name: str, to: str = "CHAT") -> Letter:
    """Return a letter whose text is its name."""
    return Letter(name, to, f'{{"text": "{name}"}}')


@pytest.fixture
def webhooks(tmp_path: Path) -> Make:
    """Return what makes that which posts to addresses, or to servers."""

    def made(**receivers: Receiver | str) -> Webhooks:
        files = {name: tmp_path / name for name in receivers}
        for name, one in receivers.items():
            files[name].touch(mode=0o600)
            files[name].write_text(f"{one if isinstance(one, str) else one.url}\n")
        return Webhooks(files=files)

    return made


def test_letters_arrive_in_order(chat: Receiver, pager: Receiver, webhooks: Make) -> None:
    """Each at its own receiver."""
    letters = [letter("a"), letter("b"), letter("c", "PAGER")]
    told = webhooks(CHAT=chat, PAGER=pager).deliver(letters, 5.0)
    assert told == {"a": "", "b": "", "c": ""}
    assert (chat.texts, pager.texts) == (["a", "b"], ["c"])


def test_a_refusal_ends_the_letters_of_this_receiver_only(chat: Receiver, pager: Receiver, webhooks: Make) -> None:
    """What follows would be out of order."""
    chat.status = 500
    told = webhooks(CHAT=chat, PAGER=pager).deliver([letter("a"), letter("b"), letter("c", "PAGER")], 5.0)
    assert told == {"a": "it answered 500", "c": ""}
    assert pager.texts == ["c"]


def test_a_server_that_hangs_costs_the_time_that_was_given(chat: Receiver, pager: Receiver, webhooks: Make) -> None:
    """All receivers together, however many of them hang."""
    chat.hangs = pager.hangs = True
    began = time.monotonic()
    told = webhooks(CHAT=chat, PAGER=pager).deliver([letter("a"), letter("b", "PAGER")], 0.4)
    assert time.monotonic() - began < 2.0
    assert all(why.startswith("no answer within") for why in told.values()) and set(told) == {"a", "b"}


def test_no_reason_holds_an_address(chat: Receiver, webhooks: Make) -> None:
    """Addresses of webhooks are passwords."""
    chat.status = 404
    post = webhooks(
        CHAT=chat, DEAD="http://127.0.0.1:9/s3cret-path", BROKEN="s3cret-path", ODD="http://127.0.0.1:s3cret/"
    )
    told = post.deliver([letter("a"), letter("b", "DEAD"), letter("c", "BROKEN"), letter("d", "ODD")], 5.0)
    assert told["a"] == "it answered 404" and "refused" in told["b"]
    assert told["c"] == told["d"] == "its address is no http or https URL"
    assert "s3cret" not in str(told)


def test_an_address_is_for_its_owner_alone(chat: Receiver, webhooks: Make, tmp_path: Path) -> None:
    """Nothing is posted before that is mended; a file that is not there is named."""
    post = webhooks(CHAT=chat, GONE=chat)
    (tmp_path / "CHAT").chmod(0o644)
    (tmp_path / "GONE").unlink()
    told = post.deliver([letter("a"), letter("b", "GONE")], 5.0)
    assert told["a"].endswith(f"chmod 600 {tmp_path}/CHAT") and told["b"].endswith("GONE: No such file or directory")
    assert chat.got == []
