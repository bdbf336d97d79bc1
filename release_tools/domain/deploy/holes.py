"""Holes in a declared command: `{release}`, `{home}`, `{port}`, `{python}`, and what they stand for on a host.

No other brace means anything.
"""

import re
from collections.abc import Mapping, Sequence

HOLE = re.compile(r"\{(release|home|port|python)\}")


def fill_holes(words: Sequence[str], values: Mapping[str, str]) -> tuple[str, ...]:
    """Return a command whose holes are filled once; a hole without a value stays as it is written."""
    return tuple(HOLE.sub(lambda hole: values.get(hole[1], hole[0]), word) for word in words)
