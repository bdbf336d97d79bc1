"""Version files agree when every place names the same version, in whatever spelling.

Nothing is read or written here; found places come in, the version or the disagreement comes out.
"""

from collections.abc import Iterable, Sequence

from release_tools.domain.version import Version
from release_tools.domain.version_files.found import FoundVersion
from release_tools.domain.version_files.pep440 import parse_any


def agreed_text(found: Iterable[FoundVersion]) -> str | None:
    """Return the version that all places name; None when there is no place, or no agreement."""
    texts = {place.text for place in found}
    return texts.pop() if len(texts) == 1 else None


def lint_agreement(found: Sequence[FoundVersion], *, expected: str | None = None) -> tuple[str, ...]:
    """Return one line for each place when places disagree, or those that name another version than the expected one."""
    if expected is not None:
        return tuple(
            f"{place.place}: names {place.written}, expected {expected}" for place in found if place.text != expected
        )
    if len({place.text for place in found}) < 2:
        return ()
    return tuple(f"{place.place}: names {place.written}; all places must name one version" for place in found)


def lint_age(found: Sequence[FoundVersion], tag: str, tagged: Version) -> tuple[str, ...]:
    """Return one line for each place that names an older version than the latest tag in its history."""
    named = ((place, parse_any(place.text)) for place in found)
    return tuple(
        f"{place.place}: names {place.written}, but {tag} is tagged"
        for place, version in named
        if version is not None and version < tagged
    )
