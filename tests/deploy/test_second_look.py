"""What changes between preparing and the cut-over is seen right before it: exit 6, and nothing was touched.

Each row changes one thing while approval is waited for; changed back, the run goes on to its end.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.platform import FakePlatform, FakeTags, revision
from fakes.stored_platform import StoredPlatform

from release_tools.adapters.backup_shelf import BackupShelf
from release_tools.config.deploy import Bake, Environment
from release_tools.deploy.flows.approvals import approve
from release_tools.domain.deploy.database import DatabaseFacts
from release_tools.domain.deploy.service import Placement, ServiceSpec
from release_tools.engine.plan import plan_hash
from release_tools.engine.runner import Progress
from release_tools.engine.runs import Run
from release_tools.errors import HumanNeeded, ToolFailed

POLICY = Environment(after="staging", windows=("sun 09:00-16:00 UTC",), freezes=("2026-03-02..2026-03-03",))
FACTS = DatabaseFacts(
    engine="postgresql", name="app", place="here", server_version=(15,), tool_version=(15,), size=900, free=10**9
)


def new_platform(kind: type[FakePlatform], top: Path) -> FakePlatform:
    """Return a platform on which 1.1.0 serves; 1.2.0 has a migration, and all that has a policy allows it."""
    made = kind(top / "state", environment=POLICY, bake=Bake(seconds=0.0))
    made.tree = {"1.1.0": (revision("r1"),), "1.2.0": (revision("r1"), revision("r2"))}
    made.elsewhere = {("staging", one): made.tags.tree(_commit(made, one)) for one in ("1.1.0", "1.2.0")}
    made.deploy("1.1.0")
    return made


def _commit(platform: FakePlatform, version: str) -> str:
    commit = platform.tags.commit_of(f"refs/tags/v{version}")
    assert commit
    return commit


def held(platform: FakePlatform) -> Run:
    """Prepare 1.2.0, and return the run, approved."""
    with pytest.raises(HumanNeeded, match="waits for approval"):
        platform.deploy("1.2.0", hold=True)
    (run,) = platform.runs.open_runs()
    approve(run, plan_hash(run.plan())[:12])
    return run


def standing(platform: FakePlatform) -> tuple[object, ...]:
    """Return what serves, what is in the databases, and all that was done to services and front."""
    databases = {name: repr(data) for name, data in platform.server.databases.items()}
    return platform.serving(), databases, platform.runtime.done[:], platform.front.done[:], platform.releases.current()


CHANGES: dict[str, tuple[Callable[[FakePlatform], object], str]] = {
    "the tag is gone": (lambda p: _set(p, tags=FakeTags(versions=("1.1.0",))), "no tag v1.2.0"),
    "the tag is another commit": (
        lambda p: _set(p, tags=replace(p.tags, moved={"1.2.0": "1.0.0"})),
        "was moved since this run was prepared",
    ),
    "the tag is not on main": (lambda p: _set(p, tags=replace(p.tags, off_main=("1.2.0",))), "is not on main"),
    "the window is over": (lambda p: _set(p, now=p.now + timedelta(hours=8)), "window: now is outside"),
    "a freeze has begun": (lambda p: _set(p, now=p.now + timedelta(days=1)), "window: .*2026-03-02"),
    "a freeze was declared": (
        lambda p: _set(p, environment=replace(POLICY, freezes=("2026-03-01..2026-03-01",))),
        "window: .*2026-03-01",
    ),
    "staging took it back": (lambda p: _set(p, elsewhere={}), "staging has not committed 1.2.0"),
    "staging has another content": (
        lambda p: _set(p, elsewhere={("staging", "1.2.0"): "another"}),
        "staging has committed another content",
    ),
    "the environment file says another thing": (
        lambda p: setattr(p.host, "env", str(p.host.env).replace("secret@", "other@")),
        "environment file: it says something else",
    ),
    "the environment file lacks a key": (
        lambda p: setattr(p.host, "env", str(p.host.env).replace("PORT=8000\n", "")),
        "PORT",
    ),
    "the environment file has no port": (
        lambda p: setattr(p.host, "env", str(p.host.env).replace("8001", "none")),
        "BACKEND_PORT in the environment file is no TCP port",
    ),
    "somebody migrated by hand": (
        lambda p: p.database.live.tables.update({"alembic_version": ["r2"]}),
        "the database stands at r2, and stood at r1",
    ),
    "the database does not answer": (
        lambda p: p.server.failures.update({"facts": ToolFailed("127.0.0.1:5432 does not answer")}),
        "database main: 127.0.0.1:5432 does not answer",
    ),
    "the database's disk is full": (
        lambda p: setattr(p.server, "facts", replace(FACTS, free=100)),
        "a copy and a proof need",
    ),
    "its role may make no copies": (
        lambda p: setattr(p.server, "facts", replace(FACTS, may_create=False)),
        "may not create databases",
    ),
    "users are kept out already": (lambda p: setattr(p.front, "told", "maintenance"), "users are kept out already"),
    "a service was started from elsewhere": (
        lambda p: started_from_elsewhere(p, p.blueprint("").services[0]),
        "they run from another release",
    ),
    "another release serves": (lambda p: p.releases.switch(p.releases.all()[-1]), "serves now"),
}
"""What is changed, and what is said of it."""


def started_from_elsewhere(platform: FakePlatform, spec: ServiceSpec) -> None:
    """Let a person start a service past us."""
    platform.runtime.stop(spec.name, grace=1.0)
    platform.runtime.start(spec, Placement("1.0.0-0000000000"), {}, version="1.0.0")


def _set(platform: FakePlatform, **values: object) -> None:
    for name, value in values.items():
        setattr(platform, name, value)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_since_preparing_is_seen_before_the_cut_over(tmp_path: Path, change: str) -> None:
    """Exit 6 that names it; not a service, not a row, not a user has noticed, and the run stays open."""
    platform = new_platform(FakePlatform, tmp_path)
    run = held(platform)
    make, words = CHANGES[change]
    make(platform)
    before = standing(platform)
    with pytest.raises(HumanNeeded, match=f"(?s){words}") as caught:
        platform.conductor().go_on(run)
    assert "Production is untouched" in caught.value.state and "release-tools abort --env production" in str(
        caught.value
    )
    assert standing(platform) == before
    assert [one.id for one in platform.runs.open_runs()] == [run.id]


def test_changed_back_the_run_goes_on(tmp_path: Path) -> None:
    """What was prepared is still good."""
    platform = new_platform(FakePlatform, tmp_path)
    run, env = held(platform), platform.host.env
    platform.host.env = str(env).replace("secret@", "other@")
    with pytest.raises(HumanNeeded):
        platform.conductor().go_on(run)
    platform.host.env = env
    assert platform.conductor().go_on(run) == "committed"


def test_all_that_changed_is_told_at_once(tmp_path: Path) -> None:
    """Nobody learns of the second change after undoing the first."""
    platform = new_platform(FakePlatform, tmp_path)
    run = held(platform)
    _set(platform, now=platform.now + timedelta(days=1), elsewhere={})
    platform.front.told = "maintenance"
    with pytest.raises(HumanNeeded, match=r"(?s)staging:.*window:.*front:"):
        platform.conductor().go_on(run)


def test_what_was_waived_stays_waived(tmp_path: Path) -> None:
    """A reason that was given when it was prepared counts for the cut-over as well."""
    platform = new_platform(FakePlatform, tmp_path)
    platform.elsewhere = {}
    assert platform.deploy("1.2.0", waived={"staging": "it burns"}) == "committed"


def test_a_port_that_was_taken_meanwhile(tmp_path: Path) -> None:
    """Somebody listens where the new version is to; the old one does not run there."""
    platform = new_platform(FakePlatform, tmp_path)
    platform.runtime.stop("backend", grace=1.0)
    run = held(platform)
    platform.runtime.taken.add(8001)
    with pytest.raises(HumanNeeded, match="somebody else listens on its port 8001"):
        platform.conductor().go_on(run)


def test_a_secret_that_others_may_read_meanwhile(tmp_path: Path) -> None:
    """A mode that was opened while approval was waited for is told with its file."""
    platform = new_platform(StoredPlatform, tmp_path)
    run = held(platform)
    (tmp_path / "platform" / "production.env").chmod(0o644)
    with pytest.raises(HumanNeeded, match=r"secret files: .*production\.env.*0644"):
        platform.conductor().go_on(run)


def test_the_room_for_backups_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fallback point of a platform with directories is a backup; without room for it nothing is begun."""
    platform = new_platform(StoredPlatform, tmp_path)
    run = held(platform)
    monkeypatch.setattr(BackupShelf, "free", lambda _: 1000)
    before = standing(platform)
    with pytest.raises(HumanNeeded, match="backup space: 0 MiB are free"):
        platform.conductor().go_on(run)
    assert standing(platform) == before
    monkeypatch.undo()
    assert platform.conductor().go_on(run) == "committed"


def test_a_cut_over_that_was_planned_and_not_begun_is_looked_at_again(tmp_path: Path) -> None:
    """Killed between planning and the first step, and gone on with days later: the same look, the same refusal."""
    platform = new_platform(FakePlatform, tmp_path)
    run = held(platform)

    def die(progress: Progress) -> None:
        raise KeyboardInterrupt(progress.title)

    conductor = platform.conductor()
    shown = replace(conductor, show=lambda plan: die(Progress(number=0, of=0, title=plan.title, word="")))
    with pytest.raises(KeyboardInterrupt):
        shown.go_on(run)
    platform.now += timedelta(days=1)
    before = standing(platform)
    (again,) = platform.runs.open_runs()
    with pytest.raises(HumanNeeded, match="2026-03-02"):
        platform.conductor().go_on(again)
    assert standing(platform) == before
