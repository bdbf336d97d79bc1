"""The repository around a directory: git there, the top of the work tree, the directory that all work trees share.

What a command does with it is wired in the other modules.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from release_tools.errors import PreconditionFailed, ToolFailed

if TYPE_CHECKING:
    from release_tools.adapters.git_process import GitProcess


def open_repository(repo: Path) -> tuple["GitProcess", Path, Path]:
    """Return git at the top of the work tree around `repo`, that top, and the repository's common directory."""
    from release_tools.adapters.git_place import place_of
    from release_tools.adapters.git_process import OLDEST_GIT, GitProcess, forget_git_environment, git_version

    if git_version() < OLDEST_GIT:
        raise PreconditionFailed(
            f"Git {'.'.join(map(str, git_version()))} is too old: merging without a work tree needs git 2.38.",
            state="Nothing was changed.",
            todo="Install git 2.38 or newer.",
        )
    try:
        git = GitProcess(directory=repo)
        place = place_of(git)
    except (ToolFailed, OSError) as error:
        # Git may have another reason: the repository is somebody else's, or broken.
        words = f" {error.failed}" if isinstance(error, ToolFailed) else ""
        raise PreconditionFailed(
            f"There is no git work tree at {repo.absolute()}.",
            state="Nothing was changed.",
            todo=f"Go into a work tree, or name one with --repo.{words}",
        ) from error
    # What git said of the place holds at its top as well, unless it is the environment that led git there.
    answers = {} if forget_git_environment() else git.answers
    return GitProcess(directory=place.top, answers=answers), place.top, place.common
