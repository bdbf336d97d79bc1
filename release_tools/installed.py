"""The installed distribution: which version of release-tools this is.

No version is written down in the code; nothing else about the installation is known here.
"""

import os
import sys

BEFORE, AFTER = "release_tools-", ".dist-info"


def installed_version() -> str:
    """Return the version of the installed distribution; PackageNotFoundError when there is none."""
    for directory in sys.path:
        if found := _version_in(directory):
            return found
    from importlib.metadata import version

    return version("release-tools")


def _version_in(directory: str) -> str | None:
    # The directory's name tells. The standard module parses its content as an e-mail, and importing that parser costs
    # more than all commands together spend on their own modules.
    try:
        names = os.listdir(directory or os.curdir)  # noqa: PTH208 - pathlib is not loaded yet
    except OSError:
        return None
    named = (name for name in names if name.startswith(BEFORE) and name.endswith(AFTER))
    return next((name.removeprefix(BEFORE).removesuffix(AFTER) for name in named), None)
