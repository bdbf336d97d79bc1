"""The rules for commit messages as the checker sees them: the shape of the hooks' baked rules.

No value and no default stands here; those are the configuration model's.
"""

from typing import Protocol


class CommitRules(Protocol):
    """What a message is held to; the attributes mean what the keys of `[tool.release-tools.commits]` mean."""

    rules: str
    types: tuple[str, ...]
    scopes: tuple[str, ...]
    scope_required: tuple[str, ...]
    issue_required: tuple[str, ...]
    issue_pattern: str
    header_max: int
    header_max_level: str
    body_line_max: int | None
    merge: str
    revert: str
    fixup: str
