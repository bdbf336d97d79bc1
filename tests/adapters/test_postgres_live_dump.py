"""A dump of a database that is written to all the time holds one moment of it, and says which."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from postgres_place import Place

from release_tools.domain.deploy.database import contents_differences


@pytest.fixture
def busy(place: Place) -> Iterator[Place]:
    """Return a database in which money goes to and fro between accounts, each time with a row in a log."""
    place.run("CREATE TABLE account (id int PRIMARY KEY, money int)", "CREATE TABLE log (id serial, text text)")
    place.run("INSERT INTO account SELECT g, 100 FROM generate_series(1, 500) g")
    enough = Event()

    def work(number: int) -> None:
        with place.cluster.connection(place.name) as connection:
            while not enough.is_set():
                with connection.transaction():
                    connection.execute("UPDATE account SET money = money - 1 WHERE id = %s", (number,))
                    connection.execute("INSERT INTO log (text) VALUES (repeat('x', 200))")
                    connection.execute("UPDATE account SET money = money + 1 WHERE id = %s", (number + 100,))

    workers = [Thread(target=work, args=(number,), daemon=True) for number in (1, 2)]
    for worker in workers:
        worker.start()
    yield place
    enough.set()
    for worker in workers:
        worker.join(20)


@pytest.mark.slow
def test_a_dump_under_writes_is_one_moment(busy: Place, tmp_path: Path) -> None:
    """Rows, hashes and sequences that it tells are those that a restore brings; no money is lost."""
    dump = busy.database.dump(tmp_path)
    fresh = f"{busy.name}__fresh"
    busy.database.restore(tmp_path, fresh)
    assert list(contents_differences(dump.contents, busy.database.contents(fresh, hashed=True))) == []
    assert busy.database.scalar("SELECT sum(money) FROM account", name=fresh) == "50000"
    log = next(table.rows for table in dump.contents.tables if table.name == "public.log")
    last = dump.contents.sequences[0].last
    assert log > 0
    assert last is not None
    assert last >= log
    assert dump.position
