"""Instruction counts: what a command costs when the machine's load and clock play no part, by valgrind's callgrind.

A count is of the one process that is named; what it starts is not counted.
"""

import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.paired import Command, time_once

TOTAL = re.compile(r"^(?:summary|totals): (\d+)$", re.MULTILINE)


def count_instructions(commands: dict[str, Command]) -> dict[str, int]:
    """Return the instructions that each command takes; nothing when there is no valgrind."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        return {}
    return {name: _count(valgrind, name, command) for name, command in commands.items()}


def _count(valgrind: str, name: str, command: Command) -> int:
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as scratch:
        profile = Path(scratch) / "profile"
        wrapped = (valgrind, "--quiet", "--tool=callgrind", f"--callgrind-out-file={profile}", *command.argv)
        time_once(f"{name} under valgrind", replace(command, argv=wrapped))
        found = TOTAL.search(profile.read_text(encoding="utf-8", errors="replace"))
    if found is None:
        raise SystemExit(f"benchmarks: error: valgrind wrote no total for {name}. Nothing was written.")
    return int(found[1])
