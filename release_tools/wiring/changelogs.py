"""What `changelog` and `notes` work with: the history here, the configuration, files and the template engine.

Everything is built when it is needed; the history is read without GitPython, which takes longer to load than to ask.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from release_tools.release.flows.chronicle import Chronicle


def chronicle(repo: Path, config: Path | None) -> tuple["Chronicle", Path]:
    """Return the chronicle of the repository around `repo`, and the top of its work tree."""
    from dataclasses import replace

    from release_tools.adapters.git_history import find_history
    from release_tools.config.load import load_config
    from release_tools.release.flows.chronicle import open_chronicle

    history = find_history(repo)
    loaded = load_config(history.top, config)
    return open_chronicle(replace(history, timeout=loaded.git.read_timeout), loaded), history.top


def load_text(path: Path) -> str:
    """Return a file's text."""
    from release_tools.adapters.text_file import load_text

    return load_text(path)


def replace_text(path: Path, text: str) -> None:
    """Replace a file as a whole."""
    from release_tools.adapters.text_file import replace_text

    replace_text(path, text)


def render_template(path: Path, context: Mapping[str, Any]) -> str:
    """Render the template in a file."""
    from release_tools.adapters.template_engine import render_template

    return render_template(load_text(path), context, name=str(path))
