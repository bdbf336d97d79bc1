"""The hooks directory of a work tree: where git looks for hooks, who else reads it, and whether we may write there.

No hook is read or written here.
"""

import os
import shlex
from pathlib import Path

from release_tools.adapters.git_process import GitProcess
from release_tools.errors import PreconditionFailed
from release_tools.record import record

_OWN_SCOPES = ("", "local", "worktree")
_HUSKY_FILES = ("h", "husky.sh")


@record
class HookDirectory:
    """Where the hooks of one work tree lie; `scope` is that of core.hooksPath, empty when it is not set."""

    path: Path
    top: Path
    git_dir: Path
    common_dir: Path
    scope: str
    tracked: bool

    @property
    def rules_files(self) -> tuple[Path, ...]:
        """Return the baked rules of all work trees of the repository."""
        trees = (self.common_dir, *sorted(self.common_dir.glob("worktrees/*")))
        return tuple(path for tree in trees if (path := tree / "release-tools" / "rules").exists())


def observe_hook_directory(git: GitProcess) -> HookDirectory:
    """Return the hooks directory of the work tree around `git.directory`; it need not exist."""
    if git.run("rev-parse", "--is-inside-work-tree", ok=(0, 128)).text != "true":
        raise PreconditionFailed(
            f"{git.directory} is not in a work tree of git, so no commits are made there.",
            state="Nothing was changed.",
            todo="Change into a checkout, or name one with --repo DIR.",
        )
    top = Path(git.run("rev-parse", "--show-toplevel").text)
    git_dir = Path(git.run("rev-parse", "--absolute-git-dir").text)
    bound = {"GIT_DIR": str(git_dir), "GIT_WORK_TREE": str(top)}
    here = GitProcess(directory=top, timeout=git.timeout, environment=dict(git.environment) | bound)
    # A relative core.hooksPath counts from the top of the work tree, but `--git-path` prints it as it stands.
    path = top / here.run("rev-parse", "--git-path", "hooks").text
    return HookDirectory(
        path=path,
        top=top,
        git_dir=git_dir,
        common_dir=Path(here.run("rev-parse", "--path-format=absolute", "--git-common-dir").text),
        scope=os.fsdecode(
            here.run("config", "--show-scope", "-z", "--get", "core.hooksPath", ok=(0, 1)).stdout
        ).partition("\0")[0],
        tracked=_is_tracked(here, top, path),
    )


def guard_hook_directory(found: HookDirectory, *, force: bool) -> None:
    """Refuse a directory that is not this clone's alone; `force` overrules all but husky's."""
    if any((found.path / name).is_file() for name in _HUSKY_FILES):
        raise PreconditionFailed(
            f"husky writes {found.path} anew at every installation, and its hooks go by their own file names.",
            state="Nothing was changed.",
            todo=f'Add `release-tools check-commit "$1"` to {found.top}/.husky/commit-msg, '
            f"`release-tools check-branch --pre-commit` to {found.top}/.husky/pre-commit, "
            f'and `release-tools check-push "$@"` to {found.top}/.husky/pre-push.',
        )
    if force:
        return
    own = str(found.common_dir / "hooks")
    if found.scope not in _OWN_SCOPES:
        raise PreconditionFailed(
            f"core.hooksPath comes from the {found.scope} configuration: {found.path} serves other repositories, too.",
            state="Nothing was changed.",
            todo=f"Give this clone hooks of its own with `git config core.hooksPath {shlex.quote(own)}`, "
            "or pass --force to write there.",
        )
    if found.tracked:
        raise PreconditionFailed(
            f"{found.path} is tracked: a launcher holds paths of this machine and must not be committed.",
            state="Nothing was changed.",
            todo='From the hooks there, call `release-tools check-commit "$1"`, `release-tools check-branch '
            '--pre-commit` and `release-tools check-push "$@"`; or pass --force to write there.',
        )


def _is_tracked(git: GitProcess, top: Path, path: Path) -> bool:
    if not path.resolve().is_relative_to(top.resolve()):
        return False
    return bool(git.run("ls-files", "-z", "--", f":(top,literal){path.resolve().relative_to(top.resolve())}").stdout)
