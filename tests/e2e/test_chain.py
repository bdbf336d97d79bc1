"""The whole chain on protected branches: a laptop starts a release, workflows release and deploy it on PostgreSQL.

Nobody may bypass the protections; every workflow is run by `act`, called as `init --workflows` has written it.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from act_runner import TOOL, Ended, Runner
from forge_double.server import Double, running
from forge_double.state import Repository
from hosted import ADA, BOB, BOSS, BOT, Hosted, ran
from lab import DeployLab, deploy_lab, silent
from repository import Clone, Site

pytestmark = [pytest.mark.slow, pytest.mark.workflows]

NAME = "team/shop"
EVERY = 6
"""Steps of a deploy from one kill to the next; `tests/crash/test_deploys.py` leaves none out."""
TABLES = """
[forge]
assets = ["dist/*"]

[forge.deploy]
pipeline = "deploy.yml"
environment = "staging"
"""
BUILD = "mkdir -p dist && git archive --output dist/lab.tar HEAD"
MORTAL = """\
#!{python}
import os, signal
from pathlib import Path
from release_tools.cli.main import run
from release_tools.engine.journal import Journal

order, append, seen = Path({order!r}), Journal.append, []

def appended(journal, event, **values):
    entry = append(journal, event, **values)
    seen.extend([event] if event == "done" else [])
    if order.exists() and len(seen) == int(order.read_text()):
        order.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return entry

Journal.append = appended
run()
"""
"""release-tools, which dies once after so many steps as the order says."""


@dataclass(frozen=True)
class Chain:
    """A laptop, a forge, a runner, and a machine whose staging serves 1.0.0."""

    place: Hosted
    lab: DeployLab
    runner: Runner
    order: Path

    @property
    def repository(self) -> Repository:
        """Return the repository at the forge."""
        return self.place.repository

    def starts(self) -> None:
        """Let ada start the release on her laptop, and bob approve and merge its pull request."""
        ran(self.place.here, "start-release", "--request", "--yes")
        self.place.approve(1)
        self.place.merge(1)

    def releases(self) -> Ended:
        """Run release.yml for the merge."""
        payload = {"ref": "refs/heads/main", "after": self.repository.branch("main")}
        return self.runner.run("release.yml", "push", payload, token=BOT, callers=self.callers)

    def deploys(self) -> Ended:
        """Run deploy.yml as the one dispatch asked for it."""
        (run,) = self.repository.runs
        payload = {"inputs": run["inputs"], "ref": f"refs/tags/{run['head_branch']}", "after": run["head_sha"]}
        return self.runner.run("deploy.yml", "workflow_dispatch", payload, token=BOT, callers=self.callers)

    @property
    def callers(self) -> Path:
        """Return where the callers are."""
        return self.place.here.path / ".github" / "workflows"

    def is_released(self) -> None:
        """Look that 1.1.0 is tagged, shown with its files, carried back, and its deploy dispatched: each once."""
        there = self.place.site.remote
        assert there.at("v1.1.0^{commit}") == there.at("main")
        assert there.contains("develop", "v1.1.0^{commit}")
        (page,) = self.repository.releases.values()
        assert (page["tag_name"], page["draft"]) == ("v1.1.0", False)
        assert {asset["name"] for asset in page["assets"]} == {"lab.tar", "SHA256SUMS"}
        assert self.place.pulls() == [
            "#1 release/v1.1.0 into main: merged",
            "#2 back-merge/v1.1.0-into-develop into develop: merged",
        ]
        (run,) = self.repository.runs
        assert (run["inputs"]["version"], run["inputs"]["environment"]) == ("1.1.0", "staging")
        assert run["inputs"]["mark"] in run["display_title"]

    def is_deployed(self) -> None:
        """Look that 1.1.0 serves, on its schema, and is recorded once."""
        staging = self.lab.staging
        assert staging.serves() == "1.1.0"
        assert staging.rows("SELECT version_num FROM alembic_version") == [("0002",)]
        assert staging.rows("SELECT count(*) FROM platform_versions WHERE version = '1.1.0'") == [(1,)]


@contextmanager
def chain(home: Path) -> Iterator[Chain]:
    """Make it: develop has what will be 1.1.0, and main and develop take approved or plain pull requests only."""
    with deploy_lab("postgresql") as lab, running(home / "double") as double:
        for token, login, role in ((ADA, "ada", "write"), (BOB, "bob", "write"), (BOSS, "boss", "admin")):
            double.state.add_identity(token, login, role=role)
        double.state.add_identity(BOT, "bot", role="write", is_app=True)
        hosts = {"RELEASE_TOOLS_HOSTS": str(lab.top / "hosts")}
        runner = Runner(home=lab.top / "runner", double=double, name=NAME, environment=hosts).prepare()
        site = _founded(home / "site", lab, double, f"{TOOL}@{runner.tool_commit}")
        place = Hosted(site, double, double.repository(NAME, site.remote.path))
        place.protect("main", approvals=1)
        place.protect("develop")
        lab.deploys("1.0.0")
        yield Chain(place, lab, runner, _made_mortal(runner))
        assert double.violations == []
        silent(lab)


def _founded(home: Path, lab: DeployLab, double: Double, source: str) -> Site:
    """Return a site whose main is the lab's 1.0.0, and whose develop has 1.1.0 but for its number, and the callers."""
    site, here = Site(home), home / "here"
    home.mkdir()
    subprocess.run(("git", "init", "--quiet", "--bare", "-b", "main", str(site.remote.path)), check=True)
    subprocess.run(("git", "clone", "--quiet", str(lab.repository), str(here)), check=True)
    clone = Clone(here)
    clone.git("remote", "set-url", "origin", double.clone_url(NAME, ADA))
    clone.git("switch", "--quiet", "-C", "develop", "v1.0.0")
    clone.git("branch", "--quiet", "--force", "main", "v1.0.0")
    clone.git("rm", "-r", "--quiet", ".")
    clone.git("checkout", "v1.1.0", "--", ".")
    clone.write("VERSION", "1.0.0\n")
    clone.write("release-tools.toml", (here / "release-tools.toml").read_text() + TABLES)
    clone.write(".gitignore", "dist\n")
    ran(clone, "init", "--workflows", "--source", source, "--build", BUILD)
    clone.git("add", "--all")
    clone.git("commit", "--quiet", "-m", "feat: describe environments")
    for version in ("1.1.0", "1.1.1", "1.2.0", "1.3.0", "1.3.1", "1.4.0"):
        clone.git("tag", "--delete", f"v{version}")
    clone.git("push", "--quiet", str(site.remote.path), "main", "develop", "v1.0.0")
    return site


def _made_mortal(runner: Runner) -> Path:
    """Let the runner's release-tools be one that can be told to die; return where."""
    (program,) = (runner.tools / "release-tools").glob("*/bin/release-tools")
    order = runner.home / "dies-after"
    program.unlink()
    program.write_text(MORTAL.format(python=sys.executable, order=str(order)))
    program.chmod(0o755)
    return order


def test_item_4_workflows_from_a_laptop_to_the_platform(tmp_path: Path) -> None:
    """Start, pull request, merge; tag, page, back-merge, dispatch; deploy: 1.1.0 serves. Counted and timed."""
    with chain(tmp_path) as it:
        it.place.double.heard.clear()
        begun = time.monotonic()
        it.starts()
        released = it.releases()
        assert released.code == 0, released.said
        it.is_released()
        asked, halfway = len(it.place.double.heard), time.monotonic()
        deployed = it.deploys()
        assert deployed.code == 0, deployed.said
        it.is_deployed()
        print(json.dumps({"calls": asked, "release": halfway - begun, "deploy": time.monotonic() - halfway}))


def test_killed_between_any_two_steps_the_release_is_ended_by_the_next_run(tmp_path: Path) -> None:
    """release.yml dies after its first step, then after its second, and so on; each run begins on a fresh machine."""
    with chain(tmp_path) as it:
        it.starts()
        for steps in range(1, 40):
            it.order.write_text(str(steps))
            ended = it.releases()
            if it.order.exists():
                break
            assert ended.code != 0
        assert ended.code == 0, ended.said
        assert steps > 3
        it.is_released()


@contextmanager
def worker_dies_after(lab: DeployLab, steps: int) -> Iterator[list[int]]:
    """Kill the worker of staging's run as soon as its journal tells of so many steps; yield who was killed."""
    killed, over = list[int](), threading.Event()

    def watch() -> None:
        while not over.wait(0.005):
            for journal in (lab.staging.state / "runs").glob("*/journal.jsonl"):
                if journal.read_text().count('"event":"done"') >= steps:
                    pid = int(json.loads((lab.staging.state / "lock.holder").read_text())["pid"])
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
                    return

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def test_killed_in_its_deploy_the_chain_is_ended_by_the_next_run(tmp_path: Path) -> None:
    """The worker of deploy.yml dies ever later; the other job recovers, and the same dispatch again brings 1.1.0."""
    with chain(tmp_path) as it:
        it.starts()
        assert it.releases().code == 0
        served = list[str]()
        for steps in range(3, 80, EVERY):
            with worker_dies_after(it.lab, steps) as killed:
                ended = it.deploys()
            served.append(it.lab.staging.serves())
            if not killed:
                break
            assert ended.code != 0, ended.said
            assert served[-1] in ("1.0.0", "1.1.0")
            assert not list((it.lab.staging.state / "runs").iterdir())
        assert ended.code == 0, ended.said
        assert served[0] == "1.0.0" and len(served) > 3, served
        it.is_released()
        it.is_deployed()
