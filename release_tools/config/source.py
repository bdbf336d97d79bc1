"""Where the configuration stands: which file, and the raw table in it.

What the keys mean is the model's business; only the file, its encoding and its TOML are judged here.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from release_tools.errors import ConfigError

OWN_FILE, SHARED_FILE = "release-tools.toml", "pyproject.toml"
TOOL = "release-tools"
Raw = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The raw configuration, the file it came from, and the table in that file that holds it."""

    path: Path
    table: str
    raw: Raw

    def spell(self, path: str) -> str:
        """Return the dotted path of a key as it stands in the file."""
        return ".".join(part for part in (self.table, path) if part)


def find_source(top: Path) -> Source | None:
    """Return the configuration of the work tree at `top`, None when there is none; two of them are an error."""
    own, shared = top / OWN_FILE, top / SHARED_FILE
    in_shared = _load_shared(shared) if shared.is_file() else None
    if not own.is_file():
        return in_shared
    if in_shared is not None:
        raise ConfigError(
            f"There are two configurations: {own} and [{in_shared.table}] in {shared}.",
            state="Neither is used.",
            todo="Move all settings into one of them and delete the other.",
        )
    return Source(path=own, table="", raw=_load_toml(own))


def load_source(path: Path) -> Source:
    """Return the configuration in a file that was named explicitly."""
    if path.name != SHARED_FILE:
        return Source(path=path, table="", raw=_load_toml(path))
    source = _load_shared(path)
    if source is None:
        raise ConfigError(
            f"{path} has no table [tool.{TOOL}].",
            state="Nothing was changed.",
            todo=f"Add the table, or name another file with --config (a {OWN_FILE}, for example).",
        )
    return source


def _load_shared(path: Path) -> Source | None:
    if TOOL not in _read(path):
        return None
    raw = _load_toml(path).get("tool", {})
    table = raw.get(TOOL) if isinstance(raw, dict) else None
    return Source(path=path, table=f"tool.{TOOL}", raw=table) if isinstance(table, dict) else None


def _load_toml(path: Path) -> Raw:
    try:
        return tomllib.loads(_read(path))
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(path, f"it is not TOML: {error}") from error


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, str(error.strerror)) from error
    try:
        return data.decode("utf-8-sig")  # editors on Windows put a mark in front
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise _unreadable(path, f"it is not UTF-8 (at line {line}, byte {column})") from error


def _unreadable(path: Path, why: str) -> ConfigError:
    return ConfigError(
        f"{path} cannot be read: {why}.", state="Nothing was changed.", todo=f"Mend {path.name} and repeat the command."
    )
