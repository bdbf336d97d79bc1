"""The staging gate: an upgrade is finished only after its very version ran on staging, or with a reason on record.

Where staging keeps its records is the deploy pipeline's business; here they are compared with what is to be finished.
"""

from release_tools.config.model import Config, FlowKind
from release_tools.domain.version import Version
from release_tools.release.guards import Problem, Problems


def guard_gate(
    row: FlowKind, version: Version, kind: str, *, without: str, staged: str | None = None, content: str = ""
) -> Problems:
    """Return a problem when the row asks for a staging record and there is neither one nor a reason to go `without`.

    `staged` is the tree that staging committed as the version, `content` that of the branch; None: there is no record.
    """
    if row.gate != "staging" or without.strip() or (staged and staged == content):
        return ()
    none = f"There is no record that {version} ran on staging"
    other = f"The record of {version} on staging is one of another content than the branch has now"
    return (
        Problem(
            failed=f"{other if staged else none}, and {kind} branches are merged only with one.",
            todo=f'Type `release-tools finish-{kind} {version} --without-staging "REASON"`; the tag records why.',
        ),
    )


def tag_message(config: Config, version: Version, *, without_staging: str = "") -> str:
    """Return the message of a version's tag; a reason to go without staging stands in it as a trailer."""
    words = " ".join(without_staging.split())
    trailer = f"\nWithout-Staging: {words}\n" if words else ""
    return f"{config.release.tag_message.format(version=version)}\n{trailer}"
