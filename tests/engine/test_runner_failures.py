"""The runner when steps fail, are interrupted or crash: what is recorded, how it ends, how it goes on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import Look, ScriptedWorld, SetValue, carry, plan_of, reread, run_of, words

from release_tools.engine import runner
from release_tools.engine.runner import standing
from release_tools.engine.step import PENDING, Facts, Reality, unknown
from release_tools.engine.stop import StopRequest
from release_tools.errors import (
    HumanNeeded,
    Interrupted,
    PreconditionFailed,
    ToolFailed,
    ToolTimedOut,
)

GO_ON = runner.GO_ON.format("")


def fail(error: BaseException, *, sets: bool = False) -> Callable[[ScriptedWorld], Facts | None]:
    """Return an effect that fails, after having taken place or not."""

    def effect(world: ScriptedWorld) -> Facts | None:
        if sets:
            world.values["a"] = "new"
        raise error

    return effect


ERRORS = pytest.mark.parametrize(
    "error",
    [
        ToolFailed("git said no.", todo="Ask git."),
        PreconditionFailed("not ready.", todo="Ask git."),
        OSError(28, "No space left on device"),
    ],
    ids=lambda error: type(error).__name__,
)


@ERRORS
def test_a_failure_is_recorded_and_stops_the_run(tmp_path: Path, error: Exception) -> None:
    """Exit 4: the step, the tool's words, how far the run came and how to go on; later steps are not looked at."""
    run, world = run_of(tmp_path, "a", "b", "c"), ScriptedWorld(effects={"b": fail(error)})
    with pytest.raises(ToolFailed) as caught:
        carry(run, world)
    assert caught.value.exit_code == 4
    assert caught.value.failed.startswith("Failed: set b.\n")
    assert str(getattr(error, "failed", error)) in caught.value.failed
    assert caught.value.state == "1 of 3 steps of “try it” are done; next: set b."
    assert caught.value.todo.endswith(GO_ON)
    assert words(reread(run)) == [("started", 0), ("done", 0), ("started", 1), ("failed", 1)]
    assert "probe c" not in world.calls
    world.effects.clear()
    carry(reread(run), world)
    assert world.values == {"a": "new", "b": "new", "c": "new"}
    assert world.calls.count("apply a") == 1


@ERRORS
def test_a_failure_that_took_effect_after_all_is_done(tmp_path: Path, error: Exception) -> None:
    """When only the answer was lost, the world says so, and the run goes on."""
    run, world = run_of(tmp_path, "a", "b"), ScriptedWorld(effects={"a": fail(error, sets=True)})
    lines = carry(run, world)
    assert [line.word for line in lines] == ["done, after all", "done"]
    assert words(reread(run)) == [("started", 0), ("done", 0), ("started", 1), ("done", 1)]


def test_a_failure_that_met_somebody_else_is_a_conflict(tmp_path: Path) -> None:
    """Exit 6 when another run won: the loser hears what stands there now."""

    def lose(world: ScriptedWorld) -> None:
        world.values["a"] = "theirs"
        raise ToolFailed("refused.")

    run = run_of(tmp_path, "a")
    with pytest.raises(HumanNeeded, match="a is theirs"):
        carry(run, ScriptedWorld(effects={"a": lose}))
    assert words(reread(run)) == [("started", 0), ("failed", 0)]


def test_a_failure_after_which_the_world_does_not_tell_is_a_failure(tmp_path: Path) -> None:
    """Exit 4 now, with the tool's words; the next `continue` asks the person."""
    looks: list[Look] = [lambda _: PENDING, lambda _: unknown("?"), lambda _: unknown("?")]
    run, world = run_of(tmp_path, "a"), ScriptedWorld(effects={"a": fail(ToolFailed("no."))}, looks={"a": looks})
    with pytest.raises(ToolFailed, match=r"no\."):
        carry(run, world)
    with pytest.raises(HumanNeeded, match="\\?"):
        carry(reread(run), world)
    assert world.calls.count("apply a") == 1


def test_a_failure_after_which_nobody_can_look_keeps_the_first_words(tmp_path: Path) -> None:
    """The network is gone: what failed is told, not that looking failed as well."""

    def blind(_: ScriptedWorld) -> Reality:
        raise ToolFailed("cannot look.")

    looks: list[Look] = [lambda _: PENDING, blind]
    run, world = run_of(tmp_path, "a"), ScriptedWorld(effects={"a": fail(ToolFailed("no."))}, looks={"a": looks})
    with pytest.raises(ToolFailed, match=r"no\.") as caught:
        carry(run, world)
    assert "cannot look" not in str(caught.value)
    assert words(reread(run)) == [("started", 0), ("failed", 0)]


def test_a_tool_that_does_not_answer_is_not_asked_again_at_once(tmp_path: Path) -> None:
    """Each deadline is waited for once; the next `continue` looks."""
    run, world = run_of(tmp_path, "a"), ScriptedWorld(effects={"a": fail(ToolTimedOut("no answer."), sets=True)})
    with pytest.raises(ToolFailed, match="no answer"):
        carry(run, world)
    assert world.calls == ["probe a", "apply a"]
    assert words(reread(run)) == [("started", 0), ("failed", 0)]
    assert [line.word for line in carry(reread(run), world)] == ["found done"]


def test_a_probe_that_fails_changes_nothing(tmp_path: Path) -> None:
    """Exit 4 before the intent is written: the step is still to come."""

    def blind(_: ScriptedWorld) -> Reality:
        raise ToolFailed("cannot look.", todo="Ask the network.")

    run = run_of(tmp_path, "a")
    with pytest.raises(ToolFailed, match="cannot look") as caught:
        carry(run, ScriptedWorld(looks={"a": [blind]}))
    assert caught.value.todo == f"Ask the network. {GO_ON}"
    assert words(reread(run)) == []


def test_our_own_bug_in_a_step_leaves_it_in_doubt_for_the_next_look(tmp_path: Path) -> None:
    """An unforeseen exception goes through; the journal says `started`, and going on looks at the world."""
    run, world = run_of(tmp_path, "a"), ScriptedWorld(effects={"a": fail(ZeroDivisionError(), sets=True)})
    with pytest.raises(ZeroDivisionError):
        carry(run, world)
    assert words(reread(run)) == [("started", 0)]
    assert [line.word for line in carry(reread(run), world)] == ["found done"]


def test_an_unwritable_journal_stops_before_the_effect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No effect without its intent on disk."""
    run, world = run_of(tmp_path, "a"), ScriptedWorld()
    monkeypatch.setattr("os.write", lambda _handle, _data: 0)
    with pytest.raises(ToolFailed, match="journal"):
        carry(run, world)
    assert "apply a" not in world.calls


def test_a_stop_request_is_heard_between_steps(tmp_path: Path) -> None:
    """The current step ends and is recorded; the next one is not looked at; going on does the rest."""
    stop, run = StopRequest(), run_of(tmp_path, "a", "b")
    world = ScriptedWorld()

    def ask(_: ScriptedWorld) -> None:
        stop.requested = True
        world.values["a"] = "new"

    world.effects["a"] = ask
    with pytest.raises(Interrupted) as caught:
        carry(run, world, stop=stop)
    assert caught.value.exit_code == 130
    assert caught.value.state == "1 of 2 steps of “try it” are done; next: set b."
    assert caught.value.todo == GO_ON
    assert words(reread(run)) == [("started", 0), ("done", 0)]
    carry(reread(run), world)
    assert world.values["b"] == "new"


def test_a_stop_request_after_the_last_step_stops_nothing(tmp_path: Path) -> None:
    """What is done is done: the run may be closed."""
    stop, run = StopRequest(), run_of(tmp_path, "a")
    carry(run, ScriptedWorld(effects={"a": lambda _: setattr(stop, "requested", True)}), stop=stop)
    assert words(reread(run)) == [("started", 0), ("done", 0)]


def test_the_second_signal_leaves_the_step_started(tmp_path: Path) -> None:
    """Exit 130 out of the middle of a step: `continue` looks what became of it."""
    run, world = run_of(tmp_path, "a"), ScriptedWorld(effects={"a": fail(KeyboardInterrupt(), sets=True)})
    with pytest.raises(Interrupted, match="in the middle of: set a") as caught:
        carry(run, world)
    assert caught.value.exit_code == 130
    assert words(reread(run)) == [("started", 0)]
    assert [line.word for line in carry(reread(run), world)] == ["found done"]


def test_standing_says_how_much_is_left(tmp_path: Path) -> None:
    """One sentence: how many steps are done or skipped, and what is next."""
    run = run_of(tmp_path, "a", "b")
    assert standing(run, run.plan()) == "0 of 2 steps of “try it” are done; next: set a."
    run.journal.append("skipped", step=0)
    run.journal.append("done", step=1)
    assert standing(run, run.plan()) == "2 of 2 steps of “try it” are done; nothing is left."


class Crash(BaseException):
    """The process dies here."""


@settings(max_examples=40, deadline=None)
@given(crashes=st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=5))
def test_however_often_it_crashes_each_effect_happens_once(
    tmp_path_factory: pytest.TempPathFactory, crashes: list[tuple[int, bool]]
) -> None:
    """Crashes before or after the effect of any step, repeated: going on reaches the plan's end, no effect twice."""
    run = run_of(tmp_path_factory.mktemp("crashes"), "s0", "s1", "s2")
    world = ScriptedWorld()
    effects: list[str] = []

    def effect_of(name: str, *, crash: bool, late: bool) -> Callable[[ScriptedWorld], Facts | None]:
        def effect(world: ScriptedWorld) -> Facts | None:
            if crash and not late:
                raise Crash
            effects.append(name)
            world.values[name] = "new"
            if crash:
                raise Crash
            return None

        return effect

    for at, late in [*crashes, (-1, False)]:
        world.effects = {f"s{n}": effect_of(f"s{n}", crash=n == at, late=late) for n in range(3)}
        try:
            carry(reread(run), world)
        except Crash:
            continue
        break
    assert effects == ["s0", "s1", "s2"]
    again = reread(run)
    assert [again.said(index) for index in range(3)] == ["done"] * 3


def test_a_plan_without_steps_is_done(tmp_path: Path) -> None:
    """Nothing to do is no error."""
    assert carry(run_of(tmp_path), ScriptedWorld()) == []
    assert plan_of().steps == ()
    assert SetValue(name="x").title() == "set x"


def test_what_is_to_be_typed_names_the_place_of_the_run(tmp_path: Path) -> None:
    """A run of an environment is gone on with by naming it; one without stays as it is."""
    run = replace(run_of(tmp_path, "a"), place=" --env production")
    assert runner.go_on(run).startswith("Type `release-tools continue --env production` to go on")
