"""The two files through which a step talks to the GitHub workflow around it: its outputs and its summary.

A file that cannot be written never fails a command: the writer returns a complaint, and the caller prints it.
"""

import os
from collections.abc import Mapping
from pathlib import Path


def write_outputs(values: Mapping[str, str]) -> str:
    """Append `values` to the file that GITHUB_OUTPUT names; return a complaint, or nothing."""
    return _append("GITHUB_OUTPUT", "".join(_render_output(name, value) for name, value in values.items()))


def write_summary(markdown: str) -> str:
    """Append `markdown` to the file that GITHUB_STEP_SUMMARY names; return a complaint, or nothing."""
    return _append("GITHUB_STEP_SUMMARY", f"{markdown.rstrip()}\n" if markdown else "")


def _render_output(name: str, value: str) -> str:
    # A delimiter nobody can guess: a value of many lines (a commit message) cannot end itself and set other outputs.
    delimiter = f"end-{os.urandom(16).hex()}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _append(variable: str, text: str) -> str:
    path = os.environ.get(variable)
    if not path or not text:
        return ""
    try:
        with Path(path).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        return f"{variable} was not written: {error.strerror} ({path})"
    return ""
