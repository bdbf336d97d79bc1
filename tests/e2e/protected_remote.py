"""A remote that protects branches as a forge does: nobody pushes to them, a button merges pull requests into them.

What is expected of a command stands in the tests.
"""

from dataclasses import dataclass

from repository import Clone, Site

OWNER = "team"

HOOK = """\
case " $(cat "$GIT_DIR/protected") " in
    *" ${1#refs/heads/} "*) echo "protected branch $1: changes come by pull requests only" >&2; exit 1;;
esac"""


@dataclass(frozen=True)
class Forge:
    """The server's side of a site: which branches are protected, and the three buttons of a pull request."""

    site: Site

    @property
    def repository(self) -> Clone:
        """Return the bare repository; what is done in it directly runs no hook, as a forge's own merges do."""
        return self.site.remote

    def protect(self, *branches: str) -> None:
        """Refuse every push that moves, makes or deletes one of these branches, whoever pushes; there is no bypass."""
        (self.repository.path / "protected").write_text(" ".join(branches))
        self.site.hook("update", HOOK)

    def merge(self, head: str, base: str) -> str:
        """Merge a pull request with a merge commit; return that commit."""
        tree = self.repository.git("merge-tree", "--write-tree", base, head)
        subject = f"Merge pull request #{self._number()} from {OWNER}/{head}"
        return self._land(base, tree, (base, head), f"{subject}\n\n{self._title(head)}\n")

    def squash(self, head: str, base: str) -> str:
        """Squash a pull request: its content without its commits; return the new commit."""
        tree = self.repository.git("merge-tree", "--write-tree", base, head)
        return self._land(base, tree, (base,), f"{self._title(head)} (#{self._number()})\n")

    def rebase(self, head: str, base: str) -> str:
        """Rebase a pull request: its commits made anew on top of the base; return the last of them."""
        clone = self._clone(head)
        clone.git("rebase", "--quiet", "--force-rebase", f"origin/{base}")
        # A fetch runs no hook of the repository that it fetches into.
        self.repository.git("fetch", "--quiet", str(clone.path), f"HEAD:refs/heads/{base}")
        return self.repository.at(base)

    def delete(self, branch: str) -> None:
        """Delete the head of a merged pull request."""
        self.repository.git("branch", "--quiet", "-D", branch)

    def commit(self, base: str, name: str, text: str, message: str) -> str:
        """Land somebody else's pull request: one file, changed on top of the base; return the merge."""
        head = f"feature/{name}-{self._number()}"
        clone = self._clone(base)
        clone.git("switch", "--quiet", "-c", head)
        clone.commit(message, {name: text})
        clone.git("push", "--quiet", "origin", head)
        merged = self.merge(head, base)
        self.delete(head)
        return merged

    def _clone(self, branch: str) -> Clone:
        """Return a clone of the forge's own, freshly at a branch of the remote."""
        path = self.site.home / "forge"
        if not path.exists():
            self.site.clone("forge")
        clone = Clone(path, {"GIT_COMMITTER_NAME": "The Forge"})
        clone.git("fetch", "--quiet", "origin")
        clone.git("switch", "--quiet", "--detach", f"origin/{branch}")
        return clone

    def _land(self, base: str, tree: str, parents: tuple[str, ...], message: str) -> str:
        repository = self.repository
        old = repository.at(base)
        commits = [word for parent in parents for word in ("-p", repository.at(parent))]
        new = repository.git("commit-tree", tree, *commits, "-F", "-", stdin=message)
        repository.git("update-ref", f"refs/heads/{base}", new, old)
        return new

    def _title(self, head: str) -> str:
        return self.repository.git("log", "-1", "--format=%s", head)

    def _number(self) -> int:
        return 7 + int(self.repository.git("rev-list", "--all", "--count"))
