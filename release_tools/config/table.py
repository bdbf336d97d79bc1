"""A configuration table is a frozen dataclass whose unknown keys are refused, as pydantic reads its attribute.

Which tables there are stands in `config.model` and in the modules that it takes them from.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, get_args

from release_tools.record import record


@record
class Table:
    """A configuration table; unknown keys are refused, which is how pydantic reads the attribute."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = {"extra": "forbid"}


def tables_in(annotation: Any) -> Iterator[type[Table]]:
    """Yield the tables that the type of a key names, at any depth of it."""
    if isinstance(annotation, type) and issubclass(annotation, Table):
        yield annotation
    for argument in get_args(annotation):
        yield from tables_in(argument)
