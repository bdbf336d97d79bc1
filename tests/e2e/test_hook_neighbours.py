"""Hooks beside those of others: core.hooksPath, shared and tracked directories, other hook managers."""

import json
import subprocess
from pathlib import Path

import pytest
from hook_world import BAD, GOOD, make_repository, run
from needed import needed_beside_python

from release_tools.hooks.launcher import DOORS


@pytest.mark.parametrize("path", ["relative", "absolute", "home"])
def test_hooks_path(tmp_path: Path, home: Path, path: str) -> None:
    """Where core.hooksPath leads, there the hooks are written, from a subdirectory as well."""
    repository = make_repository(tmp_path / "r")
    (repository.top / "sub").mkdir()
    value, place = {
        "relative": ("../own hooks", tmp_path / "own hooks"),
        "absolute": (str(tmp_path / "own hööks"), tmp_path / "own hööks"),
        "home": ("~/own", home / "own"),
    }[path]
    repository.git("config", "core.hooksPath", value)
    run(repository.top / "sub", "install-hooks")
    assert {entry.name for entry in place.iterdir()} == set(DOORS)
    repository.commit()
    repository.commit(BAD, ok=False)


def test_hooks_path_set_after_installing(tmp_path: Path) -> None:
    """Uninstalling finds the launchers in the usual directory, too, and those in force now."""
    repository = make_repository(tmp_path / "r")
    repository.write_hook("commit-msg", "#!/bin/sh\n")
    run(repository.top, "install-hooks")
    repository.git("config", "core.hooksPath", "../other")
    run(repository.top, "install-hooks")
    places = json.loads(run(repository.top, "uninstall-hooks", "--json").stdout)["places"]
    assert [{row["hook"]: row["moves"] for row in place["hooks"]} for place in places] == [
        {door: ["remove"] for door in DOORS},
        {door: ["remove"] for door in DOORS} | {"commit-msg": ["restore"]},
    ]
    assert [path.name for path in repository.hooks.iterdir()] == ["commit-msg"]
    assert not any((tmp_path / "other").iterdir())


def test_hooks_path_of_all_repositories(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory that other repositories use, too, is refused with the command that gives this clone its own."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "config"))
    repository = make_repository(tmp_path / "r")
    repository.git("config", "--global", "core.hooksPath", "~/shared")
    said = run(repository.top, "install-hooks", code=3).stderr
    assert not (home / "shared").exists()
    command = said.partition("`")[2].partition("`")[0]
    subprocess.run(("sh", "-c", command), cwd=repository.top, check=True)
    run(repository.top, "install-hooks")
    repository.commit(BAD, ok=False)
    repository.git("config", "--unset", "core.hooksPath")
    run(repository.top, "install-hooks", "--force")
    assert (home / "shared" / "commit-msg").exists()


def test_hooks_path_that_is_tracked(tmp_path: Path) -> None:
    """A directory under version control is refused, since a launcher holds paths of this machine."""
    repository = make_repository(tmp_path / "r")
    (repository.top / ".githooks").mkdir()
    (repository.top / ".githooks" / "commit-msg").write_text("#!/bin/sh\n")
    repository.git("config", "core.hooksPath", ".githooks")
    repository.git("add", ".")
    assert "is tracked" in run(repository.top, "install-hooks", code=3).stderr
    assert repository.git("status", "--porcelain") == "A  .githooks/commit-msg\n"
    run(repository.top, "install-hooks", "--force")
    repository.uninstall()
    assert repository.git("status", "--porcelain") == "A  .githooks/commit-msg\n"


def test_husky(tmp_path: Path) -> None:
    """Husky's directory is refused even with --force, and the message says what to add where."""
    repository = make_repository(tmp_path / "r")
    (repository.top / ".husky" / "_").mkdir(parents=True)
    (repository.top / ".husky" / "_" / "h").touch()
    repository.git("config", "core.hooksPath", ".husky/_")
    assert ".husky/commit-msg" in run(repository.top, "install-hooks", "--force", code=3).stderr


@pytest.mark.slow
@pytest.mark.parametrize("tool", ["pre-commit", "prek"])
@pytest.mark.parametrize("order", ["before", "after", "around"])
def test_hook_manager(tmp_path: Path, tool: str, order: str) -> None:
    """Installed before or after us, pre-commit and prek check what they check, and so do we."""
    program = needed_beside_python(tool)
    repository = make_repository(tmp_path / "r")
    hook = "- {id: team, name: team, language: system, entry: grep -q thing, stages: [commit-msg]}"
    text = f"repos:\n- repo: local\n  hooks:\n  {hook}\n"
    (repository.top / ".pre-commit-config.yaml").write_text(text)
    repository.git("add", ".")
    install = (str(program), "install", "--hook-type", "commit-msg")
    if order != "after":
        subprocess.run(install, cwd=repository.top, check=True, capture_output=True)
    repository.install()
    if order != "before":
        subprocess.run(install, cwd=repository.top, check=True, capture_output=True)
        repository.install()
    repository.commit(BAD, ok=False)
    repository.commit("feat: add noise", ok=False)
    repository.commit(GOOD)
