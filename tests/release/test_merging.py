"""Merging by rule: the higher version in every place, the changelog part by part, the rest as git merges it."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.repository import CARL
from fakes.subject import FakeSubject

from release_tools.config.model import Config, VersionFile
from release_tools.config.model import Version as VersionTable
from release_tools.domain.refs import TAGS, Blob, Merge
from release_tools.domain.version import parse_version
from release_tools.release.bench import Bench
from release_tools.release.edges import Conflict, Edge, draft_edge
from release_tools.release.merging import resolve
from release_tools.release.state import BranchState
from release_tools.wiring.releases import version_locator

Files = dict[str, str]
HOT = parse_version("1.0.1")
LOG = "# Changelog\n\n## [Unreleased]\n\n{}## [1.0.0] - 2026-01-01\n\n- first\n"
SECTION = "## [{0}] - 2026-01-02\n\n- made {0}\n\n"
HOT_LOG, TWO_LOG = (LOG.format(SECTION.format(version)) for version in ("1.0.1", "1.1.0"))
BOTH_LOG = LOG.format(SECTION.format("1.1.0") + SECTION.format("1.0.1"))
ROWS = (
    VersionFile(path="pyproject.toml"),
    VersionFile(path="package.json"),
    VersionFile(path="app.py", pattern="VERSION = '{version}'"),
)


def project(version: str, *lines: str) -> str:
    """Return a pyproject.toml."""
    return "\n".join(("[project]", 'name = "x"', f'version = "{version}"  # here', "", "[tool.x]", "a = 1", *lines, ""))


def package(version: str, rest: str = "") -> Files:
    """Return a package.json with its lock."""
    lock = f'{{"version": "{version}", "packages": {{"": {{"version": "{version}"}}}}}}\n'
    return {"package.json": f'{{\n  "name": "x",\n  "version": "{version}"{rest}\n}}\n', "package-lock.json": lock}


@dataclass
class Table:
    """A repository in memory to merge in."""

    home: Path
    rows: tuple[VersionFile, ...] | None = None

    def __post_init__(self) -> None:
        self.subject = FakeSubject(self.home / "repo", self.home / "draft" / "objects")
        self.bench = Bench(
            reader=self.subject.draft_reader,
            draft=self.subject.draft,
            config=Config(version=VersionTable(files=self.rows)),
            locate=version_locator(),
            top=self.subject.top,
            settings={},
            author=CARL,
            committer=CARL,
        )

    def sides(self, base: Files, ours: Files, theirs: Files) -> tuple[str, str]:
        """Commit both sides of a base."""
        first = self.subject.commit(base)
        return self.subject.commit(ours, first), self.subject.commit(theirs, first)

    def edge(self, base: Files, ours: Files, theirs: Files, *, branch: str = "develop") -> Files | Conflict:
        """Merge by rule into a branch and return its files, or the conflict."""
        one, two = self.sides(base, ours, theirs)
        found = draft_edge(self.bench, BranchState(name=branch, local=one), two, "Merge it", version=HOT)
        if isinstance(found, Conflict):
            return found
        assert isinstance(found, Edge)
        assert self.subject.draft_reader.parents(found.new) == (one, two)
        paths = tuple({**base, **ours, **theirs})
        return {path: blob.data.decode() for path, blob in self.subject.draft_reader.files(found.new, paths).items()}


@pytest.mark.parametrize("swap", [False, True], ids=["hotfix into release", "release into hotfix"])
@pytest.mark.parametrize("rows", [None, ROWS], ids=["default files", "configured files"])
def test_s16_higher_version_wins_in_every_file(
    tmp_path: Path, rows: tuple[VersionFile, ...] | None, *, swap: bool
) -> None:
    """Whichever way it is merged: manifest, lock and pattern name 1.1.0, and both sections are there."""
    files = {
        version: {
            "pyproject.toml": project(version),
            **package(version),
            "app.py": f"VERSION = '{version if rows else '1.0.0'}'\n",
            "CHANGELOG.md": text,
        }
        for version, text in (("1.0.0", LOG.format("")), ("1.1.0", TWO_LOG), ("1.0.1", HOT_LOG))
    }
    ours, theirs = ("1.0.1", "1.1.0") if swap else ("1.1.0", "1.0.1")
    found = Table(tmp_path, rows).edge(files["1.0.0"], files[ours], files[theirs])
    assert found == files["1.1.0"] | {"CHANGELOG.md": BOTH_LOG}


def test_what_both_sides_changed_besides_the_version_is_merged(tmp_path: Path) -> None:
    """Levelled to one version, the files differ in the rest only, and that merges by lines."""
    found = Table(tmp_path).edge(
        {"pyproject.toml": project("1.0.0", "b = 1", "c = 1", "d = 1")},
        {"pyproject.toml": project("1.1.0", "b = 2", "c = 1", "d = 1")},
        {"pyproject.toml": project("1.0.1", "b = 1", "c = 1", "d = 2")},
    )
    assert found == {"pyproject.toml": project("1.1.0", "b = 2", "c = 1", "d = 2")}


def test_merge_that_git_takes_for_clean_is_levelled_too(tmp_path: Path) -> None:
    """One file of two was raised on either side: git merges that without a word, and the files would disagree."""
    base = {"pyproject.toml": project("1.0.0"), **package("1.0.0")}
    found = Table(tmp_path).edge(base, base | package("1.2.0"), base | {"pyproject.toml": project("1.0.1")})
    assert found == {"pyproject.toml": project("1.2.0"), **package("1.2.0")}


def test_lower_version_does_not_win_because_only_its_side_changed(tmp_path: Path) -> None:
    """Git would take the changed side; a branch never falls behind what it has."""
    base = {"pyproject.toml": project("1.2.0rc1")}
    assert Table(tmp_path).edge(base, base, {"pyproject.toml": project("1.0.1")}) == base


def test_spelling_of_a_place_is_kept(tmp_path: Path) -> None:
    """A Python file says rc1 where a package.json says rc.1, a prefix `v` stays."""
    rows = (*ROWS[:2], VersionFile(path="README", pattern="x v{version}"))
    base = {"pyproject.toml": project("1.0.0"), "package.json": '{"version": "1.0.0"}', "README": "x v1.0.0"}
    ours = {
        "pyproject.toml": project("1.1.0rc1"),
        "package.json": '{"version": "1.1.0-rc.1"}',
        "README": "x v1.1.0-rc.1",
    }
    theirs = {"pyproject.toml": project("1.0.1"), "package.json": '{"version": "1.0.1"}', "README": "x v1.0.1"}
    assert Table(tmp_path, rows).edge(base, ours, theirs) == ours


def test_place_that_names_the_version_already_stays_as_it_is_written(tmp_path: Path) -> None:
    """Only what must change does: a spelling that somebody chose is one's own business."""
    files = [{"pyproject.toml": project(version)} for version in ("1.0.0", "1.1.0-rc.1", "1.0.1")]
    assert Table(tmp_path).edge(*files) == files[1]


def test_numbers_that_are_no_versions_are_left_to_git(tmp_path: Path) -> None:
    """Which of `1.1` and `1.0.1` is higher no rule says."""
    files = [{"pyproject.toml": project(version)} for version in ("1.0", "1.1", "1.0.1")]
    assert isinstance(Table(tmp_path).edge(*files), Conflict)


def test_file_that_git_broke_without_a_conflict_is_for_a_person(tmp_path: Path) -> None:
    """Both sides added one key in two places: each file was sound, the merged one is not."""
    table = Table(tmp_path)
    ours, theirs = {"pyproject.toml": project("1.0.0", "b = 1")}, {"pyproject.toml": project("1.0.1", "b = 1")}
    one, two = table.sides({"pyproject.toml": project("1.0.0")}, ours, theirs)
    broken = Blob(mode="100644", data=project("1.0.1", "b = 1", "b = 1").encode())
    merge = Merge(tree=table.bench.draft.tree(one, {"pyproject.toml": broken}))
    found = resolve(table.bench, one, two, merge, version=HOT)
    assert found.conflicts == ("pyproject.toml (the version is not found any more)",)


@pytest.mark.parametrize("path", ["CHANGELOG.md", "pyproject.toml"])
def test_link_is_a_conflict_as_git_says(tmp_path: Path, path: str) -> None:
    """Where a side has a symbolic link, there is no text to merge."""
    table = Table(tmp_path)
    texts = {"CHANGELOG.md": (LOG.format(""), HOT_LOG), "pyproject.toml": (project("1.0.0"), project("1.0.1"))}[path]
    one, two = table.sides({path: "old"}, {path: texts[0]}, {path: texts[1]})
    for mode in ("120000", "100755"):
        tree = table.bench.draft.tree(one, {path: Blob(mode=mode, data=texts[0].encode())})
        ours = table.bench.draft.commit(tree, (one,), "chore: link it\n")
        for sides in ((ours, two), (two, ours)):
            found = resolve(table.bench, *sides, table.bench.draft.merge(*sides), version=HOT)
            resolved = path == "CHANGELOG.md" and mode == "100755"
            assert (found.conflicts == ()) == resolved


def test_rest_that_conflicts_is_a_conflict(tmp_path: Path) -> None:
    """Only the file in question is for a person; the others are decided."""
    found = Table(tmp_path).edge(
        {"pyproject.toml": project("1.0.0"), **package("1.0.0"), "CHANGELOG.md": LOG.format("")},
        {"pyproject.toml": project("1.1.0", "b = 1"), **package("1.1.0"), "CHANGELOG.md": TWO_LOG},
        {"pyproject.toml": project("1.0.1", "b = 2"), **package("1.0.1"), "CHANGELOG.md": HOT_LOG},
    )
    assert isinstance(found, Conflict)
    assert found.paths == ("pyproject.toml",)


def test_conflict_that_is_not_about_versions_stays_one(tmp_path: Path) -> None:
    """Where both sides name one version there is nothing to decide by rule."""
    files = [{"pyproject.toml": project("1.0.0", line)} for line in ("b = 0", "b = 1", "b = 2")]
    found = Table(tmp_path).edge(*files)
    assert isinstance(found, Conflict)
    assert found.paths == ("pyproject.toml",)


@pytest.mark.parametrize("odd", ["", "[project]\nname = 'x'\n", "[project\n", project("${VERSION}"), project("next")])
def test_file_that_cannot_be_read_is_left_to_git(tmp_path: Path, odd: str) -> None:
    """A side that names no version there changes nothing in the other files, and hinders nobody."""
    base = {"pyproject.toml": odd, **package("1.0.0")}
    found = Table(tmp_path, ROWS[:2]).edge(base, base | package("1.1.0"), base | package("1.0.1"))
    assert found == base | package("1.1.0")


def test_file_that_only_one_side_has_takes_the_version(tmp_path: Path) -> None:
    """A version file that develop has since added goes along."""
    base = {"pyproject.toml": project("1.0.0")}
    ours = {"pyproject.toml": project("1.0.0"), **package("1.0.0")}
    found = Table(tmp_path, ROWS[:2]).edge(base, ours, {"pyproject.toml": project("1.0.1")})
    assert found == {"pyproject.toml": project("1.0.1"), **package("1.0.1")}


def test_version_that_a_place_cannot_spell_is_for_a_person(tmp_path: Path) -> None:
    """PEP 440 has no word for it: that is said, instead of files that disagree."""
    base = {"pyproject.toml": project("1.0.0"), "package.json": '{"version": "1.0.0"}'}
    ours = base | {"package.json": '{"version": "1.1.0-next"}'}
    found = Table(tmp_path, ROWS[:2]).edge(base, ours, base | {"pyproject.toml": project("1.0.1")})
    assert isinstance(found, Conflict)
    assert found.paths == ("pyproject.toml:3 names 1.0.1, not 1.1.0-next",)


def test_merge_of_the_changelog_that_no_rule_allows_is_for_a_person(tmp_path: Path) -> None:
    """Git would take their section and drop our notes in silence."""
    notes = "<!-- notes -->\nBy hand.\n<!-- /notes -->"
    base = {"CHANGELOG.md": LOG.format(SECTION.format("1.0.1"))}
    ours = {"CHANGELOG.md": LOG.format(SECTION.format("1.0.1") + notes + "\n\n")}
    found = Table(tmp_path).edge(base, ours, {**base, "a": "1"})
    assert isinstance(found, Conflict)
    assert found.paths == (
        "CHANGELOG.md (the section of 1.0.1 that is released lacks notes that were written on the other side)",
    )


@pytest.mark.parametrize(
    ("branch", "expected"),
    [
        ("develop", "theirs"),
        ("support/1.x", "theirs"),
        ("release/v1.1.0", "theirs"),
        ("hotfix/a", "ours"),
        ("main", "theirs"),
    ],
)
def test_section_is_that_of_the_side_that_makes_the_version(tmp_path: Path, branch: str, expected: str) -> None:
    """A topic that takes main in keeps its own section; every other branch takes what is merged into it."""
    files = {side: {"CHANGELOG.md": LOG.format(f"## [1.0.1]\n\n- {side}\n\n")} for side in ("ours", "theirs")}
    found = Table(tmp_path).edge({"CHANGELOG.md": LOG.format("")}, files["ours"], files["theirs"], branch=branch)
    assert found == files[expected]


def test_tag_that_neither_side_has_does_not_tell_who_releases(tmp_path: Path) -> None:
    """A tag of that name elsewhere is refused by the flow; until then the merge is as without it."""
    table = Table(tmp_path)
    files = {side: {"CHANGELOG.md": LOG.format(f"## [1.0.1]\n\n- {side}\n\n")} for side in ("ours", "theirs")}
    table.subject.set_ref(TAGS + "v1.0.1", table.subject.commit({"a": "1"}))
    assert table.edge({"CHANGELOG.md": LOG.format("")}, files["ours"], files["theirs"]) == files["theirs"]


@pytest.mark.parametrize("tagged", ["ours", "theirs"])
def test_tag_tells_who_released_a_section(tmp_path: Path, tagged: str) -> None:
    """The side whose history has the tag is right, whichever way it is merged."""
    table = Table(tmp_path)
    base = {"CHANGELOG.md": LOG.format("")}
    files = {side: {"CHANGELOG.md": LOG.format(f"## [1.0.1]\n\n- {side}\n\n")} for side in ("ours", "theirs")}
    one, two = table.sides(base, files["ours"], files["theirs"])
    table.subject.set_ref(TAGS + "v1.0.1", {"ours": one, "theirs": two}[tagged])
    found = resolve(table.bench, one, two, table.bench.draft.merge(one, two), version=parse_version("1.1.0"))
    assert found.conflicts == ()
    assert found.files["CHANGELOG.md"].data.decode() == files[tagged]["CHANGELOG.md"]


def test_links_and_absent_files_are_left_alone(tmp_path: Path) -> None:
    """A side without a changelog has nothing to decide, and where git merges the same nothing is written."""
    table = Table(tmp_path)
    for ours, theirs in (({}, {"CHANGELOG.md": HOT_LOG}), ({"a": "1"}, {"CHANGELOG.md": LOG.format("")})):
        one, two = table.sides({"CHANGELOG.md": LOG.format("")}, ours | {"CHANGELOG.md": LOG.format("")}, theirs)
        assert resolve(table.bench, one, two, table.bench.draft.merge(one, two), version=HOT).files == {}
