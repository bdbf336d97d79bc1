"""A record is a frozen dataclass with slots and keywords only, made in a tenth of the time that the library takes.

The standard library compiles six methods for each class when it is defined, needed or not; a command that defines a
hundred classes would spend more time on that than on its work. Here one method is compiled, when the first instance is
made; the others are shared. `fields`, `replace` and `asdict` of `dataclasses` take records as they take dataclasses.
"""

from collections.abc import Callable, Iterator
from dataclasses import _FIELD, MISSING, Field, FrozenInstanceError, dataclass, field  # type: ignore[attr-defined]
from operator import attrgetter
from typing import Any, ClassVar, NoReturn, TypeVar, dataclass_transform

FIELDS = "__dataclass_fields__"

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """Return the class as a record: its annotations are its fields; `TypeError` for what a record cannot be.

    A field may have a value or `dataclasses.field` with anything but `init` and `hash`. As with `slots=True` of
    dataclasses, it is a new class, so its methods cannot call `super()` without arguments.
    """
    inherited: dict[str, Field[Any]] = {}
    for base in reversed(cls.__mro__[1:]):
        inherited.update(base.__dict__.get(FIELDS, {}))
    own = {found.name: found for found in _own_fields(cls)}
    known = inherited | own
    members = {name: value for name, value in vars(cls).items() if name not in own and name not in _GIVEN_UP}
    members |= {name: value for name, value in _SHARED.items() if name not in members}
    members |= {
        FIELDS: known,
        "__slots__": tuple(name for name in own if name not in inherited),
        "__init__": _first_init,
        "__match_args__": (),
        "_record_key": staticmethod(_key(tuple(name for name, one in known.items() if one.compare))),
    }
    make: Any = type(cls)  # a protocol's class, for one, has a type of its own
    made: type[T] = make(cls.__name__, cls.__bases__, members)
    made.__qualname__ = cls.__qualname__
    return made


def _own_fields(cls: type) -> Iterator[Field[Any]]:
    for name, kind in cls.__annotations__.items():
        if kind is ClassVar or getattr(kind, "__origin__", None) is ClassVar:
            continue
        given = cls.__dict__.get(name, MISSING)
        found: Field[Any] = given if isinstance(given, Field) else field(default=given)
        if found.default.__class__.__hash__ is None:
            raise TypeError(f"{cls.__name__}.{name}: a value that can be changed would be shared; use a factory.")
        if not found.init or found.hash is not None:
            raise TypeError(
                f"{cls.__name__}.{name}: what a record is made of is given to it, and hashed as it compares."
            )
        found.name, found.type, found.kw_only, found._field_type = name, kind, True, _FIELD  # type: ignore[attr-defined]
        yield found


def _key(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what gives the values of an instance."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda instance: tuple(getattr(instance, name) for name in names)


def _first_init(self: Any, /, **values: Any) -> None:
    """Compile the `__init__` of the class that defined the fields, and call it."""
    cls: Any = next(cls for cls in type(self).__mro__ if cls.__dict__.get("__init__") is _first_init)
    cls.__init__ = _compile_init(cls)
    cls.__init__(self, **values)


def _compile_init(cls: Any) -> Callable[..., None]:
    known: dict[str, Field[Any]] = getattr(cls, FIELDS)
    place: dict[str, Any] = {"absent": MISSING}
    words, lines = [], []
    for name, one in known.items():
        place[f"set_{name}"] = getattr(cls, name).__set__
        value = name
        if one.default_factory is not MISSING:
            place[f"make_{name}"] = one.default_factory
            value = f"make_{name}() if {name} is absent else {name}"
            words.append(f"{name}=absent")
        elif one.default is not MISSING:
            place[f"default_{name}"] = one.default
            words.append(f"{name}=default_{name}")
        else:
            words.append(name)
        lines.append(f" set_{name}(self, {value})")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    head = f"def __init__(self{', *, ' if words else ''}{', '.join(words)}):"
    exec("\n".join((head, *(lines or [" pass"]))), place)  # the names of fields, as the library does
    init: Callable[..., None] = place["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _repr(self: Any) -> str:
    known: dict[str, Field[Any]] = getattr(type(self), FIELDS)
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name, one in known.items() if one.repr)
    return f"{type(self).__qualname__}({values})"


def _eq(self: Any, other: Any) -> Any:
    return self._record_key(self) == other._record_key(other) if type(self) is type(other) else NotImplemented


def _hash(self: Any) -> int:
    return hash(self._record_key(self))


def _refuse_set(self: Any, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_delete(self: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> tuple[Any, ...]:
    return tuple(getattr(self, name) for name in getattr(type(self), FIELDS))


def _setstate(self: Any, state: tuple[Any, ...]) -> None:
    for name, value in zip(getattr(type(self), FIELDS), state, strict=True):
        object.__setattr__(self, name, value)


class _Parameters:
    """What `dataclasses` keeps of a decorator's words, for libraries that look for it: made when one does."""

    def __get__(self, instance: object, owner: type) -> object:
        return _specimen().__dataclass_params__  # type: ignore[attr-defined]


def _specimen() -> type:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Specimen:
        """Has what each record would have."""

    return Specimen


_GIVEN_UP = frozenset(("__dict__", "__weakref__"))
_SHARED = {
    "__repr__": _repr,
    "__eq__": _eq,
    "__hash__": _hash,
    "__setattr__": _refuse_set,
    "__delattr__": _refuse_delete,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
    "__dataclass_params__": _Parameters(),
}
