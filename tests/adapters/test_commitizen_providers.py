"""Commitizen's providers: asked in a process of their own, believed only when they answer."""

import subprocess
import sys
from pathlib import Path

import pytest

from release_tools.adapters.commitizen_providers import ask_provider
from release_tools.adapters.version_locator import LibraryLocator
from release_tools.config.model import Config, Version, VersionFile
from release_tools.domain.version_files.source import Unlocatable
from release_tools.errors import PreconditionFailed
from release_tools.release.version_files import read_versions, version_paths, write_version

PYPROJECT = b'[project]\nname = "a"\nversion = "1.4.2"\n'
ROWS = (VersionFile(path="pyproject.toml"), VersionFile(path="web", provider="npm"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a work tree with a version in pyproject.toml and in web/package.json."""
    subprocess.run(("git", "init", "--quiet", str(tmp_path)), check=True, timeout=20)
    (tmp_path / "pyproject.toml").write_bytes(PYPROJECT)
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "package.json").write_text('{"version": "1.4.2"}')
    # Python must not take the project's own modules for commitizen.
    (tmp_path / "web" / "commitizen.py").write_text("raise SystemExit(9)")
    return tmp_path


@pytest.mark.slow
def test_provider_takes_part_and_is_only_read(project: Path) -> None:
    """Its version must agree; a change that it would have to follow is refused with what to configure instead."""
    config, locate = Config(version=Version(files=ROWS)), LibraryLocator(top=project)
    blobs = {"pyproject.toml": PYPROJECT}
    assert "web" not in version_paths(config)
    found = read_versions(config, blobs, locate)
    assert [(place.place, place.text, place.is_only_read) for place in found] == [
        ("pyproject.toml:3", "1.4.2", False),
        ("commitizen's provider `npm`", "1.4.2", True),
    ]
    assert write_version(config, blobs, "1.4.2", locate) == {}
    with pytest.raises(PreconditionFailed) as caught:
        write_version(config, blobs, "1.5.0", locate)
    (line,) = caught.value.failed.splitlines()[1:]
    assert line.startswith("  commitizen's provider `npm`: names 1.4.2 and is only read: take its row out")
    assert (project / "web" / "package.json").read_text() == '{"version": "1.4.2"}'


@pytest.mark.slow
@pytest.mark.parametrize(
    ("provider", "reason"),
    [
        ("cargo", "tells no version: FileNotFoundError"),
        ("nothing", 'tells no version: VersionProviderUnknown: Version Provider "nothing" unknown'),
        ("commitizen", "tells no version: NoVersionSpecifiedError"),
    ],
)
def test_provider_that_cannot_tell(project: Path, provider: str, reason: str) -> None:
    """What a provider raises is told with its name."""
    with pytest.raises(Unlocatable) as caught:
        ask_provider(provider, project)
    assert caught.value.failed.startswith(f"commitizen's provider `{provider}` {reason}")


def test_provider_that_does_not_answer(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider has a deadline; one that ends without an answer, or has no directory to be asked in, told nothing."""
    with pytest.raises(Unlocatable, match="did not answer within 0 s"):
        ask_provider("npm", project, seconds=0.001)
    with pytest.raises(Unlocatable, match=r"cannot be asked in .* \(No such file or directory\)"):
        ask_provider("npm", project / "gone")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(Unlocatable, match="ended with exit code 1 and no answer"):
        ask_provider("npm", project)
