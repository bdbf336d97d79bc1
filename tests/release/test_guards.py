"""The guards of releases: a state in, all problems out, each with what to type."""

import pytest
from guard_rows import FREE, ROWS, Row, V, changed
from states import RELEASED, branch, state_of, tag
from topic_guard_rows import TOPIC_ROWS

from release_tools.errors import PreconditionFailed
from release_tools.release.guards import (
    guard_attached,
    guard_greater,
    guard_repository,
    refuse,
)
from release_tools.release.start import guard_start

EVERY = (*ROWS, *TOPIC_ROWS)


@pytest.mark.parametrize("row", EVERY, ids=[row.name for row in EVERY])
def test_a_situation_has_its_one_problem(row: Row) -> None:
    """Each row: the sentence that says what is wrong and the command that puts it right, or nothing."""
    problems = row.find()
    assert [problem.failed for problem in problems] == ([row.failed] if row.failed else [])
    assert all(row.todo in problem.todo for problem in problems)
    assert all("please" not in (problem.failed + problem.todo).lower() for problem in problems)


def test_an_empty_repository_is_said_to_be_empty() -> None:
    """Without a commit the missing main branch is no problem of its own."""
    state = state_of(main=branch("main"), develop=None, on="main", head="")
    assert [problem.failed for problem in guard_repository(state)] == ["This repository has no commit yet."]


def test_all_problems_are_found_at_once() -> None:
    """Nobody mends one thing only to hear of the next one."""
    state = state_of(shallow=True, operation="a merge", committer=None, main=branch("main"))
    assert len(guard_repository(state)) == 4
    start = state_of(
        on=None,
        develop=branch("develop", "d2", "d1", ahead=1),
        changes=changed("a"),
        topic=RELEASED,
        here_tags=(tag("v1.1.0", "x"),),
    )
    assert len(guard_start(start, *FREE)) == 5


def test_a_refusal_says_everything_in_one_error() -> None:
    """Exit 3; one problem as it is, several as a list in which every problem has its line."""
    refuse(())
    one = guard_attached(state_of(on=None))
    with pytest.raises(PreconditionFailed) as caught:
        refuse(one)
    assert (caught.value.failed, caught.value.todo) == (one[0].failed, one[0].todo)
    assert (caught.value.state, caught.value.exit_code) == ("Nothing was changed.", 3)
    with pytest.raises(PreconditionFailed) as caught:
        refuse((*one, *guard_greater(V, V)))
    assert caught.value.failed.count("\n- ") == 1
    assert caught.value.todo.startswith("- ")
