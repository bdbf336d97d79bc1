"""A claim says who starts the deploy of a version to an environment; it is the message of a commit that one ref names.

How a claim is won stands in `release.claiming`.
"""

import re

from release_tools.record import record

CLAIMS = "refs/release-tools/deploys/"
"""Neither branches nor tags: nobody fetches them by default, and no protection is about them."""
_LINE = re.compile(r"^(Version|Mark|Run): (.+)$", re.MULTILINE)
_ODD = re.compile(r"[^A-Za-z0-9_-]")


@record
class Claim:
    """What stands in a claim."""

    version: str
    mark: str
    """The mark of the deploy that is started."""
    holder: str
    """The run that starts it."""


def claim_ref(environment: str) -> str:
    """Return the ref that holds the newest claim on an environment, whatever its name is made of."""
    return CLAIMS + _ODD.sub(lambda found: f"%{ord(found[0]):x}", environment)


def render_claim(claim: Claim) -> str:
    """Return the message of a claim."""
    return f"claim the deploy of {claim.version}\n\nVersion: {claim.version}\nMark: {claim.mark}\nRun: {claim.holder}\n"


def parse_claim(message: str) -> Claim | None:
    """Return the claim in a message, None where it is none of ours."""
    told = dict(_LINE.findall(message))
    if told.keys() != {"Version", "Mark", "Run"}:
        return None
    return Claim(version=told["Version"], mark=told["Mark"], holder=told["Run"])
