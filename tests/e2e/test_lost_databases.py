"""A database server that dies while a deploy migrates: a real server of the test's own, ended at once in the middle."""

import signal
import subprocess
import time
from collections.abc import Iterator
from threading import Thread

import lab as lab_module
import lab_site
import psycopg
import pytest
from conducted import conducted, recovered
from lab import DeployLab, deploy_lab, silent
from postgres_rig import Cluster, start_cluster

from release_tools.deploy.flows import failing

pytestmark = pytest.mark.slow
OURS = "application_name LIKE 'release-tools/%'"
WAITING = f"SELECT count(*) FROM pg_stat_activity WHERE {OURS} AND wait_event_type = 'Lock'"


class MortalServer:
    """A server that dies while a migration waits for a lock, and comes back when it is told, or by itself."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster, self.processes = cluster, [cluster.process]

    def dies_while_migrating(self, database: str, *, back_after: float | None) -> None:
        """Lock a table, so that the migration that comes next waits, and end the server at once when it does."""
        holder = subprocess.Popen(
            (self.cluster.binaries / "psql", "-X", "-q", self.cluster.socket_url(database)),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert holder.stdin
        holder.stdin.write("BEGIN; LOCK TABLE environments;\n")
        holder.stdin.flush()
        while not self.cluster.execute("SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted"):
            time.sleep(0.05)

        def end() -> None:
            with self.cluster.connection() as looking:
                while looking.execute(WAITING.encode()).fetchall()[0][0] == 0:
                    time.sleep(0.05)
            self.processes[-1].send_signal(signal.SIGQUIT)
            self.processes[-1].wait(20)
            holder.kill()
            holder.communicate()
            if back_after is not None:
                time.sleep(back_after)
                self.comes_back()
                self.processes[-1].wait()  # it dies with the thread that started it

        Thread(target=end, daemon=True).start()

    def comes_back(self) -> None:
        """Start it again, as its supervisor does."""
        again = subprocess.Popen(
            self.cluster.process.args,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        )
        self.processes.append(again)
        end = time.monotonic() + 30
        while True:
            try:
                self.cluster.execute("SELECT 1")
                return
            except psycopg.OperationalError:
                assert time.monotonic() < end and again.poll() is None, "it does not come back"
            time.sleep(0.1)

    def stop(self) -> None:
        """End it for good."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGQUIT)
                process.wait(20)
        self.cluster.stop()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MortalServer]:
    """Return a server that labs of this test use."""
    made = MortalServer(start_cluster())
    for module in (lab_module, lab_site):
        monkeypatch.setattr(module, "session_cluster", lambda: made.cluster)
    yield made
    made.stop()


@pytest.fixture
def lab(server: MortalServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeployLab]:
    """Return a lab whose staging serves 1.0.0 with a user's row, on that server."""
    with deploy_lab("postgresql") as made:
        monkeypatch.setenv("RELEASE_TOOLS_HOSTS", str(made.top / "hosts"))
        made.deploys("1.0.0")
        made.staging.make("kept")
        yield made
        silent(made)


def as_before(lab: DeployLab) -> None:
    """Demand that the version before serves on its schema with every row, and that the next deploy works."""
    here = lab.staging
    assert here.serves() == "1.0.0" and here.names() == {"kept"}
    assert here.rows("SELECT version_num FROM alembic_version") == [("0001",)]
    lab.deploys("1.1.0")
    assert here.serves() == "1.1.0" and here.names() == {"kept"}


def test_x19_a_server_that_dies_while_migrating_and_comes_back(lab: DeployLab, server: MortalServer) -> None:
    """It is waited for; then the revision is read, and the version before serves again, exit 7."""
    name = lab.staging.database.rpartition("/")[2]
    dying = {"verify the fallback point": lambda: server.dies_while_migrating(name, back_after=2.0)}
    code, told = conducted(lab, "1.1.0", after=dying)
    assert code == 7 and "1.1.0 was taken back (R0)" in told, told
    as_before(lab)


def test_x19_a_server_that_dies_while_migrating_and_stays_away(
    lab: DeployLab, server: MortalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 8: nobody can tell what was reached, users are kept out; with the server back, `recover` ends it."""
    monkeypatch.setattr(failing, "RETURNS_WITHIN", 3.0)
    name = lab.staging.database.rpartition("/")[2]
    dying = {"verify the fallback point": lambda: server.dies_while_migrating(name, back_after=None)}
    code, told = conducted(lab, "1.1.0", after=dying)
    assert code == 8 and "What was reached cannot be told" in told, told
    assert "release-tools recover --env staging" in told and lab.staging.ask()[0] == 503
    server.comes_back()
    assert recovered(lab)[1] == "rolled_back"
    as_before(lab)
