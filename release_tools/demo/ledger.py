"""The ledger of the demo: what the release should have left behind, checked with plain git.

No command of ours is asked: a tool that errs would err in its report, too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from release_tools.demo.stage import Stage

TAG = "v1.1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One expectation, what plain git says of it, and whether the two agree."""

    what: str
    found: str
    right: bool


def reckon(stage: Stage) -> tuple[Row, ...]:
    """Return the rows of the closing table."""
    return (*_tag(stage), *_develop(stage), *_remote(stage), *_content(stage), *_remains(stage))


def render(rows: tuple[Row, ...]) -> str:
    """Return the rows as a table."""
    width = max(len(row.what) for row in rows)
    return "\n".join(f"  {'ok   ' if row.right else 'WRONG'}  {row.what:<{width}}  {row.found}" for row in rows)


def _tag(stage: Stage) -> Iterator[Row]:
    kind = stage.git("cat-file", "-t", f"refs/tags/{TAG}")
    yield Row(what=f"{TAG} is an annotated tag", found=f"a {kind} object", right=kind == "tag")
    tagged, main = stage.git("rev-parse", f"{TAG}^{{commit}}"), stage.git("rev-parse", "main")
    parents = stage.git("rev-list", "--no-walk", "--parents", "main").split()[1:]
    merge = f"{main[:7]}, {len(parents)} parents"
    yield Row(
        what=f"{TAG} is on main's merge commit", found=merge, right=bool(main) and tagged == main and len(parents) == 2
    )


def _develop(stage: Stage) -> Iterator[Row]:
    missing = stage.git("rev-list", "--count", "develop..main")
    yield Row(what="develop contains all of main", found=f"{missing} commits missing", right=missing == "0")
    wishes = stage.git("rev-list", "--count", f"{TAG}..develop", "--", "wishes.py")
    yield Row(what="the later feature waits on develop", found=f"{wishes} unreleased commit", right=wishes == "1")


def _remote(stage: Stage) -> Iterator[Row]:
    listed = stage.git("ls-remote", "origin", "refs/heads/*", "refs/tags/*").splitlines()
    there = {tuple(reversed(line.split("\t"))) for line in listed if not line.endswith("^{}")}
    here = stage.git("for-each-ref", "--format=%(refname)\t%(objectname)", "refs/heads", "refs/tags").splitlines()
    same = there == {tuple(line.split("\t")) for line in here}
    yield Row(
        what="the server has the same branches and tags", found=f"{len(there)} refs there, {len(here)} here", right=same
    )


def _content(stage: Stage) -> Iterator[Row]:
    for path in ("pyproject.toml", "compose.yaml"):
        line = next((line for line in stage.git("show", f"{TAG}:{path}").splitlines() if "1.1.0" in line), "")
        yield Row(what=f"{path} names the version at {TAG}", found=line.strip(), right=bool(line))
    section = stage.git("show", f"{TAG}:CHANGELOG.md").partition("## [1.1.0]")[2].partition("## [1.0.0]")[0]
    entries = sum(line.startswith("- ") for line in section.splitlines())
    right = entries == 3 and "wish" not in section
    yield Row(what="its changelog has one feature and two fixes", found=f"{entries} entries", right=right)


def _remains(stage: Stage) -> Iterator[Row]:
    changed = stage.git("status", "--porcelain")
    yield Row(what="the work tree is clean", found=changed or "no changes", right=not changed)
    left = stage.git("for-each-ref", "--format=%(refname)", "refs/heads/release", "refs/remotes/origin/release")
    trees = len(stage.git("worktree", "list").splitlines())
    found = f"{left or 'no branch'}, {trees} work tree"
    yield Row(what="the release branch is gone, nothing else is left", found=found, right=not left and trees == 1)
    damage = [line for line in stage.git("fsck", "--no-dangling").splitlines() if "error" in line or "missing" in line]
    yield Row(what="git fsck finds no damage", found="; ".join(damage) or "none", right=not damage)
