"""The world that release steps act on: one reader and one writer of git, and this worktree's top directory.

A step gets everything else from its own fields.
"""

from dataclasses import dataclass
from pathlib import Path

from release_tools.ports import GitReader, GitWriter


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What steps may ask and change; `reader` sees the repository only, never a draft."""

    reader: GitReader
    writer: GitWriter
    top: Path
