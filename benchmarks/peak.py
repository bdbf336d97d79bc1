"""One run of a command, for what rounds would not tell: its peak memory, and a time that may be very long.

Comparisons are made from `paired` rounds.
"""

import subprocess
import sys
import time

from benchmarks.paired import Command, clean_environment

PATIENCE = 300
"""Seconds after which a slow peer is given up; the table says so."""

KIBIBYTES = 1 if sys.platform == "darwin" else 1024
"""What the kernel counts resident memory in."""


WATCH = """\
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""A small process stands between us and the command: the kernel counts the memory of whoever starts a program, too."""


def peak_bytes(command: Command) -> int:
    """Return the largest resident memory of a command, or of a program that it starts, in bytes."""
    watch = (sys.executable, "-I", "-S", "-c", WATCH, *command.argv)
    environment = clean_environment() | dict(command.env)
    told = subprocess.run(watch, cwd=command.cwd, env=environment, check=True, capture_output=True, timeout=PATIENCE)
    code, peak = map(int, told.stdout.split())
    if code not in command.codes:
        raise SystemExit(f"benchmarks: error: {' '.join(command.argv)} ended with {code}")
    return peak * KIBIBYTES


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
