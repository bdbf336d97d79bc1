"""A scene: a remote, two clones of it, and what is looked at there after a story.

What happens in a story stands in `flow_peers`, what is typed with each tool in `flow_tools`.
"""

from collections.abc import Mapping
from pathlib import Path

from flow_tools import Avh, ReleaseTools, Work

Tool = ReleaseTools | Avh
CONFIG = """[branches]
main = "main"
develop = "develop"
[flow.release]
pattern = "release/{version}"
[version]
files = [{ path = "version.txt", pattern = "version: {version}" }]
[changelog]
path = false
"""
REFUSE = """#!/bin/sh
case "$1" in refs/heads/main|refs/heads/develop) echo "protected: $1" >&2; exit 1;; esac
"""
KILL = """#!/bin/sh
test "$1" = committed || exit 0
grep -q ' refs/heads/main$' || exit 0
mv "$0" "$0.once"
kill -9 -"$(cat "{victim}")"
kill -9 0
"""


class Scene:
    """A remote, a clone in which a tool is used, and a colleague's clone."""

    def __init__(self, home: Path, tool: Tool) -> None:
        self.tool = tool
        self.remote, self.here, self.other = (Work(home / name) for name in ("remote.git", "here", "other"))
        Work(home).git("init", "--quiet", "--bare", "-b", "main", "remote.git")
        Work(home).git("init", "--quiet", "-b", "main", "here")
        here = self.here
        here.git("remote", "add", "origin", str(self.remote.path))
        here.commit("feat: first", {"version.txt": "version: 1.0.0\n", "release-tools.toml": CONFIG, "a": "a\n"})
        here.git("tag", "-a", "v1.0.0", "-m", "v1.0.0")
        here.git("switch", "--quiet", "-c", "develop")
        here.commit("feat: add b", {"b": "b\n"})
        here.git("push", "--quiet", "-u", "origin", "main", "develop", "v1.0.0")
        Work(home).git("clone", "--quiet", str(self.remote.path), "other")
        tool.prepare(here)

    def start(self, kind: str, name: str, files: Mapping[str, str] | None = None) -> None:
        """Start a branch and commit a fix on it; releases and hotfixes are pushed."""
        self.here.git("switch", "--quiet", "main" if kind == "hotfix" else "develop")
        self.tool.start(self.here, kind, name)
        self.here.commit("fix: mend it", files or {f"{kind}.txt": "mended\n"})
        if kind != "feature":
            self.here.git("push", "--quiet", "origin", "HEAD")

    def colleague(self, branch: str, files: Mapping[str, str]) -> None:
        """Have somebody else push a commit."""
        self.other.git("fetch", "--quiet", "origin")
        self.other.git("switch", "--quiet", "-C", branch, f"origin/{branch}")
        self.other.commit("fix: colleague's", files)
        self.other.git("push", "--quiet", "origin", branch)

    def hook(self, work: Work, name: str, text: str) -> None:
        """Give a repository a hook."""
        path = (work.path if work is self.remote else work.path / ".git") / "hooks" / name
        path.write_text(text)
        path.chmod(0o755)


Facts = dict[str, str]


def released(scene: Scene, tag: str, *, code: int) -> Facts:
    """Return what is left of a release: at the server first, then here."""
    there, here = scene.remote, scene.here
    where = f"{tag}^{{commit}}"
    tagged = bool(there.git("tag", "--list", tag))
    ends = {name: here.git("rev-parse", f"{name}^{{}}") for name in here.git("tag").split()}
    lonely = [name for name, commit in ends.items() if not contains(there, "main", commit)]
    orphans = [name for name in there.git("tag").split() if not contains(there, "main", f"{name}^{{commit}}")]
    return {
        "exit code of finish": str(code),
        "tag on the server's main": yes(tagged and contains(there, "main", where)),
        "tag in the server's develop": yes(tagged and contains(there, "develop", where)),
        "version in the files (main, develop)": f"{version_in(there, 'main')}, {version_in(there, 'develop')}",
        "tags on the server that are not on its main": ", ".join(orphans) or "none",
        "tags here that the server's main lacks": ", ".join(lonely) or "none",
        "branches here ahead of the server": ", ".join(_ahead(here)) or "none",
        "work tree": tree_state(here),
    }


def contains(work: Work, branch: str, commit: str, ok: tuple[int, ...] = (0, 1, 128)) -> bool:
    """Return whether a branch has a commit among its ancestors."""
    base = work.git("merge-base", commit, branch, ok=ok)
    return bool(base) and base == work.git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}", ok=(0, 1, 128))


def version_in(work: Work, branch: str) -> str:
    """Return the version in the files of a branch."""
    return work.git("show", f"{branch}:version.txt", ok=(0, 128)).removeprefix("version: ") or "none"


def _ahead(work: Work) -> list[str]:
    rows = work.git("for-each-ref", "--format=%(refname:short)", "refs/heads/main", "refs/heads/develop").split("\n")
    work.git("fetch", "--quiet", "origin")
    return [name for name in rows if work.git("rev-list", "-n1", f"origin/{name}..{name}")]


def tree_state(work: Work) -> str:
    """Return how a work tree was left."""
    merging = (work.path / ".git/MERGE_HEAD").exists()
    changed = work.git("status", "--porcelain", "--untracked-files=no")
    return "in the middle of a merge" if merging else "changed" if changed else "clean"


def yes(true: bool) -> str:
    """Return a word for a truth."""
    return "yes" if true else "no"
