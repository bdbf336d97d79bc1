"""What a notice says: one sentence for a chat, and every field beside it."""

import json
from dataclasses import asdict
from typing import get_args

import pytest

from release_tools.domain.deploy.notice import LONGEST, Event, Notice, render_notice

NOTICE = Notice(
    id="run.0.began",
    event="began",
    project="shop",
    environment="production",
    flow="deploy",
    version="1.1.0",
    serving="1.0.0",
    run="run",
    commit="c0ffee",
    actor="ada",
    at="2026-03-01T12:00:00Z",
)


def notice(**changes: str) -> Notice:
    """Return a notice with other fields."""
    return Notice(**{**asdict(NOTICE), **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "shop production: deploy of 1.1.0 began, 1.0.0 serves"),
        ({"serving": ""}, "shop production: deploy of 1.1.0 began, nothing serves"),
        ({"event": "committed", "serving": "1.1.0"}, "shop production: deploy of 1.1.0 ended well, 1.1.0 serves"),
        (
            {"event": "rolled_back", "why": "backend ended with 3\nIts last lines:\nname of a user"},
            "shop production: deploy of 1.1.0 ended with the version before, 1.0.0 serves: backend ended with 3",
        ),
        (
            {"event": "failed", "flow": "backup", "version": "", "why": "no space left"},
            "shop production: backup failed, 1.0.0 serves: no space left",
        ),
    ],
)
def test_the_sentence_says_what_and_what_serves(changes: dict[str, str], sentence: str) -> None:
    """In one line, with the reason at its end."""
    assert notice(**changes).sentence() == sentence


@pytest.mark.parametrize("event", get_args(Event))
def test_every_event_has_a_sentence_of_its_own(event: str) -> None:
    """A chat shows nothing but the sentence."""
    others = {notice(event=other).sentence() for other in get_args(Event) if other != event}
    assert notice(event=event).sentence() not in others


def test_the_fields_stand_beside_the_sentence() -> None:
    """A program need not take the sentence apart."""
    told = json.loads(render_notice(NOTICE))
    assert told == {"text": NOTICE.sentence(), **asdict(NOTICE)}


def test_a_long_reason_is_cut() -> None:
    """A whole log in a chat is of no use, and some receivers refuse it."""
    told = json.loads(render_notice(notice(why="word " * LONGEST)))
    assert len(told["why"]) == LONGEST and told["why"].endswith("…")
    assert told["text"].endswith(told["why"])
