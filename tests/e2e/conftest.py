"""Sites for end-to-end tests, copied from templates that are made once a session.

How a site is made stands in `repository`.
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from loaded import unload
from repository import CALENDAR, Site, found_site

Make = Callable[[], Site]


@pytest.fixture(scope="session", autouse=True)
def program() -> Iterator[None]:
    """End the process that has the program loaded, once no test needs it."""
    yield
    unload()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory of the templates, empty at first."""
    return tmp_path_factory.mktemp("templates")


@pytest.fixture(params=[1, pytest.param(-1, marks=pytest.mark.slow)], ids=["dates rise", "dates fall"])
def dates(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let every command of the test commit a minute after the one before, and once more a minute before it."""
    with CALENDAR.moving(request.param):
        yield


@pytest.fixture
def site(templates: Path, tmp_path: Path) -> Site:
    """Return a site with v1.0.0 on main and one feature on develop."""
    return _template(templates, "plain", lambda home: found_site(home)).copy(tmp_path / "site")


@pytest.fixture
def started(templates: Path, tmp_path: Path) -> Site:
    """Return a site on which release 1.1.0 has been started."""
    return _template(templates, "started", lambda home: _started(templates, home)).copy(tmp_path / "site")


def _started(templates: Path, home: Path) -> Site:
    site = _template(templates, "plain", lambda other: found_site(other)).copy(home)
    outcome = site.here.run("start-release", "--yes")
    assert outcome.code == 0, outcome.stderr
    return site


def _template(templates: Path, name: str, make: Callable[[Path], Site]) -> Site:
    home = templates / name
    if not home.exists():
        # Under another name first: a template whose making failed is none.
        with CALENDAR.moving(0):
            make(Path(tempfile.mkdtemp(dir=templates)) / name).home.rename(home)
        site = Site(home)
        site.here.git("remote", "set-url", "origin", str(site.remote.path))
    return Site(home)
