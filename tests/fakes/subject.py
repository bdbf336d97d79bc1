"""A subject is a small repository to try ports and steps on: hands to prepare it and eyes to look at it.

The real one is beside the contracts; here are its protocol and the one in memory.
"""

from dataclasses import replace
from pathlib import Path
from typing import Protocol

from fakes.git_draft import FakeGitDraft
from fakes.git_reader import FakeGitReader
from fakes.git_writer import FakeGitWriter
from fakes.graph import FakeCommit
from fakes.repository import FakeRepository, FakeWorktree
from release_tools.domain.refs import HEADS, Blob, Signature
from release_tools.ports import GitDraft, GitReader, GitWriter

MIRROR = "+refs/heads/*:refs/remotes/origin/*"


class Subject(Protocol):
    """A repository with the remote `origin`, the ports on it, and hands to prepare it and eyes to look at it."""

    top: Path
    objects: Path
    reader: GitReader
    writer: GitWriter
    draft: GitDraft
    draft_reader: GitReader

    def commit(self, files: dict[str, str], *parents: str, message: str = "feat: x") -> str:
        """Make a commit with exactly these files."""
        ...

    def set_ref(self, name: str, sha: str) -> None:
        """Set a ref here, whatever it was."""
        ...

    def publish(self, name: str, sha: str) -> None:
        """Set a ref at the remote, whatever it was; no ref here moves."""
        ...

    def here(self) -> dict[str, str]:
        """Return all refs here."""
        ...

    def there(self) -> dict[str, str]:
        """Return all refs at the remote."""
        ...

    def forget_objects(self, *shas: str) -> None:
        """Remove objects from this repository, not from the remote."""
        ...

    def checkout(self, branch: str, worktree: Path | None = None) -> None:
        """Put a worktree on a branch, index and files with it."""
        ...

    def detach(self) -> None:
        """Detach HEAD where it is."""
        ...

    def link(self, path: Path, branch: str) -> None:
        """Make a linked worktree of a branch."""
        ...

    def write(self, path: str, text: str, worktree: Path | None = None) -> None:
        """Write a file of a worktree; the index is not told."""
        ...

    def stage(self, path: str, worktree: Path | None = None) -> None:
        """Add a file of a worktree to the index."""
        ...

    def text(self, path: str, worktree: Path | None = None) -> str | None:
        """Return a file of a worktree, None when there is none."""
        ...

    def configure(self, key: str, value: str) -> None:
        """Set a key of git's configuration."""
        ...

    def refuse_pushes(self) -> None:
        """Let the remote refuse every push."""
        ...

    def protect(self, name: str) -> None:
        """Let the remote refuse every push to one ref."""
        ...

    def commit_by(self, author: Signature, message: str, *parents: str) -> str:
        """Make a commit without files that somebody wrote."""
        ...


class FakeSubject:
    """The same in memory; worktrees are directories without files, since some steps look whether they exist."""

    def __init__(self, top: Path, objects: Path) -> None:
        self.top, self.objects = top, objects
        top.mkdir(parents=True)
        self.repository = FakeRepository(top=top)
        self.repository.remotes["origin"] = FakeRepository(top=top.parent / "remote.git")
        self.repository.settings |= {"remote.origin.url": "../remote.git", "remote.origin.fetch": MIRROR}
        both = self.repository.drafted(objects)
        self.reader: GitReader = FakeGitReader(self.repository, self.repository.graph)
        self.writer: GitWriter = FakeGitWriter(self.repository)
        self.draft: GitDraft = FakeGitDraft(self.repository, both, objects)
        self.draft_reader: GitReader = FakeGitReader(self.repository, both)

    def commit(self, files: dict[str, str], *parents: str, message: str = "feat: x") -> str:
        """Make a commit with exactly these files."""
        graph = self.repository.graph
        tree = graph.add_tree({path: blob(text) for path, text in files.items()})
        return graph.add(FakeCommit(tree=tree, parents=parents, message=message + "\n"))

    def set_ref(self, name: str, sha: str) -> None:
        """Set a ref here, whatever it was."""
        self.repository.refs[name] = sha

    def publish(self, name: str, sha: str) -> None:
        """Set a ref at the remote, whatever it was; no ref here moves."""
        there = self.repository.remotes["origin"]
        graph = self.repository.graph
        there.graph.objects.update({one: graph.objects[one] for one in graph.closure(sha)})
        there.refs[name] = sha

    def here(self) -> dict[str, str]:
        """Return all refs here."""
        return dict(self.repository.refs)

    def there(self) -> dict[str, str]:
        """Return all refs at the remote."""
        return dict(self.repository.remotes["origin"].refs)

    def forget_objects(self, *shas: str) -> None:
        """Remove objects from this repository, not from the remote."""
        for sha in shas:
            del self.repository.graph.objects[sha]

    def checkout(self, branch: str, worktree: Path | None = None) -> None:
        """Put a worktree on a branch, index and files with it."""
        tree = self.repository.worktree(worktree)
        files = self.repository.graph.files(self.repository.refs[HEADS + branch])
        tree.branch, tree.index, tree.files = branch, dict(files), dict(files)

    def detach(self) -> None:
        """Detach HEAD where it is."""
        tree = self.repository.main_worktree
        tree.branch, tree.detached = None, self.repository.head(tree)

    def link(self, path: Path, branch: str) -> None:
        """Make a linked worktree of a branch."""
        path.mkdir()
        self.repository.linked.append(FakeWorktree(path=path, branch=None))
        self.checkout(branch, path)

    def write(self, path: str, text: str, worktree: Path | None = None) -> None:
        """Write a file of a worktree; the index is not told."""
        self.repository.worktree(worktree).files[path] = blob(text)

    def stage(self, path: str, worktree: Path | None = None) -> None:
        """Add a file of a worktree to the index."""
        tree = self.repository.worktree(worktree)
        tree.index[path] = tree.files[path]
        tree.unmerged = tuple(one for one in tree.unmerged if one != path)

    def text(self, path: str, worktree: Path | None = None) -> str | None:
        """Return a file of a worktree, None when there is none."""
        found = self.repository.worktree(worktree).files.get(path)
        return found.data.decode() if found else None

    def configure(self, key: str, value: str) -> None:
        """Set a key of git's configuration."""
        self.repository.settings[key] = value

    def refuse_pushes(self) -> None:
        """Let the remote refuse every push."""
        there = self.repository.remotes["origin"]
        self.repository.remotes["origin"] = replace(there, refusal="closed today")

    def protect(self, name: str) -> None:
        """Let the remote refuse every push to one ref."""
        there = self.repository.remotes["origin"]
        self.repository.remotes["origin"] = replace(there, protected=there.protected | {name})

    def commit_by(self, author: Signature, message: str, *parents: str) -> str:
        """Make a commit without files that somebody wrote."""
        graph = self.repository.graph
        return graph.add(FakeCommit(tree=graph.add_tree({}), parents=parents, message=message, author=author))


def blob(text: str) -> Blob:
    """Return a regular file."""
    return Blob(mode="100644", data=text.encode())
