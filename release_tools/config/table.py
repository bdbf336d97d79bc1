"""A table is a group of keys in the configuration; the model is made of tables.

Which tables there are, and what their keys mean, stands in `model`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, get_args


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A configuration table; unknown keys are refused, which is how pydantic reads the attribute."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = {"extra": "forbid"}


def tables_in(annotation: Any) -> Iterator[type[Table]]:
    """Yield the tables that the type of a key names, at any depth of it."""
    if isinstance(annotation, type) and issubclass(annotation, Table):
        yield annotation
    for argument in get_args(annotation):
        yield from tables_in(argument)
