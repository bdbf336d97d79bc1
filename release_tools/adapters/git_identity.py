"""Who makes a commit or a tag, as git reads it from its environment.

Where identities come from is not known here.
"""

from release_tools.domain.refs import Signature

NOBODY = Signature(name="release-tools", email="release-tools@localhost", epoch=0, offset="+0000")
"""Who makes the commits that are no person's work."""


def identity(role: str, who: Signature) -> dict[str, str]:
    """Return the variables that make somebody the `AUTHOR` or `COMMITTER`."""
    return {f"GIT_{role}_NAME": who.name, f"GIT_{role}_EMAIL": who.email, f"GIT_{role}_DATE": f"@{who.stamp}"}
