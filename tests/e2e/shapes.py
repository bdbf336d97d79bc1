"""The shapes that repositories come in, each made from a plain site; a maker returns the clone that releases.

What a release must leave there stands in the tests, settings are in `settings_rows`.
"""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from repository import FILES, Clone, Site, found_site, write_hook

Make = Callable[[Path], tuple[Site, Clone]]


def linked(home: Path) -> tuple[Site, Clone]:
    """Release in a linked worktree, while the first one is on another branch."""
    site = found_site(home)
    site.here.git("switch", "--quiet", "-c", "feature/other")
    site.here.git("worktree", "add", "--quiet", str(home / "linked tree"), "develop")
    return site, Clone(home / "linked tree")


def worktree_settings(home: Path) -> tuple[Site, Clone]:
    """Give a linked worktree settings of its own."""
    site, tree = linked(home)
    site.here.git("config", "extensions.worktreeConfig", "true")
    tree.git("config", "--worktree", "core.autocrlf", "input")
    tree.git("config", "--worktree", "user.name", "Tree Surgeon")
    return site, tree


def bare_with_worktrees(home: Path) -> tuple[Site, Clone]:
    """Work in worktrees of a bare repository alone."""
    site = found_site(home)
    bare = home / "project.git"
    _run("git", "clone", "--quiet", "--bare", str(site.remote.path), str(bare))
    Clone(bare).git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    for branch in ("develop", "main"):
        Clone(bare).git("worktree", "add", "--quiet", str(home / branch), branch)
    return site, Clone(home / "develop")


def separate_git_dir(home: Path) -> tuple[Site, Clone]:
    """Keep the git directory elsewhere."""
    site = found_site(home)
    return site, site.clone("separate", "--branch=develop", f"--separate-git-dir={home / 'kept elsewhere'}")


def beside_a_separate_git_dir(home: Path) -> tuple[Site, Clone]:
    """Release in a linked worktree of such a clone."""
    site, first = separate_git_dir(home)
    first.git("switch", "--quiet", "-c", "feature/other")
    first.git("worktree", "add", "--quiet", str(home / "linked tree"), "develop")
    return site, Clone(home / "linked tree")


def submodule(home: Path) -> tuple[Site, Clone]:
    """Be a submodule of another repository."""
    site = found_site(home)
    outer = home / "outer"
    _run("git", "init", "--quiet", str(outer))
    file = ("-c", "protocol.file.allow=always")
    Clone(outer).git(*file, "submodule", "--quiet", "add", "-b", "develop", str(site.remote.path), "the module")
    return site, Clone(outer / "the module")


def beside_a_submodule(home: Path) -> tuple[Site, Clone]:
    """Release in a linked worktree of a submodule that is on main."""
    site, module = submodule(home)
    module.git("switch", "--quiet", "main")
    module.git("worktree", "add", "--quiet", str(home / "linked tree"), "develop")
    return site, Clone(home / "linked tree")


def with_a_submodule(home: Path) -> tuple[Site, Clone]:
    """Have a submodule, checked out."""
    site = found_site(home)
    _run("git", "clone", "--quiet", "--bare", str(site.remote.path), str(home / "library.git"))
    file = ("-c", "protocol.file.allow=always")
    site.here.git(*file, "submodule", "--quiet", "add", str(home / "library.git"), "lib")
    site.here.git("config", "submodule.recurse", "true")
    site.here.git("commit", "--quiet", "-m", "feat: use the library")
    site.here.git("push", "--quiet", "origin", "develop")
    return site, site.here


def another_remote_name(home: Path) -> tuple[Site, Clone]:
    """Call the remote upstream, beside a fork that pushes go to by default."""
    config = '[branches]\ndevelop = "develop"\nremote = "up/stream"\n'
    site = found_site(home, {**FILES, "release-tools.toml": config})
    site.here.git("remote", "rename", "origin", "up/stream")
    _run("git", "clone", "--quiet", "--bare", str(site.remote.path), str(home / "fork.git"))
    site.here.git("remote", "add", "origin", str(home / "fork.git"))
    site.here.git("fetch", "--quiet", "--all")
    site.here.git("config", "remote.pushDefault", "origin")
    return site, site.here


def another_push_address(home: Path) -> tuple[Site, Clone]:
    """Fetch from one address and push to another one of the same repository."""
    site = found_site(home)
    site.here.git("remote", "set-url", "origin", f"file://{site.remote.path}")
    site.here.git("remote", "set-url", "--push", "origin", str(site.remote.path))
    return site, site.here


def unsigned(home: Path) -> tuple[Site, Clone]:
    """Sign by git's settings but not by ours, without a key."""
    config = FILES["release-tools.toml"] + "[release]\nsign = false\n"
    site = found_site(home, {**FILES, "release-tools.toml": config})
    for key in ("commit.gpgSign", "tag.gpgSign", "tag.forceSignAnnotated"):
        site.here.git("config", key, "true")
    site.here.git("config", "gpg.program", "false")
    return site, site.here


def sha256(home: Path) -> tuple[Site, Clone]:
    """Name objects by SHA-256."""
    with patch.dict(os.environ, GIT_DEFAULT_HASH="sha256"):
        site = found_site(home)
    return site, site.here


def sparse(home: Path) -> tuple[Site, Clone]:
    """Check out a few directories only, with a sparse index; version files are at the top and so always there."""
    site = found_site(home)
    site.here.commit("feat: more", {"kept/a": "a", "left out/b": "b"})
    site.here.git("push", "--quiet", "origin", "develop")
    site.here.git("sparse-checkout", "set", "--cone", "--sparse-index", "kept")
    return site, site.here


def sparse_without_version_files(home: Path) -> tuple[Site, Clone]:
    """Check out nothing that a release changes."""
    site = found_site(home)
    site.here.git("sparse-checkout", "set", "--no-cone", "/a", "/release-tools.toml")
    return site, site.here


def partial(home: Path) -> tuple[Site, Clone]:
    """Clone without the files of history, which git fetches when it wants them."""
    site = found_site(home)
    site.remote.git("config", "uploadpack.allowFilter", "true")
    site.remote.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return site, site.clone("partial", "--filter=blob:none", "--branch=develop")


def borrowed_objects(home: Path) -> tuple[Site, Clone]:
    """Borrow the objects of another clone."""
    site = found_site(home)
    return site, site.clone("borrower", f"--reference={site.here.path}", "--branch=develop")


def odd_path(name: bytes) -> Make:
    """Return the maker of a site in a directory of a name that few programs expect."""

    def make(home: Path) -> tuple[Site, Clone]:
        site = found_site(home / os.fsdecode(name))
        return site, site.here

    return make


def behind_a_link(home: Path) -> tuple[Site, Clone]:
    """Come by a symbolic link."""
    site = found_site(home)
    (home / "link").symlink_to(site.here.path)
    return site, Clone(home / "link")


def own_hooks(place: Callable[[Site], str]) -> Make:
    """Return the maker of a site whose hooks are where core.hooksPath says."""

    def make(home: Path) -> tuple[Site, Clone]:
        site = found_site(home)
        site.here.git("config", "core.hooksPath", place(site))
        return site, site.here

    return make


def _shared_hooks(site: Site) -> str:
    hooks = site.home / "shared hooks"
    for name in ("pre-push", "reference-transaction", "post-checkout", "post-index-change"):
        write_hook(hooks / name, f'cat > /dev/null; echo "$@" >> "{site.home}/{name}.log"')
    return str(hooks)


def _relative_hooks(site: Site) -> str:
    write_hook(site.here.path / "ho oks" / "pre-push", "cat > /dev/null")
    site.here.git("add", "ho oks")
    site.here.git("commit", "--quiet", "-m", "chore: hooks")
    site.here.git("push", "--quiet", "origin", "develop")
    return "ho oks"


def _run(*command: str) -> None:
    subprocess.run(command, check=True, timeout=60)


def reftable(home: Path) -> tuple[Site, Clone]:
    """Keep refs in tables."""
    with patch.dict(os.environ, GIT_DEFAULT_REF_FORMAT="reftable"):
        site = found_site(home)
    assert site.here.git("rev-parse", "--show-ref-format") == "reftable"
    return site, site.here


def git_version() -> tuple[int, ...]:
    """Return the version of git, major and minor."""
    words = subprocess.run(("git", "version"), capture_output=True, text=True, check=True).stdout.split()
    return tuple(int(part) for part in words[2].split(".")[:2])


SHAPES: dict[str, Make] = {
    "linked worktree": linked,
    "worktree settings": worktree_settings,
    "bare with worktrees": bare_with_worktrees,
    "separate git directory": separate_git_dir,
    "beside a separate git directory": beside_a_separate_git_dir,
    "submodule": submodule,
    "beside a submodule": beside_a_submodule,
    "with a submodule": with_a_submodule,
    "another remote name": another_remote_name,
    "another push address": another_push_address,
    "unsigned": unsigned,
    "SHA-256": sha256,
    "sparse": sparse,
    "sparse without version files": sparse_without_version_files,
    "partial clone": partial,
    "borrowed objects": borrowed_objects,
    "path with a blank": odd_path(b"a b"),
    "path with a newline": odd_path(b"a\nb"),
    "path that ends in a newline": odd_path(b"a\n/b\n"),
    "path that is no text": odd_path(b"a\xff\xfeb"),
    "path with a colon and quotes": odd_path(b"a:b\"c'd\\e"),
    "behind a link": behind_a_link,
    "hooks shared": own_hooks(_shared_hooks),
    "hooks relative": own_hooks(_relative_hooks),
    "hooks missing": own_hooks(lambda site: str(site.home / "no" / "where")),
    "hooks in a file": own_hooks(lambda site: str(site.here.path / "a")),
    "hooks in the null device": own_hooks(lambda site: os.devnull),
    **({"reftable": reftable} if git_version() >= (2, 45) else {}),
}
"""Every shape by its name; those that only a newer git knows are there with it."""
