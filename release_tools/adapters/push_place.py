"""The place where pushes to a remote go: what is there counts, and it may be another one than fetches ask.

Git's configuration is read elsewhere.
"""

from collections.abc import Sequence

from release_tools.errors import PreconditionFailed


def push_place(remote: str, places: Sequence[str]) -> str:
    """Return what to ask instead of the remote's name when it has a `pushurl`; `PreconditionFailed` for several."""
    if len(places) > 1:
        raise PreconditionFailed(
            f"The remote {remote} pushes to {len(places)} places, which cannot be changed together.",
            state="Nothing was changed.",
            todo=f"Keep one remote.{remote}.pushurl.",
        )
    return places[0] if places else remote
