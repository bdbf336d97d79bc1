"""A runner of workflows: `act` on this very machine, with the double as its GitHub and own stubs for others' actions.

The stubs do for the runner what the originals do and no more; what a workflow must bring about stands in the tests.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from forge_double.server import Double
from needed import needed_beside_python
from ruamel.yaml import YAML

TOP = Path(__file__).parents[2]
SHIPPED = TOP / ".github" / "workflows"
STUBS = Path(__file__).with_name("actions")
TOOL = "example/release-tools"
"""Where the shipped workflows and the scripts that they call are, as the double has it."""
SCRIPTS = ("install-on-runner", "gather-journals", "on-target")
PLATFORMS = ("ubuntu-24.04", "self-hosted")
USES = re.compile(r"uses: (?P<action>[\w-]+/(?P<name>[\w-]+))@(?P<ref>[0-9a-f]{40})")
CALLED = {"job.workflow_repository": TOOL}
"""What act does not know: where the workflow that is called comes from."""

Change = Callable[[dict[str, Any]], None]
"""Alters a parsed workflow before it runs."""


@dataclass(frozen=True)
class Ended:
    """How a run of a workflow ended."""

    code: int
    said: str
    artifacts: Path

    def artifact(self, name: str) -> str:
        """Return the text of all files of an artifact; empty where it was not sent."""
        path = self.artifacts / name
        files = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())
        return "".join(one.read_text() for one in files)


@dataclass(frozen=True)
class Runner:
    """A machine that runs workflows of the repository `name` at a double; one job after the other."""

    home: Path
    double: Double
    name: str
    path: tuple[str, ...] = ("/usr/bin", "/bin")
    environment: Mapping[str, str] = field(default_factory=dict)
    """What jobs find set on this machine."""

    def prepare(self) -> "Runner":
        """Lay out what a runner has, with release-tools installed already for the scripts as they are."""
        tool = self.double.repository(TOOL)
        work = self.home / "tool"
        (work / ".ci").mkdir(parents=True)
        for script in SCRIPTS:
            shutil.copy(TOP / ".ci" / script, work / ".ci" / script)
        (work / "requirements").mkdir()
        shutil.copy(TOP / "requirements" / "run.lock", work / "requirements")
        _git(work, "init", "--quiet", "-b", "main")
        _git(work, "add", ".")
        _git(
            work, "-c", "user.name=bot", "-c", "user.email=bot@example.com", "commit", "--quiet", "-m", "chore: scripts"
        )
        _git(work, "push", "--quiet", str(tool.git_dir), "main")
        hashes = _git(work, "hash-object", "requirements/run.lock", ".ci/install-on-runner") + "\n"
        made = f"{_git(work, 'hash-object', '--stdin', stdin=hashes)}-{self.tool_commit}"
        programs = self.tools / "release-tools" / made / "bin"
        programs.mkdir(parents=True)
        programs.joinpath("release-tools").symlink_to(needed_beside_python("release-tools"))
        return self

    @property
    def tool_commit(self) -> str:
        """Return the commit of the scripts."""
        return _git(self.home / "tool", "rev-parse", "HEAD")

    def knows_app(self, client: str, key: str, token: str) -> None:
        """Let an app's key be good for a token."""
        place = self.home / "apps" / client
        place.mkdir(parents=True)
        (place / key).write_text(token)

    def knows_python(self, version: str, program: Path) -> None:
        """Let an interpreter be among those that `setup-python` can set up."""
        place = self.tools / "Python" / version / "bin"
        place.mkdir(parents=True)
        place.joinpath(f"python{version}").symlink_to(program)

    @property
    def tools(self) -> Path:
        """Return the runner's tool cache."""
        return self.home / ".cache" / "act" / "tool_cache"

    def run(
        self,
        workflow: str,
        event: str,
        payload: Mapping[str, Any],
        *,
        token: str,
        callers: Path | None = None,
        change: Change | None = None,
        secrets: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Ended:
        """Run a shipped workflow, or the one of a directory of callers that calls it, for an event.

        `change` alters the shipped one. Jobs get `token` as GITHUB_TOKEN.
        """
        digest = hashlib.sha256(repr((workflow, event, payload)).encode()).hexdigest()[:8]
        work = self.home / f"work-{digest}"
        shutil.rmtree(work, ignore_errors=True)
        shutil.rmtree(self.home / "artifacts", ignore_errors=True)
        own = work / ".github" / "workflows"
        own.mkdir(parents=True)
        shipped = own if callers is None else self.home / "shipped" / ".github" / "workflows"
        shipped.mkdir(parents=True, exist_ok=True)
        (shipped / workflow).write_text(self._known(SHIPPED / workflow, change))
        if callers:
            shutil.copy(callers / workflow, own / workflow)
        _git(work, "init", "--quiet", "-b", "main")
        _git(work, "remote", "add", "origin", self.double.clone_url(self.name))
        (work / "event.json").write_text(json.dumps(payload))
        given = {"GITHUB_TOKEN": token, **(secrets or {})}
        (work / "secrets").write_text("".join(f"{name}={json.dumps(value)}\n" for name, value in given.items()))
        done = subprocess.run(
            (
                str(needed_beside_python("act")),
                event,
                *("--workflows", f".github/workflows/{workflow}", "--eventpath", "event.json"),
                *("--secret-file", "secrets", "--no-skip-checkout", "--no-cache-server"),
                *(word for label in PLATFORMS for word in ("-P", f"{label}=-self-hosted")),
                *(word for one in self._stubs(own, shipped) for word in ("--local-repository", one)),
                *(word for one in self._variables(payload) for word in ("--env", one)),
                *(word for name, value in (variables or {}).items() for word in ("--var", f"{name}={value}")),
            ),
            cwd=work,
            env={"HOME": str(self.home), "PATH": ":".join(self.path), "LC_ALL": "C.UTF-8", **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
        for secret in given.values():
            assert secret not in done.stdout
        return Ended(done.returncode, done.stdout, self.home / "artifacts")

    def _known(self, path: Path, change: Change | None) -> str:
        text = path.read_text()
        for word, value in {**CALLED, "job.workflow_sha": self.tool_commit}.items():
            text = text.replace(f"${{{{ {word} }}}}", value)
        if change is None:
            return text
        yaml, out = YAML(), StringIO()
        parsed = yaml.load(text)
        change(parsed)
        yaml.dump(parsed, out)
        return out.getvalue()

    def _stubs(self, *places: Path) -> set[str]:
        texts = [path.read_text() for place in places for path in place.glob("*.yml")]
        used = {found.group("action", "name", "ref") for text in texts for found in USES.finditer(text)}
        stubs = {f"{action}@{ref}={STUBS / name}" for action, name, ref in used}
        return stubs | {f"{TOOL}@{ref}={self.home / 'shipped'}" for text in texts for ref in _called(text)}

    def _variables(self, payload: Mapping[str, Any]) -> list[str]:
        known = {"GITHUB_SERVER_URL": self.double.address, "GITHUB_API_URL": self.double.api_url}
        known |= {"GITHUB_REPOSITORY": self.name, "GITHUB_REPOSITORY_OWNER": self.name.partition("/")[0]}
        known["GITHUB_REF"] = str(payload.get("ref", "refs/heads/main"))
        known["SHA_REF"] = str(payload.get("after") or self.double.state.repositories[self.name].branch("main"))
        return [f"{name}={value}" for name, value in known.items()]


def without(job: str, index: int) -> Change:
    """Return the change that takes a step out of a job."""

    def change(workflow: dict[str, Any]) -> None:
        del workflow["jobs"][job]["steps"][index]

    return change


def steps_of(workflow: str) -> list[tuple[str, int, str]]:
    """Return job, index and name of every step of a shipped workflow."""
    jobs = YAML(typ="safe").load(SHIPPED / workflow)["jobs"]
    return [(job, index, step["name"]) for job, one in jobs.items() for index, step in enumerate(one["steps"])]


def _called(text: str) -> set[str]:
    return set(re.findall(rf"uses: {TOOL}/\.github/workflows/[\w.-]+@([0-9a-f]{{40}})", text))


def _git(where: Path, *arguments: str, stdin: str | None = None) -> str:
    done = subprocess.run(
        ("git", *arguments), cwd=where, input=stdin, text=True, capture_output=True, check=True, env=dict(os.environ)
    )
    return done.stdout.rstrip("\n")


INTERPRETER = Path(sys.executable).resolve()
