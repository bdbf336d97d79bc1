"""The deploy tables and the host file: what they refuse, with the path of every fault."""

from pathlib import Path

import pytest

from release_tools.config.deploy import Deploy
from release_tools.config.deploy_load import fit_deploy, host_path, load_deploy, load_host, state_directory
from release_tools.config.load import load_config
from release_tools.config.source import Text
from release_tools.errors import ConfigError, PreconditionFailed

SOUND = """
[deploy]
project = "shop"
[deploy.services.backend]
command = ["backend"]
port = "BACKEND_PORT"
public = true
[deploy.databases.main]
"""


def faults(text: str) -> list[str]:
    """Return the faults of deploy tables, each with its path."""
    import tomllib

    fitted = fit_deploy(tomllib.loads(text)["deploy"])
    assert isinstance(fitted, tuple), "nothing was refused"
    return [f"{finding.path}: {finding.wrong}" for finding in fitted]


def test_sound_tables() -> None:
    """They are loaded with their defaults."""
    deploy = load_deploy((Text(path=Path("release-tools.toml"), text=SOUND),), of="This")
    assert isinstance(deploy, Deploy)
    assert deploy.databases["main"].url == "DATABASE_URL"
    assert deploy.front.kind == "front"


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        (
            '[deploy.services.worker]\ncommand = ["w"]\nafter = ["backnd"]',
            "services.worker.after: 'backnd' is not there",
        ),
        ('[deploy.services.w]\ncommand = ["w"]\nhealth = "/h"', "services.w.health: needs a port"),
        ('[deploy.services.w]\ncommand = ["w"]\npublic = true\nport = "P"', "exactly one public service; 2 are"),
        ('[deploy.services.w]\ncommand = ["w"]\nafter = ["w"]', "these wait for each other: w"),
        ("[deploy.services.w]\ncommand = []", "services.w.command"),
        ('[deploy.services.w]\ncommand = ["w"]\ndirectory = "../x"', "must be a relative path that stays below"),
        ('[deploy.migrations]\nkind = "command"', "migrations.upgrade: is needed by the kind 'command'"),
        (
            '[deploy.migrations]\nkind = "alembic"\ndatabase = "mian"',
            "migrations.database: 'mian' is not there; did you mean",
        ),
        ('[deploy.checks.c]\nkind = "http"', "checks.c.service: is needed; there are: backend"),
        ('[deploy.checks.c]\nkind = "sql"', "checks.c.query: is needed by the kind 'sql'"),
        ('[deploy.checks.c]\nkind = "post"\nservice = "backend"', "checks.c.body: is needed"),
        ('[deploy.checks.c]\nkind = "http"\nservice = "backend"\ncleanup_id = "id"', "with `cleanup_id` only"),
        ('[deploy.checks.c]\nkind = "tcp"\nhost = "h"', "checks.c.port: is needed beside a host"),
        ('[deploy.environments.production]\nafter = "stagin"', "environments.production.after: 'stagin' is not there"),
        ('[deploy.environments.p]\nwindows = ["someday"]', "environments.p.windows[0]: 'someday' is no window"),
        ('[deploy.environments.p]\nfreezes = ["2027-02-30"]', "environments.p.freezes[0]: '2027-02-30' is no freeze"),
        ("[deploy.bake]\nsecnds = 1", "bake.secnds: unknown key; did you mean 'seconds'?"),
    ],
)
def test_a_fault_is_named_with_its_path(more: str, fault: str) -> None:
    """Each rule says where and what is wrong."""
    assert any(fault in one and one.startswith("deploy.") for one in faults(SOUND + more)), faults(SOUND + more)


def test_release_commands_refuse_faulty_deploy_tables_as_well(tmp_path: Path) -> None:
    """A fault is found where it is made, not when the version is deployed."""
    (tmp_path / "release-tools.toml").write_text(SOUND + "[deploy.bake]\nsecnds = 1")
    with pytest.raises(ConfigError, match=r"deploy\.bake\.secnds"):
        load_config(tmp_path)


def test_a_tree_without_deploy_tables() -> None:
    """The message names the tree."""
    with pytest.raises(ConfigError, match=r"Release 1\.0\.0 has no deploy tables"):
        load_deploy((Text(path=Path("release-tools.toml"), text=""),), of="Release 1.0.0")


def test_a_machine_that_does_not_serve_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the file that would have to be there."""
    monkeypatch.setenv("RELEASE_TOOLS_HOSTS", str(tmp_path))
    with pytest.raises(PreconditionFailed, match=r"production\.toml"):
        load_host("shop", "production")


def test_a_host_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths must be absolute; unknown keys are refused; the state directory may be named."""
    monkeypatch.setenv("RELEASE_TOOLS_HOSTS", str(tmp_path))
    path = host_path("shop", "production")
    path.write_text('home = "/srv"\n[backup]\ndirectory = "backups"\n')
    with pytest.raises(ConfigError, match=r"backup\.directory: must be an absolute path"):
        load_host("shop", "production")
    path.write_text('home = "/srv"\nnotify = { chat = "chat.url" }\n[backup]\ndirectory = "/backups"\n')
    with pytest.raises(ConfigError, match=r"notify\.chat: must be an absolute path"):
        load_host("shop", "production")
    path.write_text('home = "/srv"\nstate = "/state"\n[backup]\ndirectory = "/backups"\n')
    assert state_directory(load_host("shop", "production"), "shop", "production") == Path("/state")
    path.write_text('home = "/srv"\nhoem = 1\n[backup]\ndirectory = "/backups"\n')
    with pytest.raises(ConfigError, match="did you mean 'home'"):
        load_host("shop", "production")
