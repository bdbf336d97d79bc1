"""Killed at any moment, a change to a PostgreSQL server is done, not done, or can be repeated."""

import multiprocessing
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from postgres_place import Place

from release_tools.domain.deploy.database import contents_differences

ROUNDS = 8
FORK = multiprocessing.get_context("fork")


def killed(change: Callable[[], None], after: float) -> None:
    """Begin a change in a process of its own and kill that."""
    process = FORK.Process(target=change)
    process.start()
    process.join(after)
    process.kill()
    process.join()


@pytest.fixture
def numbers(request: pytest.FixtureRequest) -> random.Random:
    """Return the same numbers for the same run."""
    return random.Random(request.config.getoption("randomly_seed", 1))


@pytest.mark.slow
def test_a_swap_that_was_killed_is_done_or_not_and_can_be_repeated(place: Place, numbers: random.Random) -> None:
    """There is a live database at every moment, the old one or the fresh one, and nobody is kept out of it."""
    database, fresh, kept = place.database, f"{place.name}__fresh", f"{place.name}__kept"
    place.run("CREATE TABLE t AS SELECT 0 AS round")
    for number in range(1, ROUNDS + 1):
        database.copy(fresh)
        place.run(f"UPDATE t SET round = {number}", name=fresh)
        killed(lambda: database.swap(fresh, kept), numbers.uniform(0, 0.15))
        assert database.scalar("SELECT round FROM t") in (str(number - 1), str(number))
        database.swap(fresh, kept)
        assert database.scalar("SELECT round FROM t") == str(number)
        assert database.scalar("SELECT round FROM t", name=kept) == str(number - 1)
        assert database.names(f"{place.name}__") == (kept,)
        database.drop(kept)


@pytest.mark.slow
def test_a_restore_that_was_killed_shows_nothing_or_everything(
    place: Place, numbers: random.Random, tmp_path: Path
) -> None:
    """Under its name there is only a whole database; another attempt replaces what was left."""
    database, fresh = place.database, f"{place.name}__fresh"
    place.run("CREATE TABLE t AS SELECT g, md5(g::text) AS text FROM generate_series(1, 20000) g")
    place.run("ALTER TABLE t ADD PRIMARY KEY (g)")
    dump = database.dump(tmp_path)
    for _ in range(ROUNDS // 2):
        killed(lambda: database.restore(tmp_path, fresh), numbers.uniform(0, 1.0))
        if fresh in database.names(f"{place.name}__"):
            assert list(contents_differences(dump.contents, database.contents(fresh, hashed=True))) == []
        database.restore(tmp_path, fresh)
        assert list(contents_differences(dump.contents, database.contents(fresh, hashed=True))) == []
        database.drop(fresh)
        assert database.names(f"{place.name}__") == ()


@pytest.mark.slow
def test_the_statement_of_a_killed_client_is_found_by_its_name_and_ended(place: Place) -> None:
    """It would run on and commit."""
    url = place.database.environment(application="release-tools/run-7")["DATABASE_URL"]

    def migrate() -> None:
        import psycopg

        with psycopg.connect(url.replace("client_connection_check_interval%3D1000", "jit%3Doff")) as connection:
            connection.execute("CREATE TABLE late AS SELECT 1 AS a FROM pg_sleep(600)")

    process = FORK.Process(target=migrate)
    process.start()
    deadline = time.monotonic() + 60
    while "active" not in {one.state for one in place.database.sessions("release-tools/run-7")}:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.kill()
    process.join()
    assert [one.state for one in place.database.sessions("release-tools/run-7")] == ["active"]
    assert place.database.terminate("release-tools/run-7") == ()
    assert place.database.sessions("release-tools/run-7") == ()
    assert place.database.contents().tables == ()
