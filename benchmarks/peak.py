"""One run of a command, for what rounds would not tell: its peak memory, and a time that may be very long.

Comparisons are made from `paired` rounds.
"""

import os
import subprocess
import sys
import time

from benchmarks.paired import Command, clean_environment

PATIENCE = 300
"""Seconds after which a slow peer is given up; the table says so."""

KIBIBYTES = 1 if sys.platform == "darwin" else 1024
"""What the kernel counts resident memory in."""


def peak_bytes(command: Command) -> int:
    """Return the largest resident memory of a command in bytes, that of programs it starts left out."""
    process = _start(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in command.codes:
        raise SystemExit(f"benchmarks: error: {' '.join(command.argv)} ended with {process.returncode}")
    return usage.ru_maxrss * KIBIBYTES


def time_capped(command: Command) -> float | None:
    """Return the wall time of a command in seconds, None when patience ends; infinity when the command fails."""
    begun = time.perf_counter()
    process = _start(command)
    try:
        code = process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None
    return time.perf_counter() - begun if code in command.codes else float("inf")


def _start(command: Command) -> "subprocess.Popen[bytes]":
    silent = subprocess.DEVNULL
    environment = clean_environment() | dict(command.env)
    return subprocess.Popen(command.argv, cwd=command.cwd, env=environment, stdin=silent, stdout=silent, stderr=silent)
