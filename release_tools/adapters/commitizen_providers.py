"""Commitizen's version providers, its own and those that plug-ins bring, asked for the version and nothing else.

A provider reads the directory that it runs in and may be anybody's code: it runs in a process of its own, with a
deadline, and is never asked to write.
"""

import json
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

from release_tools.domain.version_files.source import Unlocatable

SECONDS = 60.0
"""How long a provider may take; those that ask git in a large repository are the slow ones."""


def ask_provider(provider: str, directory: Path, *, seconds: float = SECONDS) -> str:
    """Return the version that a provider tells in a directory; raise Unlocatable when it tells none."""
    command = (sys.executable, "-P", "-m", __name__, provider)
    name = f"commitizen's provider `{provider}`"
    try:
        done = subprocess.run(
            command, cwd=directory, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=seconds
        )
    except OSError as error:
        raise Unlocatable(f"{name} cannot be asked in {directory} ({error.strerror})") from error
    except subprocess.TimeoutExpired as error:
        raise Unlocatable(f"{name} did not answer within {seconds:.0f} s") from error
    try:
        answer = json.loads(done.stdout)
        version, failed = answer["version"], answer["failed"]
    except (ValueError, KeyError, TypeError) as error:
        raise Unlocatable(f"{name} ended with exit code {done.returncode} and no answer") from error
    if failed:
        raise Unlocatable(f"{name} tells no version: {failed}")
    return str(version)


def _answer(provider: str) -> dict[str, str]:
    """Ask in this process; whatever a provider raises is its answer."""
    from commitizen.config import read_cfg
    from commitizen.providers import get_provider

    try:
        with redirect_stdout(sys.stderr):
            config = read_cfg()
            config.settings["version_provider"] = provider
            return {"version": get_provider(config).get_version(), "failed": ""}
    except Exception as error:  # noqa: BLE001
        return {"version": "", "failed": f"{type(error).__name__}: {error}".rstrip(": ")}


if __name__ == "__main__":
    json.dump(_answer(sys.argv[1]), sys.stdout)
