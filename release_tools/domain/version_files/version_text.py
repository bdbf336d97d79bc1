"""A version in running text is three numbers, and the pre-release or build part that clearly belongs to them.

`1.2.3-rc.1` is all version, and so is Python's `1.2.3rc1`; of `1.2.3-alpine3.19` or `1.2.3-linux.tar.gz` the part after
the numbers names a variant and stays as it stands. Deciding where to look for a version is not done here.
"""

_NUMBER = r"(?:0|[1-9][0-9]*+)"
_LABEL = r"(?:(?:alpha|beta|rc|pre|preview|dev)(?:[.-]?[0-9]++)*+|[a-zA-Z]++\.[0-9]++)(?![0-9A-Za-z])"
_PEP_440 = r"(?:(?:a|b|rc)[0-9]++)?(?:\.post[0-9]++)?(?:\.dev[0-9]++)?(?![0-9A-Za-z])"
_BUILD = r"[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*+"
VERSION_TEXT = rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?!\.?[0-9])(?:-{_LABEL}|{_PEP_440})?(?:\+{_BUILD})?"
"""A regular expression, for text and (encoded) for bytes; it never matches a part of `1.2.3.4` or of `1.2.30`."""
NOT_INSIDE_A_NUMBER = r"(?<![0-9])(?<![0-9]\.)"
