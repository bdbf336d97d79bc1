"""The same git-flow stories told with release-tools and its peers: `python tests/real/flow_peers.py [STORY...]`.

What each tool leaves behind is looked at with plain git and printed as Markdown tables; `--verbose` prints what was
typed, too. A peer that is not installed is left out by name: `git-flow` on the PATH is the AVH edition,
`git-flow-next` on the PATH or in GIT_FLOW_NEXT the other one.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from flow_scene import KILL, REFUSE, Facts, Scene, Tool, contains, released, tree_state, version_in, yes
from flow_tools import TOOLS, Work


def feature(scene: Scene) -> Facts:
    """A feature is started, finished and pushed."""
    scene.start("feature", "one")
    code = scene.tool.finish(scene.here, "feature", "one")
    return {
        "exit code of finish": str(code),
        "in the server's develop": yes(bool(scene.remote.git("ls-tree", "develop", "feature.txt"))),
        "branch deleted here": yes(not scene.here.git("branch", "--list", "feature/one")),
        "work tree": tree_state(scene.here),
    }


def release(scene: Scene) -> Facts:
    """A release, nothing in the way."""
    scene.start("release", "1.1.0")
    return released(scene, "v1.1.0", code=scene.tool.finish(scene.here, "release", "1.1.0"))


def hotfix(scene: Scene) -> Facts:
    """A hotfix, nothing in the way."""
    scene.start("hotfix", "1.0.1")
    return released(scene, "v1.0.1", code=scene.tool.finish(scene.here, "hotfix", "1.0.1"))


def hotfix_in_release(scene: Scene) -> Facts:
    """A hotfix while a release is open; then the release."""
    scene.start("release", "1.1.0")
    scene.start("hotfix", "1.0.1")
    code = scene.tool.finish(scene.here, "hotfix", "1.0.1")
    after = released(scene, "v1.0.1", code=code)
    there = scene.remote
    opened = {
        "hotfix in the open release": yes(contains(there, "release/1.1.0", "v1.0.1^{commit}", ok=(0, 1, 128))),
        "version in the open release's files": version_in(there, "release/1.1.0"),
    }
    scene.here.git("merge", "--abort", ok=(0, 128))
    scene.here.git("switch", "--quiet", "release/1.1.0", ok=(0, 1, 128))
    then = scene.tool.finish(scene.here, "release", "1.1.0")
    last = {
        "then: exit code of the release's finish": str(then),
        "then: version in main's files": version_in(there, "main"),
    }
    return after | opened | last


def main_moved(scene: Scene) -> Facts:
    """A colleague pushes to main while the release is open; this clone does not know."""
    scene.start("release", "1.1.0")
    scene.colleague("main", {"c": "c\n"})
    return released(scene, "v1.1.0", code=scene.tool.finish(scene.here, "release", "1.1.0"))


def protected(scene: Scene) -> Facts:
    """The server takes no push to main and develop."""
    scene.start("release", "1.1.0")
    scene.hook(scene.remote, "update", REFUSE)
    return released(scene, "v1.1.0", code=scene.tool.finish(scene.here, "release", "1.1.0"))


def dirty(scene: Scene) -> Facts:
    """A tracked file is edited, not committed, when the release is finished."""
    scene.start("release", "1.1.0")
    (scene.here.path / "a").write_text("edited\n")
    return released(scene, "v1.1.0", code=scene.tool.finish(scene.here, "release", "1.1.0"))


def killed(scene: Scene) -> Facts:
    """SIGKILL at the moment main moves here; then the same command again, and, refused, what its message says."""
    scene.start("release", "1.1.0")
    victim = scene.here.path.parent / "victim"
    scene.hook(scene.here, "reference-transaction", KILL.replace("{victim}", str(victim)))
    before = released(scene, "v1.1.0", code=scene.tool.finish(scene.here, "release", "1.1.0"))
    kept = ("exit code of finish", "tag on the server's main", "tags here that the server's main lacks", "work tree")
    code = scene.tool.finish(scene.here, "release", "1.1.0")
    first = {"again: exit code of the same command": str(code)}
    last = released(scene, "v1.1.0", code=scene.tool.go_on(scene.here, "release", "1.1.0") if code else code)
    return {name: before[name] for name in kept} | first | {f"in the end: {name}": fact for name, fact in last.items()}


def conflict(scene: Scene) -> Facts:
    """Develop and the release change the same line; the person resolves it and goes on."""
    scene.start("release", "1.1.0", {"a": "release\n"})
    scene.colleague("develop", {"a": "develop\n"})
    scene.here.git("switch", "--quiet", "develop")
    scene.here.git("pull", "--quiet", "--ff-only")
    scene.here.git("switch", "--quiet", "release/1.1.0")
    code = scene.tool.finish(scene.here, "release", "1.1.0")
    before = released(scene, "v1.1.0", code=code)
    place = Work(scene.tool.place(scene.here))
    (place.path / "a").write_text("both\n")
    place.git("commit", "--quiet", "--all", "--no-edit")
    after = released(scene, "v1.1.0", code=scene.tool.go_on(scene.here, "release", "1.1.0"))
    return before | {f"resolved: {name}": fact for name, fact in after.items()}


STORIES: tuple[Callable[[Scene], Facts], ...] = (
    feature, release, hotfix, hotfix_in_release, main_moved, protected, dirty, killed, conflict,
)  # fmt: skip


def told(story: Callable[[Scene], Facts], tool: Tool, *, verbose: bool) -> Facts:
    """Tell one story with one tool."""
    with tempfile.TemporaryDirectory() as home:
        scene = Scene(Path(home), tool)
        try:
            return story(scene)
        finally:
            if verbose:
                print("\n".join(scene.here.said), file=sys.stderr)


def main(words: list[str]) -> None:
    """Print a table for each story."""
    names, verbose = [word for word in words if word != "--verbose"], "--verbose" in words
    present = [(tool, version) for tool in TOOLS if (version := tool.version())]
    for tool in TOOLS:
        print(f"- {tool.name}: {dict(present).get(tool) or 'not installed, left out'}")
    for story in STORIES:
        if names and story.__name__ not in names:
            continue
        rows = [told(story, tool, verbose=verbose) for tool, _ in present]
        print(f"\n{story.__doc__}\n")
        print(f"| | {' | '.join(tool.name for tool, _ in present)} |\n|---|{'---|' * len(present)}")
        for fact in rows[0]:
            print(f"| {fact} | {' | '.join(row.get(fact, '') for row in rows)} |")


if __name__ == "__main__":
    main(sys.argv[1:])
