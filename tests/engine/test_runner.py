"""The runner against scripted steps: the whole table of what the journal and the world say."""

import itertools
from pathlib import Path

import pytest
from scripted import ScriptedWorld, carry, reread, run_of, words

from release_tools.engine import runner
from release_tools.engine.runner import Decision
from release_tools.engine.runs import Run
from release_tools.engine.step import DONE, PENDING, Answer, conflict, unknown
from release_tools.errors import (
    HumanNeeded,
    ReleaseToolsError,
)

GO_ON = runner.GO_ON.format("")

REALITIES = {
    Answer.PENDING: PENDING,
    Answer.DONE: DONE,
    Answer.CONFLICT: conflict("it is elsewhere."),
    Answer.UNKNOWN: unknown("nobody can tell."),
}
APPLIED = ["probe a", "apply a"]
LOOKED = ["probe a"]

# What the journal says, what the world says, what a person said -> what is called, what is written, how it ends.
TABLE: list[tuple[str, Answer, Decision | None, list[str], list[str], type[ReleaseToolsError] | None]] = []
for said in ("", "started", "failed"):
    for word in (None, Decision.REDO, Decision.SKIP):
        TABLE.append((said, Answer.PENDING, word, APPLIED, ["started", "done"], None))
        TABLE.append((said, Answer.DONE, word, LOOKED, ["done"], None))
        TABLE.append((said, Answer.CONFLICT, word, LOOKED, [], HumanNeeded))
for word in (None, Decision.REDO, Decision.SKIP):
    TABLE.append(("", Answer.UNKNOWN, word, APPLIED, ["started", "done"], None))
for said in ("started", "failed"):
    TABLE.append((said, Answer.UNKNOWN, None, LOOKED, [], HumanNeeded))
    TABLE.append((said, Answer.UNKNOWN, Decision.REDO, APPLIED, ["started", "done"], None))
    TABLE.append((said, Answer.UNKNOWN, Decision.SKIP, LOOKED, ["skipped"], None))
for said, answer, word in itertools.product(("done", "skipped"), Answer, (None, Decision.REDO, Decision.SKIP)):
    TABLE.append((said, answer, word, [], [], None))


def begun(directory: Path, said: str) -> Run:
    """Return a run whose journal says the given of its one step, read from disk."""
    run = run_of(directory, "a")
    for event in {"": (), "started": ("started",), "skipped": ("started", "skipped")}.get(said, ("started", said)):
        run.journal.append(event, step=0)
    return reread(run)


def test_the_table_has_every_row() -> None:
    """Every answer of the world meets every word of the journal, with every word of a person."""
    rows = {(said, answer, word) for said, answer, word, *_ in TABLE}
    assert len(rows) == len(TABLE) == 5 * 4 * 3


@pytest.mark.parametrize(
    ("said", "answer", "decision", "calls", "written", "error"),
    TABLE,
    ids=[f"{said or 'nothing'}-{answer.value}-{word.value if word else 'no word'}" for said, answer, word, *_ in TABLE],
)
def test_what_the_journal_and_the_world_say_decides(
    tmp_path: Path,
    said: str,
    answer: Answer,
    decision: Decision | None,
    calls: list[str],
    written: list[str],
    error: type[ReleaseToolsError] | None,
) -> None:
    """The decision table, row by row: what is called, what is journaled on disk, how it ends."""
    run = begun(tmp_path, said)
    before = words(run)
    world = ScriptedWorld(looks={"a": [lambda _: REALITIES[answer]]})
    if error is None:
        carry(run, world, decision=decision)
    else:
        with pytest.raises(error) as caught:
            carry(run, world, decision=decision)
        assert REALITIES[answer].reason in caught.value.failed
        assert "0 of 1 steps" in caught.value.state
    assert world.calls == calls
    assert [event for event, _ in words(reread(run))[len(before) :]] == written


@pytest.mark.parametrize("said", ["started", "failed"])
def test_a_doubt_says_what_to_type(tmp_path: Path, said: str) -> None:
    """Exit 6 with both words that settle it."""
    with pytest.raises(HumanNeeded) as caught:
        carry(begun(tmp_path, said), ScriptedWorld(looks={"a": [lambda _: unknown("nobody can tell.")]}))
    assert caught.value.failed == "Stopped before: set a.\nnobody can tell."
    assert "continue --redo" in caught.value.todo
    assert "--skip" in caught.value.todo


def test_a_conflict_says_what_to_type(tmp_path: Path) -> None:
    """Exit 6: a conflict cannot be skipped or redone, it can be put right."""
    with pytest.raises(HumanNeeded) as caught:
        carry(run_of(tmp_path, "a"), ScriptedWorld(values={"a": "stray"}))
    assert caught.value.failed == "Stopped before: set a.\na is stray."
    assert caught.value.todo == GO_ON


def test_steps_are_applied_in_order_and_reported(tmp_path: Path) -> None:
    """Undisturbed, each step is probed once and applied once; progress counts from 1."""
    run, world = run_of(tmp_path, "a", "b"), ScriptedWorld()
    lines = carry(run, world)
    assert world.calls == ["probe a", "apply a", "probe b", "apply b"]
    assert [(line.number, line.of, line.title, line.word) for line in lines] == [
        (1, 2, "set a", "done"),
        (2, 2, "set b", "done"),
    ]
    assert words(reread(run)) == [("started", 0), ("done", 0), ("started", 1), ("done", 1)]


def test_what_is_found_is_marked_as_found(tmp_path: Path) -> None:
    """The audit tells what this run did from what was so already."""
    run = run_of(tmp_path, "a", "b")
    lines = carry(run, ScriptedWorld(values={"a": "new"}))
    assert [entry["found"] for entry in reread(run).journal.entries if entry["event"] == "done"] == [True, False]
    assert [line.word for line in lines] == ["found done", "done"]


def test_the_intent_is_on_disk_before_the_effect(tmp_path: Path) -> None:
    """When a step is applied, another process can read `started` already, and not yet `done`."""
    run, world = run_of(tmp_path, "a"), ScriptedWorld()
    seen: list[list[tuple[str, int]]] = []
    world.effects["a"] = lambda _: seen.append(words(reread(run)))
    carry(run, world)
    assert seen == [[("started", 0)]]


def test_facts_are_journaled_with_the_step_that_learned_them(tmp_path: Path) -> None:
    """What a step returns stands in its `done` line; a step without facts has none there."""
    run, world = run_of(tmp_path, "a", "b"), ScriptedWorld(effects={"a": lambda _: {"seconds": 3}})
    carry(run, world)
    done = [entry for entry in reread(run).journal.entries if entry["event"] == "done"]
    assert [entry.get("facts") for entry in done] == [{"seconds": 3}, None]


def test_a_decision_is_for_the_step_in_doubt_alone(tmp_path: Path) -> None:
    """`--skip` does not skip the steps after it, which nobody has looked at."""
    run = run_of(tmp_path, "a", "b")
    run.journal.append("started", step=0)
    doubt = ScriptedWorld(looks={"a": [lambda _: unknown("?")], "b": [lambda _: unknown("?")]})
    lines = carry(reread(run), doubt, decision=Decision.SKIP)
    assert doubt.calls == ["probe a", "probe b", "apply b"]
    assert [line.word for line in lines] == ["skipped, because you said so", "done"]
