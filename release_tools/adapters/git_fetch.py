"""Fetching: objects of a remote are brought into the object directory that a git process writes to.

No ref is written, whatever the configuration says about fetches, and no background work is left.
"""

from release_tools.adapters.git_process import GitProcess

QUIET = ("-c", "maintenance.auto=false", "-c", "fetch.writeCommitGraph=false")


def fetch_objects(git: GitProcess, remote: str, names: tuple[str, ...], *, timeout: float) -> None:
    """Bring the objects behind full ref names of a remote; `timeout` is in seconds."""
    options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--refmap=")
    git.run(*QUIET, "fetch", *options, remote, *names, timeout=timeout)
