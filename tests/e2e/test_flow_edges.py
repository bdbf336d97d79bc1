"""Every edge of the flow table in both orders: hotfixes before, after and during releases, upgrades, support lines.

Where the remote protects branches stands in `test_protected`, conflicts that a person resolves in `test_conflicts`.
"""

import re
from pathlib import Path

import pytest
from repository import CONFIG, FILES, Clone, Outcome, Site, found_site

pytestmark = pytest.mark.slow


def ran(clone: Clone, *arguments: str) -> Outcome:
    """Run a command that must end well."""
    outcome = clone.run(*arguments)
    assert outcome.code == 0, (arguments, outcome.stderr)
    return outcome


def hotfixed(here: Clone, name: str, *, finish: bool = True) -> None:
    """Start a hotfix with one fix, push it, and finish it unless told otherwise."""
    ran(here, "start-hotfix", name, "--yes")
    here.commit(f"fix: mend {name}", {f"{name}.txt": name})
    here.git("push", "--quiet", "origin", f"hotfix/{name}")
    if finish:
        ran(here, "finish-hotfix", "--yes")


def featured(here: Clone, name: str) -> None:
    """Bring one feature to develop and push it."""
    here.git("switch", "--quiet", "develop")
    here.commit(f"feat: add {name}", {f"{name}.txt": name})
    here.git("push", "--quiet", "origin", "develop")


def begun(here: Clone, version: str, flow: str = "release") -> None:
    """Cut a release branch from develop."""
    here.git("switch", "--quiet", "develop")
    ran(here, f"start-{flow}", version, "--yes")


def versions(there: Clone, revision: str) -> tuple[str, list[str]]:
    """Return the version in the files of a commit and those of its changelog, in the order of the file."""
    named = re.search(r'version = "(.*?)"', there.shown(revision, "pyproject.toml"))
    assert named
    return named[1], re.findall(r"^## \[(\d.*?)\]", there.shown(revision, "CHANGELOG.md"), re.MULTILINE)


def entries(there: Clone, revision: str, version: str) -> list[str]:
    """Return the entries under a version's heading."""
    _, heading, rest = there.shown(revision, "CHANGELOG.md").partition(f"## [{version}]")
    assert heading, f"no section of {version}"
    return re.findall(r"^- (?:\*\*.*?\*\* )?(\w+ \w+)", rest.partition("\n## ")[0], re.MULTILINE)


def is_settled(site: Site, *expected: str) -> None:
    """Look at all that must hold when no edge is open: `expected` are the final versions, newest first."""
    there, here = site.remote, site.here
    tags = there.git("tag", "--list", "v*.*.*", "--sort=-version:refname").split("\n")
    assert tags == [f"v{version}" for version in (*expected, "1.0.0")]
    line = there.git("rev-list", "--first-parent", "main").split("\n")
    for tag in tags:
        assert there.at(f"{tag}^{{commit}}") in line, f"{tag} is not on main's own line"
        assert there.contains("develop", f"{tag}^{{commit}}"), f"{tag} is not in develop"
        assert versions(there, tag)[0] == tag[1:]
        assert here.at(tag) == there.at(tag)
    listed = [*expected, "1.0.0"]
    assert versions(there, "main") == (expected[0], listed)
    assert versions(there, "develop") == (expected[0], listed)
    assert there.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split("\n") == ["develop", "main"]
    assert here.git("status", "--porcelain") == ""
    assert here.open_runs() == ()


@pytest.mark.usefixtures("dates")
def test_s16_hotfix_before_the_release_finishes(site: Site) -> None:
    """The hotfix goes into the open release, too: its version files stay the release's, its section keeps both."""
    begun(site.here, "1.1.0")
    hotfixed(site.here, "login")
    there = site.remote
    assert versions(there, "release/v1.1.0") == ("1.1.0", ["1.1.0", "1.0.1", "1.0.0"])
    assert versions(there, "main") == ("1.0.1", ["1.0.1", "1.0.0"])
    assert there.contains("release/v1.1.0", "v1.0.1^{commit}")
    assert there.contains("develop", "v1.0.1^{commit}")
    ran(site.here, "finish-release", "1.1.0", "--yes")
    is_settled(site, "1.1.0", "1.0.1")
    assert entries(there, "main", "1.0.1") == ["mend login"]
    assert entries(there, "main", "1.1.0") == ["add a"]


def test_hotfix_after_the_release_finished(site: Site) -> None:
    """Begun after the release, a hotfix is the next patch of that release."""
    begun(site.here, "1.1.0")
    ran(site.here, "finish-release", "--yes")
    hotfixed(site.here, "login")
    is_settled(site, "1.1.1", "1.1.0")
    assert entries(site.remote, "main", "1.1.1") == ["mend login"]


def test_release_finishes_between_start_and_finish_of_the_hotfix(site: Site) -> None:
    """The version of a hotfix is told at its finish: main has moved to 1.1.0, so it becomes 1.1.1."""
    begun(site.here, "1.1.0")
    hotfixed(site.here, "login", finish=False)
    ran(site.here, "finish-release", "1.1.0", "--yes")
    ran(site.here, "finish-hotfix", "login", "--yes")
    is_settled(site, "1.1.1", "1.1.0")
    assert entries(site.remote, "main", "1.1.1") == ["mend login"]
    assert entries(site.remote, "main", "1.1.0") == ["add a"]


def test_hotfix_goes_into_two_open_releases(site: Site) -> None:
    """Each open release gets the hotfix and keeps its own version; both finish afterwards, the older one first."""
    begun(site.here, "1.1.0")
    featured(site.here, "b")
    begun(site.here, "1.2.0")
    hotfixed(site.here, "login")
    there = site.remote
    for version in ("1.1.0", "1.2.0"):
        assert versions(there, f"release/v{version}")[0] == version
        assert there.contains(f"release/v{version}", "v1.0.1^{commit}")
    for version in ("1.1.0", "1.2.0"):
        ran(site.here, "finish-release", version, "--yes")
    is_settled(site, "1.2.0", "1.1.0", "1.0.1")
    assert entries(there, "main", "1.2.0") == ["add b"]
    assert entries(there, "main", "1.1.0") == ["add a"]


def test_hotfix_while_an_upgrade_is_open(site: Site) -> None:
    """An upgrade is a release as far as hotfixes go; it ends with the reason why staging was left out."""
    begun(site.here, "2.0.0", "upgrade")
    hotfixed(site.here, "login")
    there = site.remote
    assert versions(there, "upgrade/v2.0.0") == ("2.0.0", ["2.0.0", "1.0.1", "1.0.0"])
    refused = site.here.run("finish-upgrade", "2.0.0", "--yes")
    assert refused.code == 3 and "no record that 2.0.0 ran on staging" in refused.error[0]
    ran(site.here, "finish-upgrade", "2.0.0", "--yes", "--without-staging", "staging is being rebuilt")
    is_settled(site, "2.0.0", "1.0.1")
    assert "Without-Staging: staging is being rebuilt" in there.git("cat-file", "tag", "v2.0.0")


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")], ids=["first come first", "first come last"])
def test_two_hotfixes_in_parallel(site: Site, order: tuple[str, str]) -> None:
    """Both start from the same main; whoever finishes first gets the lower version, and nothing is lost."""
    hotfixed(site.here, "one", finish=False)
    hotfixed(site.here, "two", finish=False)
    for name in order:
        ran(site.here, "finish-hotfix", name, "--yes")
    is_settled(site, "1.0.2", "1.0.1")
    assert entries(site.remote, "main", "1.0.1") == [f"mend {order[0]}"]
    assert entries(site.remote, "main", "1.0.2") == [f"mend {order[1]}"]


def test_hotfix_started_elsewhere_is_finished_here(site: Site) -> None:
    """A colleague's release and hotfix are finished from a clone that has seen neither."""
    there = site.clone("colleague")
    begun(there, "1.1.0")
    hotfixed(there, "login", finish=False)
    ran(site.here, "finish-hotfix", "login", "--yes")
    ran(site.here, "finish-release", "1.1.0", "--yes")
    is_settled(site, "1.1.0", "1.0.1")


@pytest.mark.parametrize("first", ["feature", "release"])
def test_feature_that_was_begun_before_the_cut(site: Site, first: str) -> None:
    """Whichever finishes first: what was not on develop at the cut is in the next version, and develop keeps it."""
    here, there = site.here, site.remote
    ran(here, "start-feature", "late", "--yes")
    here.commit("feat: add late", {"late": "late"})
    begun(here, "1.1.0")
    feature = ("finish-feature", "late", "--yes")
    if first == "feature":
        here.git("switch", "--quiet", "feature/late")
        ran(here, *feature)
    ran(here, "finish-release", "1.1.0", "--yes")
    if first == "release":
        here.git("switch", "--quiet", "feature/late")
        ran(here, "update-branch", "--yes")
        ran(here, *feature)
    is_settled(site, "1.1.0")
    assert entries(there, "main", "1.1.0") == ["add a"]
    assert not there.git("ls-tree", "main", "late") and there.shown("develop", "late") == "late"
    here.git("switch", "--quiet", "develop")
    assert ran(here, "next-version").stdout == "1.2.0\n"


def tagged_by_hand(here: Clone, tag: str) -> None:
    """Fix something on main and tag it with plain git, forgetting develop."""
    here.git("switch", "--quiet", "main")
    project = here.shown("main", "pyproject.toml")
    here.commit(
        f"fix: mend {tag}", {f"{tag}.txt": tag, "pyproject.toml": re.sub(r'n = ".*?"', f'n = "{tag[1:]}"', project)}
    )
    here.git("tag", "-a", tag, "-m", tag)
    here.git("push", "--quiet", "origin", "main", tag)
    here.git("switch", "--quiet", "develop")


def test_s2_hotfix_missing_from_develop_is_named_and_carried_there(site: Site) -> None:
    """The number on main is taken and the missing tag named; `back-merge` mends it, and nothing is missing then."""
    here = site.here
    here.git("switch", "--quiet", "-C", "develop", "main")
    here.git("push", "--quiet", "--force", "origin", "develop")
    tagged_by_hand(here, "v1.0.1")
    here.commit("fix: mend develop")
    here.git("push", "--quiet", "origin", "develop")
    found = ran(here, "next-version")
    assert found.stdout == "1.0.2\n"
    assert "v1.0.1 is missing from this branch" in found.stderr
    ran(here, "back-merge", "--yes")
    assert site.remote.contains("develop", "v1.0.1^{commit}")
    assert versions(site.remote, "develop")[0] == "1.0.1"
    found = ran(here, "next-version")
    assert found.stdout == "1.0.2\n"
    assert "missing" not in found.stderr
    again = ran(here, "back-merge", "--yes", "--json")
    assert again.data["state"] == "nothing"


def test_back_merge_carries_a_forgotten_hotfix_into_open_releases(site: Site) -> None:
    """A tag made by hand is missing from the release, too; one command mends both, or the one that is named."""
    here, there = site.here, site.remote
    begun(here, "1.1.0")
    tagged_by_hand(here, "v1.0.1")
    ran(here, "back-merge", "release/v1.1.0", "--yes")
    assert there.contains("release/v1.1.0", "v1.0.1^{commit}")
    assert not there.contains("develop", "v1.0.1^{commit}")
    ran(here, "back-merge", "--yes")
    assert there.contains("develop", "v1.0.1^{commit}")
    assert versions(there, "release/v1.1.0")[0] == "1.1.0"
    assert versions(there, "develop")[0] == "1.0.1"


@pytest.mark.usefixtures("dates")
def test_s20_squashed_back_merge_is_named_and_mended(site: Site) -> None:
    """Develop has what 1.1.0 has but not its ancestry: that is said, the number is right, and `back-merge` mends it."""
    here = site.here
    begun(here, "1.1.0")
    here.commit("fix: mend the release")
    here.git("push", "--quiet", "origin", "release/v1.1.0")
    there = site.clone("forge")
    there.git("switch", "--quiet", "main")
    there.git("merge", "--quiet", "--no-ff", "origin/release/v1.1.0", "-m", "Merge branch 'release/v1.1.0'")
    there.git("tag", "-a", "v1.1.0", "-m", "v1.1.0")
    there.git("switch", "--quiet", "develop")
    there.git("merge", "--quiet", "--squash", "v1.1.0")
    there.git("commit", "--quiet", "-m", "chore: bring v1.1.0 back")
    there.commit("fix: mend develop")
    there.git("push", "--quiet", "origin", "main", "v1.1.0", "develop", ":release/v1.1.0")
    here.git("switch", "--quiet", "develop")
    here.git("branch", "--quiet", "-D", "release/v1.1.0")
    here.git("pull", "--quiet", "--ff-only")
    found = ran(here, "next-version")
    assert found.stdout == "1.1.1\n"
    assert "v1.1.0 is missing from this branch" in found.stderr
    ran(here, "back-merge", "--yes")
    assert site.remote.contains("develop", "v1.1.0^{commit}")
    assert site.remote.git("diff", "--name-only", "develop^1", "develop") == ""
    found = ran(here, "next-version")
    assert found.stdout == "1.1.1\n"
    assert "missing" not in found.stderr


def lined(site: Site) -> Clone:
    """Bring main to 2.0.0, and open the line `support/1.x` at v1.0.0; return the clone, standing on the line."""
    here = site.here
    begun(here, "2.0.0")
    ran(here, "finish-release", "--yes")
    here.git("switch", "--quiet", "-c", "support/1.x", "v1.0.0")
    here.git("push", "--quiet", "-u", "origin", "support/1.x")
    return here


def fixed_on_the_line(here: Clone) -> str:
    """Start a hotfix from the line as one does by hand, push it, and return its name."""
    here.git("switch", "--quiet", "-c", "hotfix/old", "support/1.x")
    here.commit("fix: mend old", {"old.txt": "old"})
    here.git("push", "--quiet", "-u", "origin", "hotfix/old")
    return "hotfix/old"


def test_hotfix_on_a_support_line(site: Site) -> None:
    """1.0.1 is tagged on the line alone: main and develop stay at 2.0.0, commit for commit."""
    here = lined(site)
    before = site.remote.at("main"), site.remote.at("develop")
    fixed_on_the_line(here)
    ran(here, "finish-hotfix", "--yes")
    there = site.remote
    assert (there.at("main"), there.at("develop")) == before
    assert there.at("v1.0.1^{commit}") == there.at("support/1.x")
    assert versions(there, "support/1.x") == ("1.0.1", ["1.0.1", "1.0.0"])
    assert entries(there, "support/1.x", "1.0.1") == ["mend old"]
    assert not there.at("hotfix/old")


def test_release_on_a_support_line(site: Site) -> None:
    """A release that is started on the line is finished there; its version is above the line's, below main's."""
    here = lined(site)
    before = site.remote.at("main"), site.remote.at("develop")
    here.commit("feat: add old", {"old.txt": "old"})
    here.git("push", "--quiet", "origin", "support/1.x")
    assert ran(here, "next-version").stdout == "1.1.0\n"
    ran(here, "start-release", "--yes")
    assert here.refs()["HEAD"] == "refs/heads/release/v1.1.0"
    ran(here, "finish-release", "--yes")
    there = site.remote
    assert (there.at("main"), there.at("develop")) == before
    assert there.at("v1.1.0^{commit}") == there.at("support/1.x")
    assert versions(there, "support/1.x") == ("1.1.0", ["1.1.0", "1.0.0"])
    assert entries(there, "support/1.x", "1.1.0") == ["add old"]
    assert not there.at("release/v1.1.0")
    here.git("switch", "--quiet", "develop")
    assert ran(here, "next-version").stdout == ""


def test_hotfix_on_main_while_a_line_exists(site: Site) -> None:
    """A line takes only what is its own: main's hotfix is 2.0.1 and leaves the line alone."""
    here = lined(site)
    line = site.remote.at("support/1.x")
    here.git("switch", "--quiet", "develop")
    hotfixed(here, "login")
    there = site.remote
    assert there.at("v2.0.1^{commit}") == there.at("main")
    assert there.contains("develop", "v2.0.1^{commit}")
    assert there.at("support/1.x") == line


def test_moving_tags_follow_the_newest_of_their_line(tmp_path: Path) -> None:
    """`v1` and `v1.0` go along with each release, and stay where a newer one of their line is."""
    config = f'{CONFIG}[version]\nmoving_tags = ["major", "minor"]\n'
    site = found_site(tmp_path / "site", {**FILES, "release-tools.toml": config})
    here, there = site.here, site.remote
    hotfixed(here, "login")
    released = there.at("v1.0.1^{commit}")
    assert (there.at("v1^{commit}"), there.at("v1.0^{commit}")) == (released, released)
    begun(here, "1.1.0")
    ran(here, "finish-release", "--yes")
    newest = there.at("v1.1.0^{commit}")
    assert [there.at(f"{tag}^{{commit}}") for tag in ("v1", "v1.1", "v1.0")] == [newest, newest, released]
