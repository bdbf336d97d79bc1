"""The draft: git objects of a plan that nobody has approved yet, in an object directory of their own.

Trees, commits, merges and tags are made here as unreachable objects; no ref, index or working tree is touched.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from release_tools.adapters.git_fetch import fetch_objects
from release_tools.adapters.git_identity import NOBODY, identity
from release_tools.adapters.git_objects import GitObjects
from release_tools.adapters.git_place import place_of
from release_tools.adapters.git_planting import Planting
from release_tools.adapters.git_process import GitProcess
from release_tools.domain.refs import Blob, Merge, Signature
from release_tools.errors import ToolFailed
from release_tools.record import record


def draft_process(git: GitProcess, objects: Path) -> GitProcess:
    """Return git in the same directory, writing objects to `objects` and reading both places."""
    own = str(place_of(git).objects)
    (objects / "pack").mkdir(mode=0o700, parents=True, exist_ok=True)
    environment = {
        "GIT_OBJECT_DIRECTORY": str(objects),
        # Quoted as git's C-style strings, since a bare colon in the path would split it.
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": json.dumps(own, ensure_ascii=False),
    }
    # What git said without the draft's objects is true with them, but not the other way round.
    return replace(git, environment=dict(git.environment) | environment, answers=dict(git.answers))


@record
class GitDraft:
    """Makes objects through a draft process; `scratch` is the draft's own directory; `sign` asks for signatures."""

    git: GitProcess
    objects: GitObjects
    scratch: Path
    author: Signature | None
    committer: Signature | None
    sign_commits: bool = False
    sign_tags: bool = False
    network_timeout: float = 120.0

    def fetch(self, remote: str, names: tuple[str, ...]) -> None:
        """Bring the objects behind full ref names of the remote into the draft; no ref is written."""
        fetch_objects(self.git, remote, names, timeout=self.network_timeout)

    def tree(self, base: str, files: Mapping[str, Blob | None]) -> str:
        """Return the tree of `base` (a commit or tree) with files put in their place; None takes one away."""
        return Planting(git=self.git, objects=self.objects, scratch=self.scratch).plant(base, files)

    def commit(self, tree: str, parents: tuple[str, ...], message: str, *, author: Signature | None = None) -> str:
        """Return a commit of `tree` with the draft's identities and dates; `author` keeps another's authorship."""
        sign = ("-S",) if self.sign_commits else ("--no-gpg-sign",)
        parent_args = tuple(arg for parent in parents for arg in ("-p", parent))
        writer = author or self.author
        assert writer is not None
        env = {**identity("AUTHOR", writer), **self._committer()}
        # Our messages are UTF-8, whatever encoding the settings promise for those that people write.
        made = ("-c", "i18n.commitEncoding=UTF-8", "commit-tree", *sign, *parent_args, "-F", "-", tree)
        return self.git.run(*made, stdin=message.encode("utf-8", "surrogateescape"), env=env).text

    def merge(self, ours: str, theirs: str) -> Merge:
        """Return what `git merge` of one commit into another would make of the trees."""
        done = self.git.ask("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs, ok=(0, 1))
        tree, *paths = os.fsdecode(done.stdout).split("\0")
        if not tree:
            raise ToolFailed(f"{ours} and {theirs} cannot be merged: {done.stderr}")
        return Merge(tree=tree, conflicts=tuple(path for path in paths if path) if done.code else ())

    def pick(self, commit: str, onto: str) -> Merge:
        """Return what cherry-picking a commit that is no merge onto another commit would make of the trees."""
        parents = self.objects.parents(commit)
        if len(parents) > 1:
            raise ToolFailed(f"{commit} is a merge, which cannot be picked.")
        # Before git 2.40 merge-tree cannot be told the base: it is what two commits made for it have in common.
        base = self._stand_in(parents[0] if parents else self._empty_tree())
        return self.merge(self._stand_in(onto, "-p", base), self._stand_in(commit, "-p", base))

    def _stand_in(self, of: str, *parents: str) -> str:
        """Return a nameless commit with the tree of another, or with a tree."""
        env = identity("AUTHOR", NOBODY) | identity("COMMITTER", NOBODY)
        made = ("commit-tree", "--no-gpg-sign", *parents, "-m", "stand-in", self.objects.tree(of))
        return self.git.run(*made, env=env).text

    def _empty_tree(self) -> str:
        return self.git.run("hash-object", "-w", "-t", "tree", "--stdin", stdin=b"").text

    def merge_bases(self, ours: str, theirs: str) -> tuple[str, ...]:
        """Return the best common ancestors of two commits: none without a common history, or one, or several."""
        return tuple(self.git.ask("merge-base", "--all", ours, theirs, ok=(0, 1)).text.split())

    def stand_in(self, tree: str, parents: tuple[str, ...]) -> str:
        """Return a commit of a tree to merge against, which nothing will ever name: by nobody, unsigned."""
        return self._stand_in(tree, *(part for parent in parents for part in ("-p", parent)))

    def merge_text(self, base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, bool]:
        """Return what git makes of one file's texts, and whether it merged them without a conflict."""
        if any(b"\0" in text for text in (base, ours, theirs)):
            return ours, False  # What git takes for binary it does not merge.
        with TemporaryDirectory(dir=self.scratch, prefix="merge-") as home:
            files = {"ours": ours, "base": base, "theirs": theirs}
            for name, text in files.items():
                (Path(home) / name).write_bytes(text)
            paths = (str(Path(home) / name) for name in files)
            labels = (part for name in files for part in ("-L", name))
            done = self.git.run("merge-file", "--stdout", "--quiet", *labels, *paths, ok=tuple(range(128)))
        return done.stdout, not done.code

    def tag(self, name: str, commit: str, message: str) -> str:
        """Return an annotated tag object, signed when the draft signs tags."""
        if self.sign_tags:
            return self._signed_tag(name, commit, message)
        assert self.committer is not None
        text = f"object {commit}\ntype commit\ntag {name}\ntagger {self.committer.line}\n\n{message}"
        return self.git.run("mktag", stdin=text.encode()).text

    def _signed_tag(self, name: str, commit: str, message: str) -> str:
        # `git tag -s` knows every way of signing but wants a ref: it gets one in a repository of the draft's own.
        bare = self.scratch / "signing.git"
        self.git.run("init", "--quiet", "--bare", f"--object-format={self._object_format()}", str(bare))
        keys = os.fsdecode(self.git.run("config", "-z", "--get-regexp", r"^(gpg|user)\.", ok=(0, 1)).stdout).split("\0")
        settings = tuple(arg for key in keys if key for arg in ("-c", key.replace("\n", "=", 1)))
        at = ("--git-dir", str(bare), *settings)
        args = ("tag", "--sign", "--cleanup=verbatim", "-F", "-", name, commit)
        self.git.run(*at, *args, stdin=message.encode(), env=self._committer())
        return self.git.run(*at, "rev-parse", "--verify", f"refs/tags/{name}").text

    def _object_format(self) -> str:
        return self.git.run("rev-parse", "--show-object-format").text

    def _committer(self) -> dict[str, str]:
        assert self.committer is not None
        return identity("COMMITTER", self.committer)
