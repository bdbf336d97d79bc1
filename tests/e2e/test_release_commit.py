"""The release commit, byte by byte: version files of all kinds, and the changelog from start to finish.

Which version is chosen stands in `test_scenarios`.
"""

from pathlib import Path

import pytest
from repository import CHANGELOG, DAY, FILES, NOON, Clone, Site, found_site

POETRY = '[tool.poetry]\nname = "x"\nversion = \'1.0.0\'\n[tool.poetry.dependencies]\ny = "1.0.0"\n'
PACKAGE = '{\n    "name": "é",\n    "version": "1.0.0",\n    "dependencies": {"left": "1.0.0"}\n}'
LOCK = (
    '{\n    "name": "é",\n    "version": "1.0.0",\n    "lockfileVersion": 3,\n    "packages": {\n'
    '        "": {\n            "name": "é",\n            "version": "1.0.0"\n        },\n'
    '        "node_modules/left": {\n            "version": "1.0.0"\n        }\n    }\n}\n'
)
COMPOSE = (
    "services:\n  web:\n    image: registry.example/team/web:1.0.0  # ours\n"
    "  worker:\n    image: 'registry.example/team/web:1.0.0'\n  db:\n    image: postgres:1.0.0\n"
)
MODULE = '"""Module of 1.0.0."""\r\n__version__ = "1.0.0"\r\n'

KINDS = {
    "pyproject": ("pyproject.toml", "", FILES["pyproject.toml"], {3}),
    "poetry": ("pyproject.toml", "", POETRY, {3}),
    "package.json": ("package.json", "", PACKAGE, {3}),
    "compose image": ("compose.yaml", 'image = "registry.example/team/web"\ncount = 2\n', COMPOSE, {3, 5}),
    "pattern": ("src/v.py", "pattern = '__version__ = \"{version}\"'\n", MODULE, {2}),
}


def raised(text: str, lines: set[int]) -> str:
    """Return the text with the new version in some lines, counted from 1."""
    parts = text.splitlines(keepends=True)
    return "".join(p.replace("1.0.0", "1.1.0") if n in lines else p for n, p in enumerate(parts, 1))


@pytest.mark.parametrize("kind", KINDS)
def test_version_file_changes_in_the_bytes_of_its_version_alone(tmp_path: Path, kind: str) -> None:
    """Comments, quotes, indentation, line ends and a missing last newline stay; so does the file's mode."""
    path, rows, text, lines = KINDS[kind]
    config = f'{FILES["release-tools.toml"]}[changelog]\npath = false\n[[version.files]]\npath = "{path}"\n{rows}'
    site = found_site(tmp_path / "site", {"release-tools.toml": config, path: text})
    site.here.git("update-index", "--chmod=+x", path)
    site.here.git("checkout", "--quiet", "--", path)
    site.here.git("commit", "--quiet", "-m", "chore: executable")
    site.here.git("push", "--quiet", "origin", "develop")
    outcome = site.here.run("start-release", "--yes")
    assert outcome.code == 0, outcome.stderr
    assert site.here.shown("HEAD", path) == raised(text, lines)
    assert (site.here.path / path).read_bytes() == raised(text, lines).encode()
    row = site.here.git("diff-tree", "-r", "--no-commit-id", "HEAD")
    assert row.count("\n") == 0 and row.startswith(":100755 100755 ") and row.endswith(f"M\t{path}")


def test_lock_beside_package_json_follows(tmp_path: Path) -> None:
    """Both places that name our package change; a dependency of the same version does not."""
    files = {"release-tools.toml": FILES["release-tools.toml"], "package.json": PACKAGE, "package-lock.json": LOCK}
    site = found_site(tmp_path / "site", files)
    assert site.here.run("start-release", "--yes").code == 0
    assert site.here.shown("HEAD", "package.json") == raised(PACKAGE, {3})
    assert site.here.shown("HEAD", "package-lock.json") == raised(LOCK, {3, 8})
    changed = site.here.git("diff", "--name-only", "HEAD^", "HEAD").split("\n")
    assert changed == ["CHANGELOG.md", "package-lock.json", "package.json"]


def test_files_that_disagree_are_refused(tmp_path: Path) -> None:
    """Exit 3 names every place, and nothing is changed."""
    site = found_site(tmp_path / "site", {**FILES, "package.json": PACKAGE.replace("1.0.0", "1.0.1", 1)})
    before = site.snapshot()
    outcome = site.here.run("start-release", "--yes")
    assert outcome.code == 3
    assert "pyproject.toml:3" in outcome.stderr and "package.json:3" in outcome.stderr
    assert site.snapshot() == before


def test_without_version_file_and_changelog_the_branch_starts_at_its_base(tmp_path: Path) -> None:
    """There is nothing to commit, so there is no commit."""
    config = f"{FILES['release-tools.toml']}[changelog]\npath = false\n"
    site = found_site(tmp_path / "site", {"release-tools.toml": config})
    assert site.here.run("start-release", "--yes").code == 0
    assert site.remote.at("release/v1.1.0") == site.here.at("develop")


def entry(here: Clone, commit: str, text: str) -> str:
    """Return a line of the changelog."""
    return f"- {text} ({here.at(commit)[:7]})"


def test_start_writes_the_section_and_every_other_byte_stays(started: Site) -> None:
    """One section is put in below Unreleased; the commit touches two files and nothing else."""
    here = started.here
    section = f"## [1.1.0] - {DAY}\n\n### Added\n\n{entry(here, 'develop', 'add a')}\n\n"
    expected = CHANGELOG.replace("## [1.0.0]", f"{section}## [1.0.0]")
    assert here.shown("release/v1.1.0", "CHANGELOG.md") == expected
    assert here.git("log", "-1", "--format=%s|%an <%ae>|%cn <%ce>") == (
        "chore: prepare release v1.1.0|Ada Author <ada@example.com>|Carl Committer <carl@example.com>"
    )


def test_finish_without_a_later_fix_adds_no_commit(started: Site) -> None:
    """The section is still right, so main merges exactly what was cut."""
    cut = started.here.at("release/v1.1.0")
    assert started.here.run("finish-release", "--yes").code == 0
    assert started.remote.at("main^2") == cut


def test_finish_renders_the_section_again_after_a_fix(started: Site) -> None:
    """A fix landed on the release branch: one commit more brings it into the section, hand-written notes survive."""
    here = started.here
    notes = "<!-- notes -->\nRead this — by hand.\n<!-- /notes -->"
    text = here.shown("HEAD", "CHANGELOG.md").replace(f"## [1.1.0] - {DAY}\n", f"## [1.1.0] - {DAY}\n\n{notes}\n")
    here.commit("docs: say more", {"CHANGELOG.md": text})
    fix = here.commit("fix: mend a", {"a": "mended\n"})
    here.git("push", "--quiet", "origin", "release/v1.1.0")
    add = entry(here, "develop", "add a")
    outcome = here.run("finish-release", "--yes")
    assert outcome.code == 0, outcome.stderr
    section = f"## [1.1.0] - {DAY}\n\n{notes}\n\n### Added\n\n{add}\n\n### Fixed\n\n- mend a ({fix[:7]})\n\n"
    assert here.shown("v1.1.0", "CHANGELOG.md") == CHANGELOG.replace("## [1.0.0]", f"{section}## [1.0.0]")
    assert here.shown("develop", "CHANGELOG.md") == here.shown("v1.1.0", "CHANGELOG.md")
    assert here.at("main^2^") == fix
    assert here.git("log", "-1", "--format=%s", "main^2") == "docs: update the changelog of 1.1.0"
    assert here.git("diff", "--name-only", "main^2^", "main^2") == "CHANGELOG.md"


def test_date_of_the_section_is_the_date_of_the_finish(started: Site) -> None:
    """A release that lay for a week is dated by its finish, in the committer's own time zone."""
    late = dict.fromkeys(NOON, "2026-01-22T23:30:00-0800")
    clone = Clone(started.here.path, environment=late)
    assert clone.run("finish-release", "--yes").code == 0
    assert "## [1.1.0] - 2026-01-22\n" in clone.shown("v1.1.0", "CHANGELOG.md")


def test_a_commit_gets_one_candidate(started: Site) -> None:
    """Typed again, `tag` says which candidate the commit is; the next commit, or a version by name, gets another."""
    here = started.here
    assert here.run("tag", "--yes", "--json").data["version"] == "v1.1.0-rc.1"
    again = here.run("tag", "--yes", "--json")
    assert (again.code, again.data["state"]) == (0, "nothing")
    assert here.run("tag", "1.1.0-rc.7", "--yes").code == 0
    here.commit("fix: mend it")
    here.git("push", "--quiet", "origin", "HEAD")
    assert here.run("tag", "--yes", "--json").data["version"] == "v1.1.0-rc.8"
