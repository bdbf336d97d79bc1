"""PEP 440 is how Python packages spell a version: `1.2.0rc1` is what SemVer calls `1.2.0-rc.1`; finals are alike.

Only what can be read back as the same version is spelled; files and the choice of a spelling are not known here.
"""

import re
from typing import Literal

from release_tools.domain.version import Version, parse_tag

Spelling = Literal["semver", "pep440"]

_SHORT = {"alpha": "a", "beta": "b", "rc": "rc", "dev": ".dev"}
_LABELS = {"alpha": "alpha", "a": "alpha", "beta": "beta", "b": "beta", "preview": "rc", "pre": "rc", "rc": "rc"}
_LABELS |= {"c": "rc", "dev": "dev"}
_LOOSE = re.compile(
    rf"(?P<core>\d+\.\d+\.\d+)[-_.]?(?P<label>{'|'.join(_LABELS)})(?:[-_.]?(?P<number>\d+))?"
    r"(?P<local>\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?",
    re.ASCII,
)
_PRERELEASE = re.compile(rf"({'|'.join(_SHORT)})\.(0|[1-9][0-9]*)")
_LOCAL = re.compile(r"[a-z0-9]+(?:\.[a-z0-9]+)*")


def render_pep440(version: Version) -> str | None:
    """Render a version as a Python package has it; None when it could not be read back as the same version."""
    prerelease = _PRERELEASE.fullmatch(version.prerelease)
    if (version.prerelease and prerelease is None) or (version.build and not _LOCAL.fullmatch(version.build)):
        return None
    label = f"{_SHORT[prerelease[1]]}{prerelease[2]}" if prerelease else ""
    return f"{version.final}{label}{f'+{version.build}' if version.build else ''}"


def parse_any(text: str) -> Version | None:
    """Parse a version in the spelling of SemVer or of PEP 440; None for one that SemVer has no word for."""
    version = parse_tag(text, "")
    if version is not None:
        return version
    match = _LOOSE.fullmatch(text.lower())
    if match is None:
        return None
    label = f"{_LABELS[match['label']]}.{(match['number'] or '').lstrip('0') or '0'}"
    return parse_tag(f"{match['core']}-{label}{re.sub('[-_]', '.', match['local'] or '')}", "")


def spell(version: Version, spelling: Spelling) -> str | None:
    """Spell a version; None when the spelling has no word for it."""
    return str(version) if spelling == "semver" else render_pep440(version)
