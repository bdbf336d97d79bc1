"""The boot unit of an environment: odd paths survive systemd's quoting, and systemd itself takes it."""

import re
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from needed import needed

from release_tools.cli.boot_unit import render_boot_unit
from release_tools.wiring.deploys import DeployPlace

ODD = '/srv/a "b" 100% $HOME\\x'


def place(repo: str) -> DeployPlace:
    """Return what a unit is made from."""
    words = ("--repo", repo, "--config", "/srv/own.toml", "--env", "production")
    tables = SimpleNamespace(project="shop 50%")
    return cast("DeployPlace", SimpleNamespace(environment="production", tables=tables, words=lambda: words))


def unquoted(line: str) -> list[str]:
    """Return the words of a line as systemd reads them."""
    words = re.findall(r'"((?:[^"\\]|\\.)*)"', line)
    return [re.sub(r"\\(.)", r"\1", word.replace("%%", "%").replace("$$", "$")) for word in words]


def test_odd_paths_survive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither quotes nor specifiers nor variables are read into a path."""
    monkeypatch.setenv("RELEASE_TOOLS_HOSTS", "/etc/ho sts")
    lines = render_boot_unit(place(ODD)).splitlines()
    (command,) = (line for line in lines if line.startswith("ExecStart="))
    words = unquoted(command)
    assert words[1:] == [
        *("-m", "release_tools", "--repo", ODD, "--config", "/srv/own.toml"),
        *("recover", "--boot", "--env", "production"),
    ]
    assert 'Environment="RELEASE_TOOLS_HOSTS=/etc/ho sts"' in lines
    assert "Description=End an unfinished deploy of shop 50%% (production), and start what should run" in lines


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    """`systemd-analyze verify` finds nothing to say."""
    program = needed("systemd-analyze")
    unit = tmp_path / "release-tools-shop-production.service"
    unit.write_text(render_boot_unit(place("/srv/shop")))
    done = subprocess.run(
        (program, "verify", "--man=no", str(unit)), capture_output=True, text=True, timeout=60, check=False
    )
    about = [line for line in done.stderr.splitlines() if unit.name in line]
    assert about == [], done.stderr
