"""A selector is how a configuration says which changes stand under a heading: by type, by scope, or by a footer.

Written `fix`, `fix(deps)`, `*(security)` or `Deprecated:`; which entries it takes is found in `changelog.selectors`.
"""

import re

ANY_TYPE = "*"
_SELECTOR = re.compile(r"(?P<type>\*|[^\s():*]+)(?:\((?P<scope>[^()]+)\))?|(?P<token>[A-Za-z][A-Za-z0-9-]*):")


def parse_selector(text: str) -> str | None:
    """Return the type that a selector names, empty where it is by a footer or takes all; None for no selector."""
    found = _SELECTOR.fullmatch(text)
    if found is None or text == ANY_TYPE:
        return None
    return "" if found["token"] or found["type"] == ANY_TYPE else found["type"]
