"""Rights are what the holder of a token may do in one repository, as far as the forge tells.

Which of them a command needs is judged where the command is.
"""

from enum import Enum

from release_tools.record import record


class Right(Enum):
    """One thing that a token may be good for, with the words for a person."""

    READ = "read the repository"
    PUSH = "push branches and tags, merge pull requests, publish releases"
    MAINTAIN = "manage the repository without its dangerous settings"
    ADMINISTER = "change protections and settings"


@record
class Rights:
    """Who a token is and what it may do."""

    who: str
    """The login, empty where the token belongs to no person."""
    may: tuple[Right, ...]
    scopes: tuple[str, ...] = ()
    """What the token itself is limited to, where the forge tells."""
    expires: str = ""
    methods: tuple[str, ...] = ()
    """The ways of merging that the repository allows."""
