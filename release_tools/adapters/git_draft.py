"""The draft: git objects of a plan that nobody has approved yet, in an object directory of their own.

Trees, commits, merges and tags are made here as unreachable objects; no ref, index or working tree is touched.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from release_tools.adapters.git_process import GitProcess
from release_tools.domain.refs import Blob, Merge, Signature
from release_tools.errors import ToolFailed


def draft_process(git: GitProcess, objects: Path) -> GitProcess:
    """Return git in the same directory, writing objects to `objects` and reading both places."""
    own = git.run("rev-parse", "--path-format=absolute", "--git-path", "objects").text
    (objects / "pack").mkdir(mode=0o700, parents=True, exist_ok=True)
    environment = {
        "GIT_OBJECT_DIRECTORY": str(objects),
        # Quoted as git's C-style strings, since a bare colon in the path would split it.
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": json.dumps(own, ensure_ascii=False),
    }
    return GitProcess(directory=git.directory, timeout=git.timeout, environment=dict(git.environment) | environment)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitDraft:
    """Makes objects through a draft process; `scratch` is the draft's own directory; `sign` asks for signatures."""

    git: GitProcess
    scratch: Path
    author: Signature | None
    committer: Signature | None
    sign_commits: bool = False
    sign_tags: bool = False
    network_timeout: float = 120.0

    def fetch(self, remote: str, names: tuple[str, ...]) -> None:
        """Bring the objects behind full ref names of the remote into the draft; no ref is written."""
        self.git.run(
            "-c",
            "maintenance.auto=false",
            "-c",
            "fetch.writeCommitGraph=false",
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
            "--refmap=",
            remote,
            *names,
            timeout=self.network_timeout,
        )

    def tree(self, base: str, files: Mapping[str, Blob]) -> str:
        """Return the tree of `base` (a commit or tree) with the given files put in their place."""
        index = {"GIT_INDEX_FILE": str(self.scratch / "index")}
        self.git.run("read-tree", base, env=index)
        rows = []
        for path, blob in files.items():
            sha = self.git.run("hash-object", "-w", "--no-filters", "--stdin", stdin=blob.data).text
            rows.append(f"{blob.mode} {sha}\t{path}\0")
        self.git.run("update-index", "-z", "--add", "--index-info", stdin=os.fsencode("".join(rows)), env=index)
        made = self.git.run("write-tree", env=index).text
        (self.scratch / "index").unlink()
        return made

    def commit(self, tree: str, parents: tuple[str, ...], message: str) -> str:
        """Return a commit of `tree` with the draft's identities and dates."""
        sign = ("-S",) if self.sign_commits else ("--no-gpg-sign",)
        parent_args = tuple(arg for parent in parents for arg in ("-p", parent))
        assert self.author is not None
        env = {
            "GIT_AUTHOR_NAME": self.author.name,
            "GIT_AUTHOR_EMAIL": self.author.email,
            "GIT_AUTHOR_DATE": self.author.stamp,
            **self._committer(),
        }
        return self.git.run("commit-tree", *sign, *parent_args, "-F", "-", tree, stdin=message.encode(), env=env).text

    def merge(self, ours: str, theirs: str) -> Merge:
        """Return what `git merge` of one commit into another would make of the trees."""
        done = self.git.ask("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs, ok=(0, 1))
        tree, *paths = os.fsdecode(done.stdout).split("\0")
        if not tree:
            raise ToolFailed(f"{ours} and {theirs} cannot be merged: {done.stderr}")
        return Merge(tree=tree, conflicts=tuple(path for path in paths if path) if done.code else ())

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
        who = self.committer
        assert who is not None
        return {"GIT_COMMITTER_NAME": who.name, "GIT_COMMITTER_EMAIL": who.email, "GIT_COMMITTER_DATE": who.stamp}
