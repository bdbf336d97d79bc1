"""Records: the same to whoever uses them as a frozen dataclass with slots and keywords only."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, astuple, dataclass, field, fields, is_dataclass, replace
from typing import Any, ClassVar, Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.record import record

library = dataclass(frozen=True, slots=True, kw_only=True)


class Spoken(Protocol):
    """Says something."""

    def say(self) -> str:
        """Return what is said."""
        ...


@record
class Point:
    """A record at the top of a module, so that it can be pickled."""

    x: int
    y: int = 0
    tags: tuple[str, ...] = ()


@record
class Place(Point):
    """A record with more than another one has."""

    name: str = "here"

    def say(self) -> str:
        """Return the name."""
        return self.name


def both(kind: Callable[[type], type]) -> Any:
    """Return the same class, made by a decorator."""

    @kind
    class Thing:
        """A thing with a field of every sort."""

        sort: ClassVar[str] = "thing"
        a: int
        b: str = "b"
        c: list[int] = field(default_factory=list, metadata={"about": "c"})
        hidden: str = field(default="secret", repr=False)
        aside: str = field(default="", compare=False)

        @property
        def total(self) -> int:
            """The sum."""
            return self.a + sum(self.c)

    return Thing


OURS, THEIRS = both(record), both(library)
values = st.fixed_dictionaries(
    {"a": st.integers(-2, 2)},
    optional={
        "b": st.sampled_from(("", "b")),
        "c": st.lists(st.integers(0, 1), max_size=2),
        "hidden": st.sampled_from(("", "x")),
        "aside": st.sampled_from(("", "x")),
    },
)


@given(values, values)
def test_a_record_does_what_a_dataclass_does(one: dict[str, Any], two: dict[str, Any]) -> None:
    """Both show, compare, take apart and replace the same."""
    ours, theirs = (OURS(**one), OURS(**two)), (THEIRS(**one), THEIRS(**two))
    assert repr(ours[0]) == repr(theirs[0])
    assert (ours[0] == ours[1]) is (theirs[0] == theirs[1])
    assert asdict(ours[0]) == asdict(theirs[0])
    assert astuple(ours[0]) == astuple(theirs[0])
    assert asdict(replace(ours[0], **two)) == asdict(replace(theirs[0], **two))
    assert ours[0].total == theirs[0].total
    assert "secret" not in repr(ours[0])


def test_a_record_is_told_from_outside_as_a_dataclass() -> None:
    """Libraries that look for dataclasses find the same fields, kinds and parameters."""
    assert is_dataclass(OURS)
    told = [[(f.name, f.type, f.default, f.kw_only, dict(f.metadata)) for f in fields(kind)] for kind in (OURS, THEIRS)]
    assert told[0] == told[1]
    assert repr(OURS.__dataclass_params__) == repr(THEIRS.__dataclass_params__)
    assert OURS.__slots__ == THEIRS.__slots__
    assert OURS.__match_args__ == THEIRS.__match_args__
    assert (OURS.__doc__, OURS.__qualname__, OURS.__module__) == (
        THEIRS.__doc__,
        THEIRS.__qualname__,
        THEIRS.__module__,
    )


@pytest.mark.parametrize("kind", [OURS, THEIRS])
def test_nothing_of_an_instance_can_be_changed(kind: Any) -> None:
    """No field is set, deleted or added, and there is no dictionary behind it."""
    one = kind(a=1)
    with pytest.raises(FrozenInstanceError):
        one.a = 2
    with pytest.raises(FrozenInstanceError):
        del one.a
    with pytest.raises((FrozenInstanceError, TypeError)):  # the library stumbles over a name that is no field
        one.other = 1
    assert not hasattr(one, "__dict__")


@pytest.mark.parametrize("given", [{}, {"a": 1, "other": 2}])
def test_what_does_not_fit_is_refused_in_the_same_words(given: dict[str, int]) -> None:
    """Missing and unknown fields are named, at the first instance and at later ones."""
    for kind in (both(record), OURS, THEIRS):
        with pytest.raises(TypeError, match=r"Thing\.__init__\(\) (missing 1 required keyword|got an unexpected)"):
            kind(**given)
    with pytest.raises(TypeError):
        both(record)(1)


def test_records_inherit() -> None:
    """A record has the fields of those it is made from, and instances of different ones differ."""
    place = Place(x=1, name="there")
    assert repr(place) == "Place(x=1, y=0, tags=(), name='there')"
    assert place.say() == "there"
    assert Place.__slots__ == ("name",)
    assert Point(x=1) != place
    assert Point(x=1) == Point(x=1)
    assert len({Point(x=1), Point(x=1), Point(x=2)}) == 2


def test_a_class_without_the_decorator_is_made_as_its_base() -> None:
    """The first instance may be one of a plain subclass."""

    @record
    class Base:
        """A record that has no instance yet."""

        a: int

    class Plain(Base):
        """Not a record of its own."""

    assert Plain(a=1).a == Base(a=1).a == 1


def test_a_record_may_keep_a_protocol_and_have_no_field() -> None:
    """What has nothing to tell apart is equal."""

    @record
    class Nothing(Spoken):
        """A record without fields."""

        def say(self) -> str:
            """Return nothing."""
            return ""

    assert Nothing() == Nothing()
    assert repr(Nothing()).endswith("Nothing()")
    assert hash(Nothing()) == hash(Nothing())


def test_a_record_can_be_copied_and_pickled() -> None:
    """Copies are equal, however they are made."""
    place = Place(x=1, tags=("a",))
    for other in (copy.copy(place), copy.deepcopy(place), pickle.loads(pickle.dumps(place))):
        assert other == place
        assert type(other) is Place


def test_what_a_record_cannot_be_is_refused_where_it_is_defined() -> None:
    """A shared value that can be changed and a field that is not given are mistakes of the program."""
    with pytest.raises(TypeError, match="use a factory"):

        @record
        class Shared:
            """Has a list of all instances."""

            a: list[int] = []  # noqa: RUF012 - the mistake

    with pytest.raises(TypeError, match="what a record is made of is given"):

        @record
        class Made:
            """Has a field of its own making."""

            a: int = field(default=0, init=False)
