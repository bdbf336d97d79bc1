"""Merges that touch version files and the changelog: forecast, decided by rule, and found whole on every branch.

How single parts are decided stands in the tests of the domain; merges for a person stand in `test_conflicts`.
"""

import json

import pytest
from repository import FILES, Clone, Site, found_site

from release_tools.domain.changelog.section import read_sections

pytestmark = pytest.mark.slow

LOCK = {"name": "x", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "x", "version": "1.0.0"}}}
PACKAGE = {"name": "x", "version": "1.0.0", "private": True}
MORE = {"package.json": json.dumps(PACKAGE, indent=2) + "\n", "package-lock.json": json.dumps(LOCK, indent=2) + "\n"}
MANIFEST = '[project]\nname = "café"\nversion = "{}"  # the only place\n'


def ran(here: Clone, *arguments: str) -> str:
    """Run a command that must succeed and return its talk."""
    outcome = here.run(*arguments)
    assert outcome.code == 0, outcome.stderr
    return outcome.stderr


def sections(here: Clone, branch: str) -> dict[str, str]:
    """Return a branch's changelog sections in their order."""
    text = here.shown(branch, "CHANGELOG.md")
    found = read_sections(text)
    assert len({one.version for one in found}) == len(found), text
    return {str(one.version): text[one.start : one.end].rstrip() for one in found}


def versions(here: Clone, branch: str) -> set[str]:
    """Return every version that a branch's files name."""
    lock = json.loads(here.shown(branch, "package-lock.json"))
    manifest = here.shown(branch, "pyproject.toml").partition('version = "')[2].partition('"')[0]
    return {
        manifest,
        json.loads(here.shown(branch, "package.json"))["version"],
        lock["version"],
        lock["packages"][""]["version"],
    }


def hotfix(here: Clone, name: str) -> None:
    """Make a hotfix with our commands."""
    ran(here, "start-hotfix", name, "--yes")
    here.commit(f"fix: mend {name}")
    here.git("push", "--quiet", "origin", "HEAD")
    ran(here, "finish-hotfix", "--yes")


def hotfix_by_hand(here: Clone, version: str, branch: str = "main") -> None:
    """Release a hotfix as somebody without the tool does, and push it."""
    here.git("switch", "--quiet", branch)
    log = here.shown(branch, "CHANGELOG.md")
    section = f"## [{version}] - 2026-01-14\n\n### Fixed\n\n- by hand\n\n"
    files = {
        "fix": "fix\n",
        "pyproject.toml": MANIFEST.format(version),
        "package.json": MORE["package.json"].replace("1.0.0", version),
        "package-lock.json": MORE["package-lock.json"].replace("1.0.0", version),
        "CHANGELOG.md": log.replace("## [1.0.0]", f"{section}## [1.0.0]", 1),
    }
    here.commit("fix: mend by hand", files)
    here.git("tag", "-a", f"v{version}", "-m", f"v{version}")
    here.git("push", "--quiet", "origin", branch, f"v{version}")


@pytest.fixture
def rich(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a site with a second manifest and its lock, on which release 1.1.0 is open."""
    site = found_site(tmp_path_factory.mktemp("rich") / "site", FILES | MORE)
    ran(site.here, "start-release", "--yes")
    return site


@pytest.mark.usefixtures("dates")
def test_s16_hotfix_goes_into_the_open_release_and_into_develop(rich: Site) -> None:
    """Every branch names its own version everywhere; both sections are there, and finishing changes neither."""
    here = rich.here
    hotfix(here, "main")
    assert versions(here, "release/v1.1.0") == {"1.1.0"}
    assert list(sections(here, "release/v1.1.0")) == ["1.1.0", "1.0.1", "1.0.0"]
    assert versions(here, "develop") == versions(here, "main") == {"1.0.1"}
    released = sections(here, "v1.0.1")
    here.git("switch", "--quiet", "release/v1.1.0")
    ran(here, "finish-release", "--yes")
    for branch in ("main", "develop"):
        assert versions(here, branch) == {"1.1.0"}
        assert list(sections(here, branch)) == ["1.1.0", "1.0.1", "1.0.0"]
        assert released.items() <= sections(here, branch).items()
    assert sections(here, "develop") == sections(here, "v1.1.0")
    assert "mend main" not in sections(here, "main")["1.1.0"]


def test_s16_release_is_finished_first_and_the_hotfix_follows(rich: Site) -> None:
    """The other order: the hotfix that waited becomes the patch of the new release."""
    here = rich.here
    ran(here, "start-hotfix", "late", "--yes")
    here.commit("fix: mend late")
    here.git("push", "--quiet", "origin", "HEAD")
    here.git("switch", "--quiet", "release/v1.1.0")
    ran(here, "finish-release", "--yes")
    here.git("switch", "--quiet", "hotfix/late")
    ran(here, "finish-hotfix", "--yes")
    for branch in ("main", "develop"):
        assert versions(here, branch) == {"1.1.1"}
        assert list(sections(here, branch)) == ["1.1.1", "1.1.0", "1.0.0"]


def test_hotfix_made_by_hand_is_merged_when_the_release_is_finished(rich: Site) -> None:
    """Main was raised behind our back: its files and its section conflict for git, not for the rules."""
    here = rich.here
    hotfix_by_hand(here, "1.0.1")
    here.git("switch", "--quiet", "release/v1.1.0")
    assert here.git("merge", "--no-commit", "main", ok=(1,)).count("CONFLICT") == 4
    here.git("merge", "--abort")
    before = rich.snapshot()
    talk = ran(here, "finish-release", "--dry-run")
    assert "conflict" not in talk
    assert rich.snapshot() == before
    ran(here, "finish-release", "--yes")
    for branch in ("main", "develop"):
        assert versions(here, branch) == {"1.1.0"}
        assert list(sections(here, branch)) == ["1.1.0", "1.0.1", "1.0.0"]
        assert sections(here, branch)["1.0.1"] == sections(here, "v1.0.1")["1.0.1"]


def test_develop_that_says_something_else_takes_the_tag(rich: Site) -> None:
    """A lower number in develop's files gives way, a higher one stays; a key beside it survives either way."""
    here = rich.here
    for version in ("1.0.1", "1.5.0"):
        here.git("switch", "--quiet", "develop")
        lock = json.loads(here.shown("HEAD", "package-lock.json"))
        lock["version"] = lock["packages"][""]["version"] = version
        package = json.loads(here.shown("HEAD", "package.json")) | {"version": version, "type": "module"}
        files = {
            "pyproject.toml": MANIFEST.format(version),
            "package.json": json.dumps(package, indent=2) + "\n",
            "package-lock.json": json.dumps(lock, indent=2) + "\n",
        }
        here.commit(f"chore: say {version}", files)
        here.git("push", "--quiet", "origin", "develop")
        hotfix(here, f"after-{version}")
        wanted = {"1.0.1": "1.0.1", "1.5.0": "1.5.0"}[version]
        assert versions(here, "develop") == {wanted}
        assert json.loads(here.shown("develop", "package.json"))["type"] == "module"


def test_only_one_file_was_raised_on_develop(rich: Site) -> None:
    """Git merges both files without a word, one to each side's version; afterwards they agree."""
    here = rich.here
    here.git("switch", "--quiet", "develop")
    here.commit("chore: half a bump", {"package.json": MORE["package.json"].replace("1.0.0", "1.4.0")})
    here.git("push", "--quiet", "origin", "develop")
    hotfix(here, "main")
    assert versions(here, "develop") == {"1.4.0"}


def test_unreleased_text_of_both_sides_survives(rich: Site) -> None:
    """Develop and main each have hand-written entries under Unreleased: none is lost, none is released by accident."""
    here = rich.here
    for branch, entry in (("develop", "- on develop"), ("main", "- on main")):
        here.git("switch", "--quiet", branch)
        text = here.shown(branch, "CHANGELOG.md").replace("## [Unreleased]\n", f"## [Unreleased]\n\n{entry}\n", 1)
        here.commit(f"docs: tell {branch}", {"CHANGELOG.md": text})
        here.git("push", "--quiet", "origin", branch)
    hotfix(here, "main")
    unreleased = here.shown("develop", "CHANGELOG.md").partition("\n## [1.0.1]")[0]
    assert "- on develop" in unreleased and "- on main" in unreleased
    assert list(sections(here, "develop")) == ["1.0.1", "1.0.0"]


def test_entry_that_was_moved_into_the_release_is_unreleased_no_more(rich: Site) -> None:
    """Two merge bases, one of them older than the entry: what the release took over is not left on develop."""
    here = rich.here
    ran(here, "finish-release", "--yes")
    here.git("switch", "--quiet", "develop")
    text = here.shown("develop", "CHANGELOG.md")
    here.commit(
        "feat: add b", {"CHANGELOG.md": text.replace("## [Unreleased]\n", "## [Unreleased]\n\n- tell of b\n", 1)}
    )
    here.git("push", "--quiet", "origin", "develop")
    ran(here, "start-release", "--yes")
    moved = here.shown("HEAD", "CHANGELOG.md").replace("\n- tell of b\n", "", 1)
    heading, rest = moved.partition("## [1.2.0]")[::2]
    first, rest = rest.split("\n", 1)
    notes = "<!-- notes -->\n- tell of b\n<!-- /notes -->"
    here.commit("docs: tell of b", {"CHANGELOG.md": f"{heading}## [1.2.0]{first}\n\n{notes}\n{rest}"})
    here.git("push", "--quiet", "origin", "HEAD")
    hotfix(here, "main")
    assert len(here.git("merge-base", "--all", "develop", "release/v1.2.0").split()) == 2
    here.git("switch", "--quiet", "release/v1.2.0")
    ran(here, "finish-release", "--yes")
    text = here.shown("develop", "CHANGELOG.md")
    assert text.count("- tell of b") == 1
    assert notes in sections(here, "develop")["1.2.0"]


def test_rest_that_conflicts_is_forecast_and_left_to_a_person(rich: Site) -> None:
    """Both sides changed the line below the version: that file alone is named, before anything happened."""
    here = rich.here
    for branch, words in (("release/v1.1.0", "one"), ("main", "two")):
        here.git("switch", "--quiet", branch)
        text = here.shown(branch, "pyproject.toml") + f'description = "{words}"\n'
        here.commit(f"docs: say {words}", {"pyproject.toml": text})
        here.git("push", "--quiet", "origin", branch)
    here.git("switch", "--quiet", "release/v1.1.0")
    before = rich.snapshot()
    talk = ran(here, "finish-release", "--dry-run")
    assert "conflicts in: pyproject.toml\n" in talk
    assert rich.snapshot() == before


def test_a_person_sees_only_what_no_rule_decides(site: Site) -> None:
    """Beside a real conflict the version files and the changelog stand resolved in the work tree of the merge."""
    here = site.here
    ran(here, "start-release", "--yes")
    here.commit("fix: write it so", {"text": "of the release\n"})
    here.git("push", "--quiet", "origin", "HEAD")
    ran(here, "start-hotfix", "text", "--yes")
    here.commit("fix: write it otherwise", {"text": "of the hotfix\n"})
    stopped = here.run("finish-hotfix", "--yes")
    assert stopped.code == 6 and "conflicts in: text." in stopped.stderr
    merge = Clone(next(here.path.glob(".git/release-tools/runs/*/merge-*")))
    assert merge.git("diff", "--name-only", "--diff-filter=U") == "text"
    assert 'version = "1.1.0"' in (merge.path / "pyproject.toml").read_text()
    merge.commit("Merge by hand", {"text": "of both\n"})
    ran(here, "continue")
    assert list(sections(here, "origin/release/v1.1.0")) == ["1.1.0", "1.0.1", "1.0.0"]
    assert here.shown("origin/release/v1.1.0", "text") == "of both\n"
    assert here.contains("origin/develop", "v1.0.1")


def test_a_resolution_with_two_versions_is_refused(site: Site) -> None:
    """What a person commits in place of a rule is held to the same end: one version in every file."""
    here = site.here
    here.git("switch", "--quiet", "develop")
    for name, text in MORE.items():
        here.write(name, text)
        here.git("add", name)
    here.git("commit", "--quiet", "-m", "chore: add a package")
    here.git("push", "--quiet", "origin", "develop")
    ran(here, "start-release", "--yes")
    here.commit("fix: write it so", {"text": "of the release\n"})
    here.git("push", "--quiet", "origin", "HEAD")
    here.git("switch", "--quiet", "main")
    here.commit("fix: write it otherwise", {"text": "of main\n"})
    here.git("push", "--quiet", "origin", "main")
    assert here.run("finish-release", "1.1.0", "--yes").code == 6
    merge = Clone(next(here.path.glob(".git/release-tools/runs/*/merge-*")))
    wrong = (merge.path / "pyproject.toml").read_text().replace("1.1.0", "1.0.7")
    merge.commit("Merge by hand", {"text": "of both\n", "pyproject.toml": wrong})
    refused = here.run("continue")
    assert refused.code == 6 and "1.0.7" in refused.stderr
    assert site.remote.at("v1.1.0") == ""
    merge.write("pyproject.toml", wrong.replace("1.0.7", "1.1.0"))
    merge.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    ran(here, "continue")
    assert versions(here, "origin/main") == {"1.1.0"}
