"""Programs that a test needs beside Python and git: the one place that says when one is missing.

By hand such a test is skipped; in CI nothing is (`conftest`), because `.ci/run machine` installs them.
"""

import shutil
import sys
from pathlib import Path

import pytest


def needed(program: str) -> str:
    """Return where a program of the machine is; skip the test where there is none."""
    return shutil.which(program) or pytest.skip(f"{program} is not installed")


def needed_beside_python(program: str) -> Path:
    """Return where a program of our own environment is; skip the test where there is none."""
    return Path(needed(str(Path(sys.executable).with_name(program))))
