"""Limits: what a value must satisfy besides its type, written beside the type and understood by the judge.

Nothing is checked here and no library is imported: a limit is a note that costs nothing until a value is judged.
"""

from collections.abc import Callable
from typing import Annotated, Any


class Limits:
    """Limits under the names of pydantic's core schema; the method is how pydantic asks for them."""

    __slots__ = ("limits",)

    def __init__(self, **limits: bool | float) -> None:
        self.limits = limits

    def __get_pydantic_core_schema__(self, source: Any, schema: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        return {**schema(source), **self.limits}


Name = Annotated[str, Limits(min_length=1, strip_whitespace=True)]
Count = Annotated[int, Limits(gt=0)]
Seconds = Annotated[float, Limits(gt=0)]
AtLeastOne = Limits(min_length=1)


def about(meaning: str) -> dict[str, str]:
    """Return the metadata of a key that says what it means, under the name that pydantic gives it."""
    return {"description": meaning}
