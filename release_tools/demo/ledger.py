"""The ledger of the demo: what releases and deploys should have left behind, by plain git, SQL and HTTP.

No command of ours is asked: a tool that errs would err in its report, too.
"""

from collections.abc import Iterator

from release_tools.demo.host import Host
from release_tools.demo.stage import Stage
from release_tools.record import record

TAG, NEXT = "v1.1.0", "v1.2.0"
ORDERS = (("1.0.0", 3), ("1.1.0", 3))
"""How many orders each version took: the last one after 1.2.0 had come and gone."""


@record
class Row:
    """One expectation, what plain git says of it, and whether the two agree."""

    what: str
    found: str
    right: bool


def reckon(stage: Stage) -> tuple[Row, ...]:
    """Return the rows of the closing table."""
    released = (*_tag(stage), *_develop(stage), *_remote(stage), *_content(stage), *_remains(stage))
    return (*released, *_production(Host(stage=stage)))


def render(rows: tuple[Row, ...]) -> str:
    """Return the rows as a table."""
    width = max(len(row.what) for row in rows)
    return "\n".join(f"  {'ok   ' if row.right else 'WRONG'}  {row.what:<{width}}  {row.found}" for row in rows)


def _tag(stage: Stage) -> Iterator[Row]:
    kind = stage.git("cat-file", "-t", f"refs/tags/{TAG}")
    yield Row(what=f"{TAG} is an annotated tag", found=f"a {kind} object", right=kind == "tag")
    tagged = stage.git("rev-parse", f"{TAG}^{{commit}}")
    parents = stage.git("rev-list", "--no-walk", "--parents", tagged).split()[1:]
    firsts = stage.git("rev-list", "--first-parent", "main").split()
    yield Row(
        what=f"{TAG} is on a merge commit of main",
        found=f"{tagged[:7]}, {len(parents)} parents",
        right=tagged in firsts and len(parents) == 2,
    )


def _develop(stage: Stage) -> Iterator[Row]:
    missing = stage.git("rev-list", "--count", "develop..main")
    yield Row(what="develop contains all of main", found=f"{missing} commits missing", right=missing == "0")
    early, late = (stage.git("rev-list", "--count", tag, "--", "wishes.py") for tag in (TAG, NEXT))
    found = f"{early} commits in {TAG}, {late} in {NEXT}"
    yield Row(what=f"the later feature waited for {NEXT}", found=found, right=(early, late) == ("0", "1"))


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


def _production(host: Host) -> Iterator[Row]:
    serving = host.serving()
    yield Row(what="customers are served by the last good version", found=serving or "nobody", right=serving == "1.1.0")
    orders = host.select("SELECT sold_by, count(*) FROM orders GROUP BY sold_by ORDER BY sold_by")
    found = ", ".join(f"{count} by {version}" for version, count in orders) or "none"
    yield Row(what="every order is still there", found=found, right=orders == list(ORDERS))
    ended = [str(row[0]) for row in host.select("SELECT outcome FROM platform_deploys ORDER BY rowid")]
    right = ended == ["committed", "committed", "rolled_back"]
    yield Row(what="the database knows of each deploy", found=", ".join(ended) or "nothing", right=right)
    damage = ", ".join(str(row[0]) for row in host.select("PRAGMA integrity_check"))
    yield Row(what="SQLite finds no damage", found=damage or "no answer", right=damage == "ok")
