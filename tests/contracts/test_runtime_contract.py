"""What every runtime does with services, with real processes and in memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.runtime import FakeRuntime
from process_rig import ending, make_runtime, sleeper

from release_tools.domain.deploy.service import Placement
from release_tools.errors import PreconditionFailed
from release_tools.ports.runtime import Runtime

LIVE, NEXT, REHEARSED = Placement("one"), Placement("two"), Placement("two", "r1")


@pytest.fixture(params=["processes", "fake"])
def runtime(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Runtime]:
    """Return a runtime that has started nothing yet."""
    with ending(tmp_path):
        yield FakeRuntime() if request.param == "fake" else make_runtime(tmp_path)


def test_a_service_that_was_never_started_is_not_seen(runtime: Runtime) -> None:
    """Nothing is told of it, nothing is to be stopped, and it wrote nothing."""
    assert runtime.states() == {}
    assert runtime.states(REHEARSED) == {}
    runtime.stop("web", grace=1.0)
    runtime.stop("web", REHEARSED, grace=1.0)
    assert runtime.states() == {}
    assert runtime.log_tail("web") == ()


def test_a_started_service_runs_from_its_release(runtime: Runtime) -> None:
    """It is seen as what was returned, with an identity."""
    state = runtime.start(sleeper(), LIVE, {}, version="1.0.0")
    assert (state.name, state.state, state.release, state.restarts) == ("web", "running", "one", 0)
    assert state.identity
    assert runtime.states() == {"web": state}


def test_a_service_that_runs_already_is_adopted(runtime: Runtime) -> None:
    """Starting it twice is starting it once."""
    first = runtime.start(sleeper(), LIVE, {}, version="1.0.0")
    assert runtime.start(sleeper(), LIVE, {}, version="1.0.0") == first


def test_another_release_is_not_started_over_a_running_one(runtime: Runtime) -> None:
    """Two versions of a service never run at once; the running one is left alone."""
    first = runtime.start(sleeper(), LIVE, {}, version="1.0.0")
    with pytest.raises(PreconditionFailed, match="still runs from release one"):
        runtime.start(sleeper(), NEXT, {}, version="1.1.0")
    assert runtime.states() == {"web": first}


def test_a_stopped_service_is_known_and_can_be_started_from_another_release(runtime: Runtime) -> None:
    """Stopped twice is stopped; the next start is another process."""
    first = runtime.start(sleeper(), LIVE, {}, version="1.0.0")
    runtime.stop("web", grace=2.0)
    runtime.stop("web", grace=2.0)
    stopped = runtime.states()["web"]
    assert (stopped.state, stopped.release, stopped.identity) == ("stopped", "one", "")
    second = runtime.start(sleeper(), NEXT, {}, version="1.1.0")
    assert (second.state, second.release) == ("running", "two")
    assert second.identity != first.identity


def test_services_are_told_apart_by_name(runtime: Runtime) -> None:
    """Stopping one leaves the other."""
    runtime.start(sleeper("web"), LIVE, {}, version="1.0.0")
    worker = runtime.start(sleeper("worker"), LIVE, {}, version="1.0.0")
    runtime.stop("web", grace=2.0)
    assert runtime.states()["worker"] == worker
    assert runtime.states()["web"].state == "stopped"


def test_a_rehearsal_is_beside_the_live_services(runtime: Runtime) -> None:
    """The same names, another release, and nothing that is done to it reaches a live service."""
    live = runtime.start(sleeper(), LIVE, {}, version="1.0.0")
    rehearsed = runtime.start(sleeper(), REHEARSED, {}, version="1.1.0")
    assert runtime.states() == {"web": live}
    assert runtime.states(Placement("", "r1")) == {"web": rehearsed}
    runtime.stop("web", REHEARSED, grace=2.0)
    assert runtime.states() == {"web": live}
    assert runtime.states(REHEARSED)["web"].state == "stopped"


def test_a_rehearsal_is_stopped_as_a_whole(runtime: Runtime) -> None:
    """All its services end and it is forgotten; others stay; one that nobody knows is no error."""
    for name in ("web", "worker"):
        runtime.start(sleeper(name), REHEARSED, {}, version="1.1.0")
    other = runtime.start(sleeper(), Placement("two", "r2"), {}, version="1.1.0")
    assert runtime.rehearsals() == ("r1", "r2")
    runtime.stop_rehearsal("r1", grace=2.0)
    runtime.stop_rehearsal("r1", grace=2.0)
    assert runtime.states(REHEARSED) == {}
    assert runtime.rehearsals() == ("r2",)
    assert runtime.states(Placement("", "r2")) == {"web": other}


def test_whether_it_may_be_started_again_can_be_told_before_it_runs(runtime: Runtime) -> None:
    """A word about a service is no service."""
    runtime.restart_allowed("web", allowed=False)
    assert runtime.states() == {}
    assert runtime.start(sleeper(), LIVE, {}, version="1.0.0").state == "running"


def test_free_ports_are_different_and_nobody_listens_on_them(runtime: Runtime) -> None:
    """As many as were asked for."""
    ports = runtime.free_ports(3)
    assert len(set(ports)) == 3
    assert not any(map(runtime.listening, ports))
