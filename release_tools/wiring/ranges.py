"""What `check-commit --range` works with: the rules and the recorded messages of a repository, without GitPython.

Everything is built when it is needed.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release_tools.config.hooks import HookRules
    from release_tools.domain.messages.census import Recorded


def recorded_range(repo: Path, config: Path | None, span: str) -> "tuple[HookRules, Iterator[Recorded]]":
    """Return the rules for messages at `repo`, and the messages that git recorded in a range."""
    from release_tools.adapters.commit_messages import stream_messages
    from release_tools.adapters.git_history import find_history
    from release_tools.config.bake import hook_rules
    from release_tools.config.load import config_path, load_config

    top = find_history(repo).top
    loaded = load_config(top, config)
    source = config or config_path(top)
    rules = hook_rules(loaded, name=source.name if source else "")
    return rules, stream_messages(top, span, timeout=loaded.git.read_timeout)
