"""The crash matrix with a forge: a finish by pull requests dies at every step, and ends with one of each thing.

The forge is GitHub's double, whose memory is set back with the stage; git goes to it over HTTP.
"""

import os
import random
import re
import secrets
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pytest
from crash_scenarios import CONFIG, commit, local, played, write
from forge_double.server import Double, running
from forge_double.state import Repository
from stage import Ended, Stage, open_stage

from release_tools.adapters.github import GitHub
from release_tools.adapters.github_api import GitHubApi
from release_tools.domain.forge.protection import Protection

NAME, ADA, BOSS = "team/shop", "token-of-ada", "token-of-the-boss"
TABLES = (
    f'{CONFIG}protected = ["main", "develop"]\n[forge]\nassets = ["dist/*"]\n[forge.deploy]\npipeline = "deploy.yml"\n'
)
WORKFLOW = "name: deploy\nrun-name: deploy ${{ inputs.mark }}\non:\n  workflow_dispatch:\n"
FINISH = ("finish-release", "1.1.0", "-y")
PARTS, KILLS = 2, 8
ONCE = {
    "pull requests": [
        ("release/v1.1.0", "main", True),
        ("back-merge/v1.1.0-into-develop", "develop", True),
    ],
    "releases": [("v1.1.0", False, ["SHA256SUMS", "shop.whl"])],
    "deploys": ["1.1.0"],
    "branches": "develop\nmain\n",
    "tags": "v1.0.0\nv1.1.0\n",
    "merged back": True,
    "open runs": [],
}


@dataclass
class Scene:
    """A stage whose remote is at the double, and the double's memory as it was kept beside the stage."""

    stage: Stage
    double: Double
    repository: Repository
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)

    def keep(self, name: str) -> None:
        """Keep the stage and the double's memory under a name."""
        self.stage.keep(name)
        names = [one.name for one in fields(Repository) if one.name != "git_dir"]
        self.kept[name] = deepcopy({one: getattr(self.repository, one) for one in names})

    def restore(self, name: str) -> None:
        """Set both as they were kept."""
        self.stage.restore(name)
        for one, value in deepcopy(self.kept[name]).items():
            setattr(self.repository, one, value)

    def go_on(self) -> Ended:
        """Continue, or begin once more where nothing had been recorded."""
        with self.double.state.lock:  # a request of the killed one is answered first
            pass
        ended = self.stage.run("continue")
        return self.stage.run(*FINISH) if "nothing to continue" in ended.out else ended

    def things(self) -> dict[str, object]:
        """Return all that there must be one of."""
        repository, state = self.repository, self.stage.repo / ".git" / "release-tools"
        refs = [
            self.stage.git("for-each-ref", "--format=%(refname:short)", f"refs/{kind}", at="remote.git")
            for kind in ("heads", "tags")
        ]
        return {
            "pull requests": [(one.head, one.base, bool(one.merged_as)) for one in repository.pulls.values()],
            "releases": [
                (one["tag_name"], one["draft"], sorted(asset["name"] for asset in one["assets"]))
                for one in repository.releases.values()
            ],
            "deploys": [run["inputs"]["version"] for run in repository.runs],
            "branches": refs[0],
            "tags": refs[1],
            "merged back": repository.contains("develop", "v1.1.0"),
            "open runs": sorted(path.name for path in (state / "runs").glob("*")),
        }


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """Return a scene on which release 1.1.0 is started, with a file to upload, main and develop protected."""
    stage = open_stage(tmp_path, files=False)
    with running(tmp_path / "double") as double:
        double.state.add_identity(ADA, "ada", role="write")
        double.state.add_identity(BOSS, "boss", role="admin")
        stage.git("init", "-q", "--bare", "-b", "main", "remote.git", at=".")
        repository = double.repository(NAME, stage.place / "remote.git")
        local(stage, TABLES)
        (stage.repo / ".github" / "workflows").mkdir(parents=True)
        write(stage, ".gitignore", "dist\n")
        write(stage, ".github/workflows/deploy.yml", WORKFLOW)
        commit(stage, "ci: deploy releases")
        (stage.repo / "dist").mkdir()
        (stage.repo / "dist" / "shop.whl").write_bytes(b"wheel")
        stage.git("push", "-q", str(stage.place / "remote.git"), "develop:main", "develop", "v1.0.0")
        stage.git("remote", "add", "origin", double.clone_url(NAME, ADA))
        stage.git("fetch", "-q", "origin")
        monkeypatch.setenv("GITHUB_TOKEN", ADA)
        monkeypatch.setenv("GITHUB_API_URL", double.api_url)
        played(stage, "start-release", "1.1.0", "-y")
        for branch in ("main", "develop"):
            protect(double, branch)
        made = Scene(stage, double, repository)
        made.keep("template")
        yield made
    assert double.violations == []


def protect(double: Double, branch: str) -> None:
    """Let a branch take pull requests only."""
    api = GitHubApi(url=double.api_url, path=NAME, token=BOSS)
    GitHub(api=api, address="").put_protection(
        Protection(name=f"release-tools: {branch}", target="branch", pattern=branch, by_request=True)
    )


def points_of(labels: tuple[str, ...]) -> list[int]:
    """Return the points before and behind the effect of every step, and behind every plan.

    At each of the others the world and what the journal says of the next step are as at one of these.
    """
    kinds = re.compile(r"journal (run|plan|started\[\d+\]|closed): after|apply .*: returned")
    return [number for number, label in enumerate(labels) if kinds.fullmatch(label)]


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_a_finish_with_a_forge_killed_at_every_point(scene: Scene, part: int) -> None:
    """Continued, there is one of each thing: pull requests, tag, release with its files, deploy."""
    assert scene.stage.run(*FINISH, trace=True).code == 0
    assert scene.things() == ONCE
    labels = scene.stage.trace()
    applied = {label.split()[1] for label in labels if label.startswith("apply")}
    assert applied >= {"open-request:", "merge-request:", "draft-page:", "upload-files:", "show-page:", "start-deploy:"}
    wrong = []
    for point in points_of(labels)[part::PARTS]:
        scene.restore("template")
        killed = scene.stage.run(*FINISH, at=point)
        assert killed.code == -9, f"{labels[point]} was not reached: {killed.err}"
        ended = scene.go_on()
        things = scene.things()
        if (ended.code, things) != (0, ONCE):
            wrong.append(f"{labels[point]}: exit {ended.code}: {ended.err}\n{things}")
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.slow
def test_a_finish_with_a_forge_killed_at_random_times(scene: Scene) -> None:
    """Also in the middle of a request, whose answer nobody hears."""
    seed = int(os.environ.get("CRASH_SEED", "0")) or secrets.randbelow(10**9)
    print(f"CRASH_SEED={seed}")
    dice, wrong = random.Random(seed), []
    seconds = scene.stage.run(*FINISH).seconds
    for _ in range(KILLS):
        scene.restore("template")
        moment = dice.uniform(0, seconds)
        scene.stage.run(*FINISH, after=moment)
        ended = scene.go_on()
        if ended.code == 4:  # the server was still at what the killed one had asked for
            ended = scene.go_on()
        things = scene.things()
        if (ended.code, things) != (0, ONCE):
            wrong.append(f"killed at {moment:.3f} s: exit {ended.code}: {ended.err}\n{things}")
    assert not wrong, f"CRASH_SEED={seed}\n" + "\n\n".join(wrong)
