"""The near miss of `BREAKING CHANGE:`: a line whose author surely meant that footer and did not write it.

Only lines are judged here; what a real footer is stands in the grammar.
"""

from release_tools.domain.spelling import distance

_MEANT = ("breakingchange", "breakingchanges")
_DECORATION = " \t*-_#>"
_LONGEST = 40


def is_near_miss(line: str) -> bool:
    """Tell whether the line begins with something like `BREAKING CHANGE` and a colon or a number sign."""
    head = line[:_LONGEST].lstrip(_DECORATION).casefold()
    ends = [at for at in (head.find(":"), head.find("#")) if at >= 0]
    if not ends:
        return False
    token = head[: min(ends)]
    if "breaking" not in token and not token.endswith(("change", "changes")):
        return False
    letters = "".join(filter(str.isalpha, token))
    return letters == "breaking" or any(distance(letters, meant) <= 2 for meant in _MEANT)


def is_empty_footer(line: str) -> bool:
    """Tell whether the line is the breaking footer itself, with nothing after its colon."""
    return line.rstrip() in ("BREAKING CHANGE:", "BREAKING-CHANGE:")
