"""What `commit` works with: the rules for messages, the message that is kept here, and git to make the commit.

Nobody is asked anything here, and no message is judged.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from release_tools.record import record
from release_tools.wiring.hooks import commit_rules
from release_tools.wiring.repository import open_repository

if TYPE_CHECKING:
    from release_tools.config.hooks import HookRules


@record
class CommitDesk:
    """A work tree in which a commit is about to be made from `here`."""

    rules: "HookRules"
    here: Path
    git_dir: Path

    @property
    def kept_file(self) -> Path:
        """Return where a kept message lies."""
        from release_tools.hooks.commit_door import KEPT

        return self.git_dir / KEPT

    def kept(self) -> str:
        """Return the message that was refused before and waits for its commit; empty when none does."""
        from release_tools.hooks.kept_message import load_kept

        return (load_kept(self.git_dir) or b"").decode("utf-8", "replace")

    def commit(self, message: str, extra: tuple[str, ...]) -> int:
        """Make the commit through git and the hooks and return git's exit code; unless it is 0, the message is kept."""
        from release_tools.adapters.git_commit import commit_file
        from release_tools.hooks.kept_message import keep, load_kept

        data = message.encode("utf-8", "surrogateescape")
        file = self.kept_file.with_suffix(".new")
        file.write_bytes(data)
        code = commit_file(self.here, file, extra)
        if code and load_kept(self.git_dir) != data:
            keep(self.git_dir, data)
        file.unlink()
        return code

    def drop_kept(self) -> None:
        """Forget the kept message: it has become a commit."""
        from release_tools.hooks.kept_message import drop

        drop(self.git_dir)

    def head(self) -> str:
        """Return the commit that HEAD is."""
        return open_repository(self.here)[0].run("rev-parse", "HEAD").text


def commit_desk(repo: Path, config: Path | None) -> CommitDesk:
    """Return the desk for the work tree around `repo`."""
    git, _, _ = open_repository(repo)
    git_dir = Path(git.run("rev-parse", "--absolute-git-dir").text)
    return CommitDesk(rules=commit_rules(repo, config), here=repo, git_dir=git_dir)
