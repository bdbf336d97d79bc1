"""The example platform is what its README says, version by version, on PostgreSQL and on SQLite."""

import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from ai_lab import EXAMPLE, Backend, Lab, builder
from pydantic import TypeAdapter
from scratch_databases import scratch_postgres

from release_tools.adapters.squawk import SquawkLinter, find_squawk
from release_tools.config.deploy import Deploy
from release_tools.errors import ToolFailed

pytestmark = pytest.mark.slow
API = "/api/environments"


@pytest.fixture(params=["postgresql", "sqlite"])
def lab(request: pytest.FixtureRequest, tmp_path: Path) -> Lab:
    """Return a lab with an empty database."""
    url = scratch_postgres().url if request.param == "postgresql" else f"sqlite:///{tmp_path / 'lab.db'}"
    return Lab(top=tmp_path, database=url)


def refs(top: Path) -> str:
    """Return every ref of a repository with its object."""
    asked = ("git", "-C", str(top), "for-each-ref", "--format=%(refname) %(objectname)")
    return subprocess.run(asked, check=True, capture_output=True, text=True, timeout=20).stdout


def test_the_repository_is_the_same_every_time(tmp_path: Path) -> None:
    """Two builds have the same refs with the same objects, and main ends where develop does."""
    for name in ("one", "other"):
        builder().build(tmp_path / name)
    found = refs(tmp_path / "one")
    assert found == refs(tmp_path / "other")
    assert re.findall(r"refs/tags/v(\S+)", found) == ["1.0.0", "1.1.0", "1.1.1", "1.2.0", "1.3.0", "1.3.1", "1.4.0"]
    assert re.findall(r"refs/heads/(\S+)", found) == ["develop", "main"]
    assert len(set(re.findall(r"refs/heads/\S+ (\S+)", found))) == 1


def test_every_version_is_explained() -> None:
    """The README's table has a row for each version."""
    rows = re.findall(r"^\| (\d\S+) \|", (EXAMPLE / "README.md").read_text(), re.M)
    assert rows == list(builder().versions())


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
def test_its_deploy_tables_fit_the_configuration(tmp_path: Path, database: str) -> None:
    """They are read as the product reads them, and name a database of the kind that was asked for."""
    builder().lay_out("1.4.0", tmp_path, database=database)
    tables = tomllib.loads((tmp_path / "release-tools.toml").read_text())
    deploy = TypeAdapter(Deploy).validate_python(tables["deploy"])
    assert deploy.databases["main"].kind == database
    keys = re.findall(r"^(\w+)=", (tmp_path / ".env.example").read_text(), re.M)
    assert keys == re.findall(r"^(\w+)=", (tmp_path / "production.env.template").read_text(), re.M)
    assert {deploy.front.port, deploy.databases["main"].url, "BACKEND_PORT"} <= set(keys)


def test_a_user_of_1_1_0(lab: Lab) -> None:
    """What is made can be read and deleted, its artefact with it; the worker of this version beats."""
    assert lab.migrate("1.1.0") == ["0001", "0002"]
    assert lab.migrator("1.1.0").ahead(lab.environment) == ""
    with lab.running("1.1.0") as backend:
        backend.ready()
        assert backend.ask("GET", "/version") == (200, {"version": "1.1.0"})
        status, made = backend.ask("POST", API, {"name": "first", "description": "why"})
        assert (status, made["name"], made["description"]) == (201, "first", "why")
        assert backend.ask("GET", f"{API}/{made['id']}") == (200, {**made, "sound": True})
        assert backend.ask("GET", "/health") == (200, {"status": "ok", "environments": 1})
        assert list((lab.top / "home" / "artefacts").iterdir()) != []
        assert backend.ask("DELETE", f"{API}/{made['id']}")[0] == 200
        assert backend.ask("GET", f"{API}/{made['id']}")[0] == 404
        assert list((lab.top / "home" / "artefacts").iterdir()) == []
        assert heartbeat(lab, "1.1.0", backend) == 0
        assert heartbeat(lab, "1.0.0", backend) == 1, "a worker of another version does not count"


def heartbeat(lab: Lab, version: str, backend: Backend) -> int:
    """Return what the worker's check ends with, once the worker had time to begin."""
    end = time.monotonic() + 15
    while True:
        command = (sys.executable, "-B", "checks/heartbeat.py")
        done = subprocess.run(
            command,
            check=False,
            cwd=lab.release(version),
            env=dict(backend.environment),
            capture_output=True,
            timeout=30,
        )
        if done.returncode == 0 or "seen: nobody" not in done.stderr.decode() or time.monotonic() > end:
            return done.returncode


def test_1_1_1_is_slow_at_start(lab: Lab) -> None:
    """It listens after its warm-up, and not before."""
    lab.migrate("1.1.1")
    with lab.running("1.1.1") as backend:
        assert backend.ready() > 4


def test_1_2_0_is_broken_at_start(lab: Lab) -> None:
    """It ends by itself; the version before it serves on its schema."""
    lab.migrate("1.2.0")
    with lab.running("1.2.0") as backend:
        assert backend.process.wait(20) == 1
    with lab.running("1.1.0") as backend:
        backend.ready()
        assert backend.ask("POST", API, {"name": "first"})[0] == 201


def test_1_3_0_fails_halfway(lab: Lab) -> None:
    """Nothing of its migration remains, and the version before goes on."""
    lab.migrate("1.1.0")
    with pytest.raises(ToolFailed, match=r"(?s)Migration 0004 failed.*number.*everything else was rolled back"):
        lab.migrate("1.3.0")
    assert lab.migrator("1.3.0").state(lab.environment).current == "0003"
    assert lab.migrate("1.3.1") == ["0004", "0005"], "what was half made would be in the way"


def test_the_code_before_cannot_live_with_1_3_1(lab: Lab) -> None:
    """Its own code serves on the new schema; that of 1.1.0 answers 500; the linter knew it."""
    lab.migrate("1.1.0")
    pending = lab.migrator("1.3.1").state(lab.environment).pending
    linter = SquawkLinter(
        directory=lab.top, engine="sqlite" if "sqlite" in lab.database else "postgresql", program=find_squawk()
    )
    breaking = {found.revision for found in linter.lint(pending) if not found.expands}
    assert [one.transactional for one in pending] == [True] * 3
    assert breaking == {"0005"}
    lab.migrate("1.3.1")
    with lab.running("1.3.1") as backend:
        backend.ready()
        assert backend.ask("POST", API, {"name": "first"})[1]["name"] == "first"
        assert [row["name"] for row in backend.ask("GET", API)[1]] == ["first"]
    with lab.running("1.1.0") as backend:
        backend.ready()
        assert backend.ask("GET", "/health")[0] == 500
        assert backend.ask("GET", API)[0] == 500


def test_1_4_0_regresses_under_load(lab: Lab) -> None:
    """Sixty requests go well and quickly; of the next half fail, all are slow, and health stays good."""
    lab.migrate("1.4.0")
    with lab.running("1.4.0") as backend:
        backend.ready()
        assert {backend.ask("GET", API)[0] for _ in range(60)} == {200}
        start = time.monotonic()
        statuses: Sequence[int] = [backend.ask("GET", API)[0] for _ in range(4)]
        assert statuses == [500, 200, 500, 200]
        assert time.monotonic() - start > 1.6
        assert backend.ask("GET", "/health")[0] == 200
