"""The canonical listing of an archive's members, made alike while it is packed, read and unpacked.

How a member gets into an archive or out of it is not known here.
"""

import hashlib

from release_tools.domain.deploy.archive import Member, render_member

XATTR = "SCHILY.xattr."
"""How tar calls an extended attribute in a member's header."""


class Listing:
    """The canonical listing of an archive's members, of which only number and hash are kept."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.members = 0

    def add(self, member: Member) -> None:
        """Append a member."""
        self._digest.update(render_member(member))
        self.members += 1

    @property
    def sha256(self) -> str:
        """Return the hash of all lines."""
        return self._digest.hexdigest()
