"""Scenes for the shipped workflows: what leads up to one, the events that it runs for, and what must come about.

A scene is played by the callers that `init --workflows` writes, with an app's token beside the job's own.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from act_runner import INTERPRETER, TOOL, Change, Ended, Runner
from hosted import BOT, NAME, Hosted, hosted, ran
from repository import Clone

APP, CLIENT, KEY = "token-of-the-app", "Iv23shop", "the-key-of-the-app"
PYTHON = "3.12"
BUILD = "mkdir dist && echo wheel >dist/shop.whl"
TESTS = 'test "$(command -v "$PYTHON")" = "$pythonLocation/bin/$PYTHON" && test -e pyproject.toml && ! test -e fails'
CONFIG = '[forge]\nassets = ["dist/*"]\n'


@dataclass(frozen=True)
class Scene:
    """A shipped workflow in a repository at a double that calls it."""

    workflow: str
    place: Hosted
    runner: Runner

    def plays(
        self, event: str, change: Change | None, *, inputs: Mapping[str, str] | None = None, **payload: Any
    ) -> Ended:
        """Run the caller for an event."""
        return self.runner.run(
            self.workflow,
            event,
            {**payload, **({"inputs": dict(inputs)} if inputs is not None else {})},
            token=BOT,
            callers=self.place.here.path / ".github" / "workflows",
            change=change,
            secrets={"RELEASE_TOOLS_APP_PRIVATE_KEY": KEY},
            variables={"RELEASE_TOOLS_APP_ID": CLIENT},
        )


@contextmanager
def scene(home: Path, workflow: str) -> Iterator[Scene]:
    """Make a repository whose develop has the callers, with main and develop protected, and a runner."""
    with hosted(home, config=CONFIG, files={".gitignore": "dist\n"}) as place:
        place.double.state.add_identity(APP, "release-app", role="write", is_app=True)
        runner = Runner(home=home / "runner", double=place.double, name=NAME).prepare()
        runner.knows_app(CLIENT, KEY, APP)
        runner.knows_python(PYTHON, INTERPRETER)
        here = place.here
        source = f"{TOOL}@{runner.tool_commit}"
        ran(here, "init", "--workflows", "--source", source, "--tests", TESTS, "--build", BUILD)
        here.git("add", ".github")
        here.git("commit", "--quiet", "-m", "ci: call the workflows")
        here.git("push", "--quiet", "origin", "develop")
        place.protect("main", "develop")
        yield Scene(workflow, place, runner)


def start(stage: Scene, change: Change | None) -> None:
    """A release is started by hand: its branch is there, and the app has opened its pull request."""
    ended = stage.plays("workflow_dispatch", change, inputs={"kind": "release", "version": "", "name": ""})
    assert ended.code == 0, ended.said
    (pull,) = stage.place.repository.pulls.values()
    assert (pull.head, pull.base, pull.author) == ("release/v1.1.0", "main", "release-app")
    assert stage.place.site.remote.shown("release/v1.1.0", "pyproject.toml").count('"1.1.0"') == 1


def ci(stage: Scene, change: Change | None) -> None:
    """A good pull request passes; one with a bad title, a bad commit or failing tests does not."""
    here = stage.place.here
    here.git("switch", "--quiet", "-c", "feature/search", "origin/develop")
    here.commit("feat: add the search")
    good = _checked(stage, change, here)
    assert good.code == 0, good.said
    assert "Failure - Main Check the title" in _checked(stage, change, here, title="Added the search").said
    here.commit("feat: break the tests", {"fails": "yes"})
    assert "Failure - Main Test" in _checked(stage, change, here).said
    here.git("rm", "--quiet", "fails")
    here.git("commit", "--quiet", "-m", "Mended the tests")
    assert "Failure - Main Check the commits" in _checked(stage, change, here).said


def release(stage: Scene, change: Change | None) -> None:
    """A merged release is tagged and shown with its files; develop has it; the journal is kept."""
    place = stage.place
    ran(place.here, "start-release", "--request", "--yes")
    place.merge(1)
    place.here.git("fetch", "--quiet")
    ended = stage.plays("push", change, ref="refs/heads/main", after=place.repository.branch("main"))
    assert ended.code == 0, ended.said
    there = place.site.remote
    assert there.at("v1.1.0^{commit}") == there.at("main")
    assert there.contains("develop", "v1.1.0^{commit}")
    (page,) = place.repository.releases.values()
    assert (page["tag_name"], page["draft"], page["author"]) == ("v1.1.0", False, "release-app")
    assert {asset["name"] for asset in page["assets"]} == {"shop.whl", "SHA256SUMS"}
    assert place.pulls()[1:] == ["#2 back-merge/v1.1.0-into-develop into develop: merged"]
    assert '"outcome":"done"' in ended.artifact("release-journal-1").replace(" ", "")


SCENES: dict[str, Callable[[Scene, Change | None], None]] = {"start.yml": start, "ci.yml": ci, "release.yml": release}


def _checked(stage: Scene, change: Change | None, here: Clone, title: str = "feat: add the search") -> Ended:
    """Return how `ci` ended for a pull request of the branch that is checked out here."""
    here.git("push", "--quiet", "origin", "HEAD")
    head, base = {"ref": "feature/search", "sha": here.at("HEAD")}, {"ref": "develop", "sha": here.at("origin/develop")}
    pull = {"number": 1, "title": title, "head": head, "base": base}
    return stage.plays(
        "pull_request", change, action="opened", ref="refs/pull/1/merge", after=head["sha"], pull_request=pull
    )
