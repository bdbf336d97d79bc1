"""`init --workflows` in a work tree: what it writes, renews, leaves alone and refuses."""

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from release_tools.cli.program import program

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SOURCE = ("--source", f"example/release-tools@{COMMIT}")
NAMES = ["ci.yml", "deploy.yml", "release.yml", "start.yml"]


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a work tree, and be in it."""
    subprocess.run(("git", "init", "--quiet", str(tmp_path)), check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def init(*words: str) -> Result:
    """Call it."""
    return CliRunner().invoke(program, ["init", "--workflows", *words])


def written(top: Path) -> dict[str, str]:
    """Return the workflows by name."""
    return {path.name: path.read_text() for path in sorted((top / ".github" / "workflows").glob("*"))}


def fates(result: Result) -> set[str]:
    """Return what became of the files."""
    return {row["fate"] for row in json.loads(result.stdout)["workflows"]}


def test_the_callers_are_written_once(top: Path) -> None:
    """All four call ours at the commit; the second time there is nothing to write."""
    (top / "release-tools.toml").write_text('[branches]\nmain = "trunk"\n')
    assert fates(init(*SOURCE, "--tests", 'make "test"', "--json")) == {"new"}
    texts = written(top)
    assert sorted(texts) == NAMES
    assert all(f"/.github/workflows/{name}@{COMMIT} # release-tools " in text for name, text in texts.items())
    assert 'branches: ["trunk"]' in texts["release.yml"]
    assert 'tests: "make \\"test\\""' in texts["ci.yml"]
    assert fates(init(*SOURCE, "--tests", 'make "test"', "--json")) == {"as it should be"}
    assert written(top) == texts


def test_what_it_wrote_itself_is_renewed(top: Path) -> None:
    """A newer commit goes into files that nobody has changed."""
    init(*SOURCE)
    assert fates(init("--source", f"example/release-tools@{COMMIT[::-1]}", "--json")) == {"renewed"}
    assert all(COMMIT[::-1] in text and COMMIT not in text for text in written(top).values())


def test_a_file_that_somebody_changed_is_named_and_nothing_is_written(top: Path) -> None:
    """Exit 3, all or nothing; --force writes."""
    place = top / ".github" / "workflows"
    place.mkdir(parents=True)
    (place / "ci.yml").write_text("name: theirs\n")
    refused = init(*SOURCE)
    assert getattr(refused.exception, "exit_code", None) == 3
    assert ".github/workflows/ci.yml" in str(refused.exception)
    assert written(top) == {"ci.yml": "name: theirs\n"}
    assert init(*SOURCE, "--force").exit_code == 0
    assert sorted(written(top)) == NAMES


def test_a_dry_run_writes_nothing(top: Path) -> None:
    """It says what it would do."""
    assert fates(init(*SOURCE, "--dry-run", "--json")) == {"new"}
    assert not (top / ".github").exists()


@pytest.mark.parametrize(
    "words", [("init", "--workflows", "--source", "example/release-tools@v1.0.0"), ("init",), ("init", "--workflows")]
)
def test_what_is_not_said_is_not_guessed(top: Path, words: tuple[str, ...]) -> None:
    """Exit 2 without a source, with one that can be moved, or without a word of what to write."""
    result = CliRunner().invoke(program, list(words))
    assert getattr(result.exception, "exit_code", None) == 2
    assert not (top / ".github").exists()
