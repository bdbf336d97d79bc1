"""The promises of deploys, one test each, told as a story on the example platform with real processes and databases.

Single faults stand in `docs/deploy-faults.md` with their tests. Stories that share a lab leave 1.0.0 serving.
"""

import os
import re
import signal
from collections.abc import Iterator

import pytest
from lab import DeployLab, deploy_lab, silent
from lab_site import SIGNING_KEY, write_env

pytestmark = pytest.mark.slow


def first_deployed(kind: str) -> Iterator[DeployLab]:
    """Yield a lab whose staging serves 1.0.0; afterwards nothing it said or kept holds a secret."""
    with deploy_lab(kind) as made:
        made.deploys("1.0.0")
        yield made
        silent(made)


@pytest.fixture(scope="module")
def lab() -> Iterator[DeployLab]:
    """Return a lab on SQLite whose staging serves 1.0.0."""
    yield from first_deployed("sqlite")


@pytest.fixture(scope="module")
def postgres_lab() -> Iterator[DeployLab]:
    """Return a lab on PostgreSQL whose staging serves 1.0.0."""
    yield from first_deployed("postgresql")


def newest_backup(lab: DeployLab, purpose: str) -> str:
    """Return the newest backup that was taken for a purpose."""
    return str([one["backup"] for one in lab.asked("backups")["backups"] if f"-{purpose}-" in one["backup"]][-1])


def last_run(lab: DeployLab) -> dict[str, object]:
    """Return the newest line of the history."""
    return dict(lab.asked("history")["runs"][-1])


def test_item_1_commands(lab: DeployLab) -> None:
    """Every command says what it would do or did; what is only looked at is not touched."""
    told = lab.ends(0, "preflight", "1.1.0")
    assert "pending: 0002" in told and "NO " not in told
    forecast = lab.ends(0, "deploy", "1.1.0", "--dry-run")
    assert re.search(r"downtime: about \d", forecast) and "to back up: " in forecast
    assert "ALTER TABLE environments ADD COLUMN description" in forecast and "way back: data before opening" in forecast
    lab.ends(0, "rehearse", "1.1.0", "--yes")
    assert lab.ends(0, "attach").startswith("rehearse 1.1.0: done\n")
    made = lab.asked("backup", "--yes")
    assert made["state"] == "done"
    backup = newest_backup(lab, "manual")
    assert "artefacts are as they were written" in lab.ends(0, "verify-backup", backup, "--read-only")
    lab.ends(0, "verify-backup", backup, "--yes")
    assert f"restore main from {backup}" in lab.ends(0, "restore", backup, "--accept-data-loss", "--dry-run")
    for command in ("status", "continue", "abort"):
        assert re.search("no unfinished run in staging|no run of staging is unfinished", lab.ends(0, command))
    assert "nothing to recover; 1.0.0 serves staging" in lab.ends(0, "recover")
    assert "already" in lab.ends(0, "deploy", "1.0.0", "--yes")
    assert "not known what served before 1.0.0" in lab.ends(3, "rollback", "--yes")
    lab.ends(0, "gc", "--yes")
    runs = lab.asked("history")["runs"]
    assert lab.run("history", "--journal").stdout.startswith('{"')
    flows = {run["flow"] for run in runs}
    assert {"deploy", "rehearse", "backup", "verify-backup"} <= flows
    assert lab.staging.serves() == "1.0.0"
    assert lab.staging.rows("SELECT version_num FROM alembic_version") == [("0001",)]


def test_item_2_states() -> None:
    """What fails only live is taken back with the data; once open to users, a person decides."""
    with deploy_lab("postgresql") as lab:
        here = lab.staging
        lab.deploys("1.1.0")
        for name in ("first", "second"):
            here.make(name)
        here.breaks_live()
        told = lab.ends(7, "deploy", "1.3.1", "--yes")
        assert "1.3.1 was taken back (R2)" in told and "1.1.0 serves again, verified" in told
        assert here.serves() == "1.1.0" and here.names() == {"first", "second"}
        assert here.rows("SELECT version_num FROM alembic_version") == [("0002",)]
        assert lab.ends(0, "verify")
        (here.state / "breaks-on").unlink()
        lab.deploys("1.3.1")
        here.make("third")
        told = lab.ends(6, "rollback", "--yes")
        assert "environments +1 rows" in told and here.serves() == "1.3.1"
        lab.ends(0, "rollback", "--accept-data-loss", "--yes")
        assert here.serves() == "1.1.0" and here.names() == {"first", "second"}
        assert newest_backup(lab, "salvage")
        outcomes = [(run["flow"], run["outcome"]) for run in lab.asked("history")["runs"]]
        assert outcomes == [
            ("deploy", "committed"),
            ("deploy", "rolled_back"),
            ("deploy", "committed"),
            ("rollback", "rolled_back"),
        ]
        silent(lab)


def test_item_3_process_runtime(lab: DeployLab) -> None:
    """Services stop and start in order and outlive the command; users see a 200 or a 503 and nothing else."""
    here = lab.staging
    before = lab.pids()
    with here.asked_all_the_time() as statuses:
        told = lab.ends(0, "deploy", "1.0.0", "--redeploy", "--yes")
    done = re.findall(r"\] (keep users out|(?:stop|start) \w+|let users in)", told)
    assert done == ["keep users out", "stop worker", "stop backend", "start backend", "start worker", "let users in"]
    assert set(statuses) == {200, 503} and statuses[0] == statuses[-1] == 200
    after = lab.pids()
    assert after.keys() == before.keys() == {"backend", "worker"} and not set(after.values()) & set(before.values())
    lab.ends(0, "verify")
    assert lab.pids() == after, "a later command finds the same processes"
    os.kill(after["worker"], 9)
    lab.waits(lambda: lab.pids().get("worker") not in (None, after["worker"]), "nobody started the worker again")


def test_item_4_databases_and_migrators(postgres_lab: DeployLab) -> None:
    """A migration that fails, and a version that cannot start, are found on a restored copy."""
    lab, here = postgres_lab, postgres_lab.staging
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    before = here.rows(tables), here.rows("SELECT version_num FROM alembic_version"), here.names(), lab.pids()
    told = lab.ends(9, "deploy", "1.3.0", "--yes")
    assert "Migration 0004 failed" in told and "Production is untouched" in told
    told = lab.ends(9, "deploy", "1.2.0", "--yes")
    assert "does not come up on the copy" in told and "FileNotFoundError" in told
    after = here.rows(tables), here.rows("SELECT version_num FROM alembic_version"), here.names(), lab.pids()
    assert after == before
    copies = f"SELECT datname FROM pg_database WHERE datname LIKE '{here.database.rpartition('/')[2]}\\_\\_s\\_%'"
    assert here.rows(copies) == [], "a rehearsal leaves no copy"
    assert here.serves() == "1.0.0" and last_run(lab)["outcome"] == "failed"


def test_item_5_backup(postgres_lab: DeployLab) -> None:
    """An upgrade keeps every row; its backup brings back rows, files and version; damage is refused."""
    lab, here = postgres_lab, postgres_lab.staging
    assert "backup" in lab.ends(9, "migrate", "1.0.0", "--yes", site=lab.production), "it has none"
    here.make("before")
    told = lab.deploys("1.1.0")
    assert "migrate main from 0001 to 0002" in told and here.serves() == "1.1.0" and "before" in here.names()
    backup = newest_backup(lab, "live")
    files = sorted(path.name for path in (here.home / "artefacts").iterdir())
    here.make("after")
    told = lab.ends(6, "restore", backup, "--yes")
    assert "environments +1 rows" in told and "after" in here.names()
    lab.ends(0, "restore", backup, "--accept-data-loss", "--yes")
    assert here.serves() == "1.0.0" and "before" in here.names() and "after" not in here.names()
    assert sorted(path.name for path in (here.home / "artefacts").iterdir()) == files
    dump = here.top / "hand-made.sql"
    title = "-- PostgreSQL database cluster dump"
    dump.write_text(f"--\n{title}\n--\nCREATE TABLE t (id int);\n--\n{title} complete\n--\n")
    assert "not proven: " in lab.ends(0, "restore", "--import", str(dump))
    lab.ends(0, "backup", "--yes")
    damaged = newest_backup(lab, "manual")
    kept = [path for path in (here.top / "backups").rglob("*") if damaged in str(path) and path.is_file()]
    assert kept and all(path.stat().st_mode & 0o777 == 0o600 for path in kept)
    largest = max(kept, key=lambda path: path.stat().st_size)
    data = bytearray(largest.read_bytes())
    data[len(data) // 2] ^= 1
    largest.write_bytes(data)
    assert lab.run("verify-backup", damaged, "--yes").code != 0
    assert lab.run("restore", damaged, "--accept-data-loss", "--yes").code != 0
    assert here.serves() == "1.0.0" and "before" in here.names()


def test_item_6_verify(lab: DeployLab) -> None:
    """Every check of the platform is told, and one that says no makes the command say no."""
    told = lab.asked("verify")
    kinds = {sample["check"]: sample["good"] for sample in told["samples"]}
    assert kinds.keys() >= {"version", "health", "list", "make", "named", "worker", "backend runs", "worker runs"}
    assert all(kinds.values()) and told["version"] == "1.0.0"
    names = lab.staging.names()
    assert "release-check" not in names, "what a check makes is removed"
    worker = lab.pids()["worker"]
    os.kill(worker, signal.SIGSTOP)
    try:
        lab.staging.rows("UPDATE heartbeats SET version = '0.0.0'")
        assert "NO  worker" in lab.ends(1, "verify")
    finally:
        os.kill(worker, signal.SIGCONT)
    lab.waits(lambda: lab.run("verify").code == 0, "the worker shows no life")


def test_item_7_configuration(lab: DeployLab) -> None:
    """Faults of the environment file are named before anything starts, values never are, and modes are mended."""
    here = lab.staging
    good = here.env_file.read_text()
    broken = good.replace(f"SIGNING_KEY={SIGNING_KEY}\n", "") + f"OLD_TOKEN=t0ken-value\nPORT={here.port}\n"
    try:
        here.env_file.write_text(broken)
        told = lab.ends(3, "deploy", "1.1.0", "--yes")
        assert all(name in told for name in ("SIGNING_KEY", "OLD_TOKEN", "PORT")) and "t0ken-value" not in told
        write_env(here, SIGNING_KEY="")
        assert "SIGNING_KEY" in lab.ends(3, "preflight", "1.1.0")
        write_env(here, mode=0o644)
        assert "--fix-perms" in lab.ends(3, "preflight", "1.1.0")
        lab.ends(0, "preflight", "1.1.0", "--fix-perms")
        assert here.env_file.stat().st_mode & 0o777 == 0o600
    finally:
        write_env(here)
    assert here.serves() == "1.0.0" and lab.ends(0, "preflight", "1.1.0")


def test_item_8_record(postgres_lab: DeployLab) -> None:
    """The table is the agreed one, the history agrees with it, and what a restore erases of it is written again."""
    lab, here = postgres_lab, postgres_lab.staging
    columns = (
        "SELECT column_name, data_type, character_maximum_length, is_nullable, column_default "
        "FROM information_schema.columns WHERE table_name = 'platform_versions' ORDER BY ordinal_position"
    )
    assert here.rows(columns) == [
        ("id", "integer", None, "NO", "nextval('platform_versions_id_seq'::regclass)"),
        ("version", "character varying", 20, "NO", None),
        ("applied_at", "timestamp without time zone", None, "YES", "CURRENT_TIMESTAMP"),
        ("description", "text", None, "YES", None),
    ]
    versions = "SELECT version, applied_at, description FROM platform_versions ORDER BY id"
    recorded = here.rows(versions)
    assert recorded[0][0] == "1.0.0"
    deploys = here.rows("SELECT to_version, outcome, git_commit FROM platform_deploys ORDER BY started_at")
    assert deploys[0][:2] == ("1.0.0", "committed") and re.fullmatch(r"[0-9a-f]{40}", deploys[0][2])
    here.rows("DELETE FROM platform_versions")
    lab.ends(0, "backup", "--yes")
    lab.ends(0, "restore", newest_backup(lab, "manual"), "--accept-data-loss", "--yes")
    *written_again, restored = here.rows(versions)
    assert written_again == recorded and restored[0] == "1.0.0" and "restore" in restored[2]
    last = last_run(lab)
    assert (last["flow"], last["outcome"]) == ("restore", "committed")


def test_item_9_staging_first(lab: DeployLab) -> None:
    """Production takes what staging has committed and nothing else, but for a reason that is kept."""
    there = lab.production
    assert "staging has not committed 1.1.0" in lab.ends(3, "deploy", "1.1.0", "--yes", site=there)
    lab.deploys("1.0.0", site=there)
    assert there.serves() == "1.0.0"
    reason = ("--without-staging", "staging is being rebuilt", "--hold", "--yes")
    told = lab.ends(6, "deploy", "1.1.0", *reason, site=there)
    digits = re.search(r"--approve (\w+)", told)
    assert digits and there.serves() == "1.0.0"
    lab.ends(6, "continue", "--approve", "0" * 12, site=there)
    run = lab.asked("status", site=there)
    assert run["intent"]["waived staging"] == "staging is being rebuilt"
    write_env(there, SIGNING_KEY="another-key")
    assert "environment file: it says something else" in lab.ends(6, "continue", "--approve", digits[1], site=there)
    write_env(there)
    assert there.serves() == "1.0.0"
    lab.ends(0, "continue", site=there)
    assert there.serves() == "1.1.0" and lab.staging.serves() == "1.0.0"
