"""The rules for pushes as they are judged here: the shape of the hooks' baked rules.

No value and no default stands here; those are the configuration model's.
"""

from typing import Protocol

from release_tools.domain.messages.rules import CommitRules


class PushRules(CommitRules, Protocol):
    """What a push is held to; the attributes mean what the configuration's keys of these names mean."""

    config: str
    main: str
    develop: str | None
    direct: tuple[str, ...]
    protected: tuple[str, ...]
    patterns: tuple[tuple[str, str], ...]
    tag_prefix: str
    moving_tags: tuple[str, ...]
