"""Steps and plans as JSON and back, and what is said of those that another version wrote."""

import importlib
import json
import pkgutil
from dataclasses import fields, is_dataclass, replace
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import KINDS as SCRIPTED
from scripted import plan_of

from release_tools.domain.refs import RefUpdate
from release_tools.engine.codec import FORMAT, canonical, decode_step, encode_step, registry
from release_tools.engine.plan import Await, Plan, decode_plan, encode_plan, plan_hash
from release_tools.engine.step import Step
from release_tools.errors import HumanNeeded
from release_tools.release import steps as release_steps
from release_tools.release.steps.pages import PageFile

KINDS = release_steps.KINDS
EVERY_KIND = pytest.mark.parametrize("kind", sorted(KINDS))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for the values of a field's type; an unknown type fails, so that nobody forgets it here."""
    if hint is str:
        return TEXT
    if hint in (int, bool):
        return st.integers() if hint is int else st.booleans()
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    if hint in (RefUpdate, PageFile):
        return st.builds(hint, TEXT, TEXT, TEXT)
    assert get_origin(hint) is tuple, f"no strategy for {hint}: is it flat?"
    item, rest = get_args(hint)
    assert rest is ..., f"{hint} has a fixed length; name its parts in a NamedTuple"
    return st.lists(values_of(item), max_size=3).map(tuple)


def steps_of(kind: str) -> st.SearchStrategy[Step[Any]]:
    """Return a strategy for the steps of a kind."""
    cls: Any = KINDS[kind]
    hints = get_type_hints(cls)
    return st.builds(cls, **{field.name: values_of(hints[field.name]) for field in fields(cls)})


@EVERY_KIND
@settings(deadline=None)
@given(data=st.data())
def test_a_step_of_every_kind_survives_the_journal(kind: str, data: st.DataObject) -> None:
    """Step to row to JSON to row to step gives the very same value, tuples and named tuples included."""
    step = data.draw(steps_of(kind))
    back = decode_step(json.loads(canonical(encode_step(step))), KINDS)
    assert back == step
    assert type(back) is type(step)
    assert hash(back) == hash(step)
    for update in getattr(back, "updates", ()):
        assert isinstance(update, RefUpdate)


def test_every_step_class_is_registered() -> None:
    """A step that a plan can hold and a reader does not know would strand a run."""
    found: set[Any] = set()
    for module in pkgutil.iter_modules(release_steps.__path__, f"{release_steps.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and is_dataclass(value) and hasattr(value, "kind"):
                found.add(value)
    assert found == set(KINDS.values())
    assert {cls.kind for cls in found} == set(KINDS), "two classes share a kind"


@EVERY_KIND
def test_a_step_is_a_frozen_row(kind: str) -> None:
    """Steps are frozen, slotted, keyword-only dataclasses with a title, a probe and an apply."""
    cls: Any = KINDS[kind]
    assert cls.__dataclass_params__.frozen
    assert all(field.kw_only for field in fields(cls))
    assert hasattr(cls, "__slots__")
    assert all(callable(getattr(cls, name)) for name in ("title", "probe", "apply"))


def test_an_unknown_kind_is_for_a_person_to_decide() -> None:
    """A plan of a newer version stops with exit 6 before anything is changed."""
    with pytest.raises(HumanNeeded, match="'fly-away'") as caught:
        decode_step({"kind": "fly-away"}, KINDS)
    assert caught.value.exit_code == 6
    assert caught.value.state == "The run is as it was; nothing was changed by this command."
    assert caught.value.todo


@pytest.mark.parametrize(
    "row",
    [
        {"kind": "set-value", "name": "a", "old": "", "new": "b", "extra": 1},
        {"kind": "set-value", "name": "a", "old": ""},
        {"kind": "set-value"},
    ],
    ids=["unknown field", "missing field", "no field"],
)
def test_a_kind_with_other_fields_is_for_a_person_to_decide(row: dict[str, Any]) -> None:
    """A known kind whose fields have changed since is as unreadable as an unknown one, defaults notwithstanding."""
    with pytest.raises(HumanNeeded, match="'set-value'"):
        decode_step(row, SCRIPTED)


def test_a_registry_knows_classes_by_kind() -> None:
    """The registry is what wiring passes in; it maps kinds to their classes."""
    cls = SCRIPTED["set-value"]
    assert registry(cls) == {"set-value": cls}


def test_a_plan_survives_the_journal() -> None:
    """Everything of a plan that the runner or a person needs comes back."""
    plan = Plan(
        title="größer",
        steps=plan_of("a", "b").steps,
        notes=("one", "two"),
        no_return=1,
        awaits=Await(condition="a merge", todo="make it", deadline="2026-01-01T00:00:00Z", human=True),
    )
    assert decode_plan(json.loads(canonical(encode_plan(plan, made_by="1.2.3"))), SCRIPTED) == plan
    bare = Plan(title="nothing")
    assert decode_plan(json.loads(canonical(encode_plan(bare, made_by="1.2.3"))), SCRIPTED) == bare


def test_another_format_names_both_versions() -> None:
    """A plan of another format is exit 6 and says which release-tools wrote it."""
    row = encode_plan(plan_of("a"), made_by="9.8.7") | {"format": FORMAT + 1}
    with pytest.raises(HumanNeeded) as caught:
        decode_plan(row, SCRIPTED)
    assert f"format {FORMAT + 1} of release-tools 9.8.7" in caught.value.failed
    assert "Install release-tools 9.8.7" in caught.value.todo


def test_the_hash_of_a_plan_is_bound_to_its_content() -> None:
    """Equal plans have equal hashes whoever made them; any change of a step or a note gives another one."""
    plan = plan_of("a", "b")
    assert plan_hash(plan) == plan_hash(plan_of("a", "b"))
    others = (plan_of("b", "a"), plan_of("a"), replace(plan, notes=("x",)), replace(plan, no_return=0))
    assert len({plan_hash(one) for one in (plan, *others)}) == 5


def test_lines_number_the_steps_and_indent_the_notes() -> None:
    """The text of a plan is its title, its notes, its steps."""
    assert replace(plan_of("a", "b"), notes=("a note",)).lines() == ("try it", "   a note", "1. set a", "2. set b")
