"""The installed version, told without the standard module where the name of a directory tells it."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from release_tools.installed import installed_version


def test_it_is_what_the_metadata_says() -> None:
    """The quick way and the standard one agree."""
    assert installed_version() == version("release-tools")


def test_the_standard_module_is_not_needed() -> None:
    """Importing it costs more than all that a command imports of ours."""
    code = "import sys; from release_tools.installed import installed_version as v; v(); print(*sys.modules)"
    done = subprocess.run((sys.executable, "-c", code), check=True, capture_output=True, text=True, timeout=60)
    assert "release_tools.installed" in done.stdout.split()
    assert "importlib.metadata" not in done.stdout.split()


def test_the_first_on_the_path_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it does for imports; a path entry that is no directory is passed over."""
    (tmp_path / "release_tools-9.8.7.dist-info").mkdir()
    (tmp_path / "release_tools_extra-1.0.0.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "missing.zip"), str(tmp_path), *sys.path])
    assert installed_version() == "9.8.7"


def test_without_an_installation_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """No version is made up."""
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(PackageNotFoundError):
        installed_version()
