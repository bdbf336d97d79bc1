"""Plans as text: for each case the lines a person approves and the rows that are carried out.

Run with `GOLDEN=write` to write the texts anew, then read the difference before you commit it.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from carry_cases import CARRY_CASES
from plan_cases import CASES as RELEASE_CASES
from topic_plan_cases import TOPIC_CASES

from release_tools.domain.refs import HEADS, TAGS
from release_tools.engine.codec import encode_step
from release_tools.engine.plan import Plan, plan_hash
from release_tools.release.steps.refs import PushRefs, UpdateRefs

GOLDEN = Path(__file__).parent / "golden"
CASES = RELEASE_CASES | CARRY_CASES | TOPIC_CASES
EVERY = pytest.mark.parametrize("case", CASES)


def written(plan: Plan) -> str:
    """Return everything of a plan as text: its lines, its point of no return, what it waits for, its rows."""
    no_return = "none" if plan.no_return is None else str(plan.no_return + 1)
    waits = [f"waits for: {plan.awaits.condition}", f"  {plan.awaits.todo}"] if plan.awaits else []
    rows = [json.dumps(shortened(encode_step(step)), ensure_ascii=False) for step in plan.steps]
    return "\n".join((*plan.lines(), f"no way back from: {no_return}", *waits, *rows, ""))


def shortened(value: Any) -> Any:
    """Return a row with its object names cut to ten characters."""
    if isinstance(value, dict):
        return {key: shortened(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [shortened(one) for one in value]
    return value[:10] if isinstance(value, str) and len(value) == 40 and value.endswith("0" * 30) else value


@EVERY
def test_the_plan_is_the_golden_one(case: str) -> None:
    """State and draft in, this very text out."""
    file = GOLDEN / f"{case}.txt"
    text = written(CASES[case]())
    if os.environ.get("GOLDEN") == "write":
        file.write_text(text)
    assert text == file.read_text()


def test_every_golden_text_has_a_case() -> None:
    """A text that no case produces any more is taken away."""
    assert {file.stem for file in GOLDEN.glob("*.txt")} == set(CASES)


@contextmanager
def no_effects() -> Iterator[None]:
    """Fail when anything inside the block touches files, processes, sockets, the clock's zone or the environment."""
    on = [True]

    def audit(event: str, args: tuple[object, ...]) -> None:
        touches = event.startswith(
            ("open", "os.", "socket.", "subprocess.", "shutil.", "tempfile.", "glob.", "ctypes.")
        )
        if on[0] and touches:
            raise AssertionError(f"planning is pure, but it did {event} {args}")

    sys.addaudithook(audit)
    try:
        yield
    finally:
        on[0] = False


def test_planning_performs_no_io(tmp_path: Path) -> None:
    """Planners get values and return a value: no file, process or socket is touched; the guard itself bites."""
    for plan in CASES.values():
        plan()  # imports and caches are settled outside the block
    with no_effects():
        for plan in CASES.values():
            plan()
    with pytest.raises(AssertionError, match="open"), no_effects():
        (tmp_path / "file").open("w")


@EVERY
def test_planning_again_gives_the_same_plan(case: str) -> None:
    """An approval is bound to a hash, so equal states must give equal plans."""
    assert plan_hash(CASES[case]()) == plan_hash(CASES[case]())


@EVERY
def test_what_others_see_comes_before_what_is_here(case: str) -> None:
    """In every plan a ref is pushed before it moves here, and deleted at the remote before it is deleted here."""
    pushed: set[str] = set()
    for step in CASES[case]().steps:
        if isinstance(step, PushRefs):
            pushed |= {update.name for update in step.updates}
        if isinstance(step, UpdateRefs) and pushed:
            later = {u.name for s in CASES[case]().steps if isinstance(s, PushRefs) for u in s.updates} - pushed
            assert not {update.name for update in step.updates} & later


@EVERY
def test_the_tag_is_there_before_the_branch_goes(case: str) -> None:
    """A crash leaves too much, never too little: no branch is deleted before the step that publishes the tag."""
    steps = CASES[case]().steps
    moving = [step.updates for step in steps if isinstance(step, PushRefs | UpdateRefs)]
    tags = [index for index, updates in enumerate(moving) if any(u.name.startswith(TAGS) and u.new for u in updates)]
    gone = [
        index for index, updates in enumerate(moving) if any(u.name.startswith(HEADS) and not u.new for u in updates)
    ]
    assert not tags or not gone or max(tags) < min(gone)


@EVERY
def test_a_push_has_at_most_three_tags(case: str) -> None:
    """More tags in one push, and a forge starts no workflow for any of them."""
    for step in CASES[case]().steps:
        if isinstance(step, PushRefs):
            assert sum(update.name.startswith(TAGS) for update in step.updates) <= 3
