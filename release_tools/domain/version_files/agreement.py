"""Version files agree when every place names the same version.

Nothing is read or written here; found places come in, the version or the disagreement comes out.
"""

from collections.abc import Iterable, Sequence

from release_tools.domain.version_files.found import FoundVersion


def agreed_text(found: Iterable[FoundVersion]) -> str | None:
    """Return the version that all places name; None when there is no place, or no agreement."""
    texts = {place.text for place in found}
    return texts.pop() if len(texts) == 1 else None


def lint_agreement(found: Sequence[FoundVersion], *, expected: str | None = None) -> tuple[str, ...]:
    """Return one line for each place when places disagree, or those that name another version than the expected one."""
    if expected is not None:
        return tuple(
            f"{place.path}:{place.line}: names {place.text}, expected {expected}"
            for place in found
            if place.text != expected
        )
    if len({place.text for place in found}) < 2:
        return ()
    return tuple(f"{place.path}:{place.line}: names {place.text}; all places must name one version" for place in found)
