"""Files planted into trees of real git, compared with what an index makes of the same."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from release_tools.adapters.git_objects import GitObjects
from release_tools.adapters.git_planting import Planting
from release_tools.adapters.git_process import GitProcess
from release_tools.domain.refs import Blob

KEPT = ("a", "b", "dir/one", "dir/deep/two", "dir.x", "dir0", "zo\udcffe/ü")
CASES = {
    "nothing": (),
    "a file that is there": ("a",),
    "a file that is new": ("a0",),
    "below a directory": ("dir/one", "dir/three", "dir/deep/four"),
    "in directories that are new": ("new/a/b/c", "new/a/d", "dir/e/f"),
    "between a directory and its neighbours": ("dir/x", "dir-", "dir.y", "dirx"),
    "names of any bytes": ("zo\udcffe/ü", "zo\udcffe/line\nbreak", " blank", "\ttab"),
    "everything": (*KEPT, "new/z"),
}


@pytest.fixture(params=["repo", "a\nb", "sp ace \udcff"], ids=["plain", "newline", "odd"])
def git(request: pytest.FixtureRequest, tmp_path: Path) -> GitProcess:
    """Return git in a repository with a few files in its index, a link and a submodule among them."""
    path = tmp_path / request.param
    subprocess.run(("git", "init", "-q", "-b", "main", str(path)), check=True)
    git = GitProcess(directory=path)
    blob = git.run("hash-object", "-w", "--stdin", stdin=b"kept").text
    rows = [f"100644 {blob}\t{name}" for name in KEPT]
    rows += [f"120000 {blob}\tlink", f"160000 {'1' * 40}\tmodule", f"100755 {blob}\trun"]
    git.run("update-index", "-z", "--add", "--index-info", stdin=os.fsencode("".join(f"{row}\0" for row in rows)))
    return git


@pytest.mark.parametrize("paths", CASES.values(), ids=CASES)
def test_planting_makes_the_tree_that_an_index_makes(git: GitProcess, paths: tuple[str, ...]) -> None:
    """Bytes and modes as given, everything else as it was, and the scratch directory as empty as before."""
    base = git.run("write-tree").text
    files = {path: Blob(mode=("100644", "100755")[at % 2], data=b"\r\n\0%d" % at) for at, path in enumerate(paths)}
    planting = Planting(git=git, objects=GitObjects(git), scratch=scratch(git))
    assert planting.plant(base, files) == by_index(git, files)
    assert list(planting.scratch.iterdir()) == []


def test_a_file_takes_the_place_of_a_directory_and_the_other_way_round(git: GitProcess) -> None:
    """What stood there is gone."""
    base = git.run("write-tree").text
    objects = GitObjects(git)
    file = Blob(mode="100644", data=b"new")
    made = Planting(git=git, objects=objects, scratch=scratch(git)).plant(base, {"dir": file, "a/below": file})
    assert objects.files(made, ["dir", "a", "a/below", "dir/one"]) == {"dir": file, "a/below": file}


def scratch(git: GitProcess) -> Path:
    """Make a scratch directory outside of the repository."""
    path = git.directory.parent / "scratch"
    path.mkdir()
    return path


def by_index(git: GitProcess, files: Mapping[str, Blob]) -> str:
    """Return the tree that git writes of its index with the files in it."""
    for path, blob in files.items():
        name = git.run("hash-object", "-w", "--stdin", "--no-filters", stdin=blob.data).text
        row = os.fsencode(f"{blob.mode} {name}\t{path}\0")
        git.run("update-index", "-z", "--add", "--index-info", stdin=row)
    return git.run("write-tree").text
