"""The release scenarios that popular tools get wrong, on real repositories.

Each test is named after its scenario; races and lost pushes (S11, S12) stand in `test_races`.
"""

import pytest
from repository import CONFIG, Clone, Site


def restart(here: Clone) -> None:
    """Throw away what the template put on develop."""
    here.git("switch", "--quiet", "-C", "develop", "main")
    here.git("push", "--quiet", "--force", "origin", "develop")


def tag_on_main(here: Clone, tag: str, message: str) -> None:
    """Commit a fix on main, tag and push it, and come back."""
    here.git("switch", "--quiet", "main")
    here.commit(message)
    here.git("tag", "-a", tag, "-m", tag)
    here.git("push", "--quiet", "origin", "main", tag)
    here.git("switch", "--quiet", "develop")


def section(text: str, version: str) -> str:
    """Return the changelog section of a version."""
    _, heading, rest = text.partition(f"## [{version}]")
    assert heading, f"no section of {version} in: {text}"
    return rest.partition("\n## ")[0]


def test_s1_hotfix_is_back_merged_and_the_feature_stays_unreleased(site: Site) -> None:
    """A tag counts by ancestry: the feature is not in v1.0.1, whatever the dates say."""
    tag_on_main(site.here, "v1.0.1", "fix: mend main")
    site.here.git("merge", "--quiet", "--no-ff", "v1.0.1", "-m", "Merge tag 'v1.0.1' into develop")
    outcome = site.here.run("next-version", "--json")
    assert (outcome.code, outcome.data["version"], outcome.data["previous"]) == (0, "1.1.0", "1.0.1")
    assert "add a" in str(outcome.data["reasons"])


def test_s2_hotfix_is_not_back_merged_and_the_missing_tag_is_named(site: Site) -> None:
    """The number on main is taken; that develop lacks the hotfix is said."""
    restart(site.here)
    tag_on_main(site.here, "v1.0.1", "fix: mend main")
    site.here.commit("fix: mend develop")
    outcome = site.here.run("next-version")
    assert (outcome.code, outcome.stdout) == (0, "1.0.2\n")
    assert "v1.0.1 is missing from this branch" in outcome.stderr
    site.here.git("push", "--quiet", "origin", "develop")
    planned = site.here.run("start-release", "--dry-run")
    assert planned.code == 0 and "v1.0.1 is missing from this branch" in planned.stderr


def test_s3_reverted_feature_raises_nothing(site: Site) -> None:
    """A feature and its revert vanish from the version and from the notes."""
    site.here.git("revert", "--no-edit", "HEAD")
    site.here.commit("fix: mend b")
    site.here.git("push", "--quiet", "origin", "develop")
    assert site.here.run("next-version").stdout == "1.0.1\n"
    assert site.here.run("start-release", "--yes").code == 0
    assert "add a" not in site.here.shown("HEAD", "CHANGELOG.md")
    assert "mend b" in section(site.here.shown("HEAD", "CHANGELOG.md"), "1.0.1")


def test_s3b_reverted_breaking_change_leaves_nothing_to_release(site: Site) -> None:
    """Nothing is left: no version, exit 0, and starting a release does nothing either."""
    restart(site.here)
    site.here.commit("feat!: drop b")
    site.here.git("revert", "--no-edit", "HEAD")
    site.here.git("push", "--quiet", "origin", "develop")
    outcome = site.here.run("next-version")
    assert (outcome.code, outcome.stdout) == (0, "")
    assert "nothing to release" in outcome.stderr
    before = site.snapshot()
    assert site.here.run("start-release", "--yes", "--json").data["state"] == "nothing"
    assert site.snapshot() == before


def test_s4_squash_body_with_a_breaking_change_is_major(site: Site) -> None:
    """The body's commits count for the version; the section has one entry."""
    restart(site.here)
    commits = "* feat: add search\n\n* fix: mend search\n\n* feat!: drop find\n\nBREAKING CHANGE: no find\n"
    site.here.commit(f"feat: add search\n\n{commits}", {"search": "s"})
    site.here.git("push", "--quiet", "origin", "develop")
    assert site.here.run("next-version").stdout == "2.0.0\n"
    assert site.here.run("start-release", "--yes").code == 0
    assert section(site.here.shown("HEAD", "CHANGELOG.md"), "2.0.0").count("\n- ") == 1


def test_s4_squash_is_split_where_the_team_wants_it(site: Site) -> None:
    """With `squash = "split"` the section has an entry for each commit of the squashed branch."""
    restart(site.here)
    site.here.commit("docs: split squashes", {"release-tools.toml": f'{CONFIG}[changelog]\nsquash = "split"\n'})
    commits = "* feat: add search\n\n* fix: mend search\n\n* feat!: drop find\n\nBREAKING CHANGE: no find\n"
    site.here.commit(f"feat: add search\n\n{commits}", {"search": "s"})
    site.here.git("push", "--quiet", "origin", "develop")
    assert site.here.run("next-version").stdout == "2.0.0\n"
    assert site.here.run("start-release", "--yes").code == 0
    assert section(site.here.shown("HEAD", "CHANGELOG.md"), "2.0.0").count("\n- ") == 3


def test_s5_merge_commit_that_repeats_its_branch_is_one_entry(site: Site) -> None:
    """What a forge writes into a merge commit is not a change of its own."""
    here = site.here
    here.git("switch", "--quiet", "-c", "feature/login")
    here.commit("feat: add login")
    here.git("switch", "--quiet", "develop")
    here.git("merge", "--quiet", "--no-ff", "feature/login", "-m", "feat: add login")
    here.git("push", "--quiet", "origin", "develop")
    assert here.run("start-release", "--yes").code == 0
    assert here.shown("HEAD", "CHANGELOG.md").count("add login") == 1


def test_s6_footer_without_colon_does_not_break(site: Site) -> None:
    """`BREAKING CHANGE #12` is no token for a breaking change: the header decides, and a warning says so."""
    restart(site.here)
    site.here.commit("fix: mend b\n\nBREAKING CHANGE #12\n", {"b": "b"})
    outcome = site.here.run("next-version")
    assert outcome.stdout == "1.0.1\n"
    assert "BREAKING CHANGE" in outcome.stderr


def test_s7_feature_after_the_cut_is_not_under_the_released_heading(started: Site) -> None:
    """Develop's own text under Unreleased stays there, though a text merge would move it."""
    here = started.here
    here.git("switch", "--quiet", "develop")
    text = here.shown("develop", "CHANGELOG.md").replace("## [Unreleased]\n", "## [Unreleased]\n\n- late feature\n")
    here.commit("feat: add late", {"late": "late", "CHANGELOG.md": text})
    here.git("push", "--quiet", "origin", "develop")
    outcome = here.run("finish-release", "1.1.0", "--yes")
    assert outcome.code == 0, outcome.stderr
    merged = here.shown("develop", "CHANGELOG.md")
    assert "late" not in section(merged, "1.1.0")
    assert "- late feature" in merged.partition("## [1.1.0]")[0]
    assert "late" not in here.shown("main", "CHANGELOG.md")
    assert here.run("next-version").stdout == "1.2.0\n"


def test_s8_release_candidate_is_folded_into_the_final_release(started: Site) -> None:
    """The final section has all that came since the last final version; candidates have none of their own."""
    here = started.here
    tagged = here.run("tag", "--yes", "--json")
    assert (tagged.code, tagged.data["version"]) == (0, "v1.1.0-rc.1"), tagged.stderr
    here.commit("fix: mend the candidate")
    here.git("push", "--quiet", "origin", "release/v1.1.0")
    assert here.run("next-version").stdout == "1.1.0\n"
    outcome = here.run("finish-release", "--yes", "--json")
    assert (outcome.code, outcome.data["version"]) == (0, "1.1.0"), outcome.stderr
    text = here.shown("v1.1.0", "CHANGELOG.md")
    assert "add a" in section(text, "1.1.0") and "mend the candidate" in section(text, "1.1.0")
    assert "rc" not in text


@pytest.mark.parametrize("staged", [False, True], ids=["unstaged", "staged"])
def test_s14_unrelated_edits_are_refused_not_swept_in(site: Site, staged: bool) -> None:
    """A changed tracked file stops the command; nothing here or at the remote is touched."""
    site.here.write("a", "edited")
    if staged:
        site.here.git("add", "a")
    before = site.snapshot()
    outcome = site.here.run("start-release", "--yes")
    assert outcome.code == 3
    assert outcome.error == (
        "Tracked files are changed: a.",
        "Nothing was changed.",
        "Commit them or `git stash` them, then run this again; untracked files may stay.",
    )
    assert site.snapshot() == before


def test_s14_untracked_files_stay_out_of_the_release_commit(site: Site) -> None:
    """Only the version files and the changelog are in the commit; what lies around stays where it is."""
    note = site.here.write("notes.txt", "mine")
    assert site.here.run("start-release", "--yes").code == 0
    assert site.here.git("diff", "--name-only", "HEAD^", "HEAD").split("\n") == ["CHANGELOG.md", "pyproject.toml"]
    assert note.read_text() == "mine"
    assert site.here.git("status", "--porcelain") == "?? notes.txt"


@pytest.mark.parametrize(
    "command", [("next-version",), ("start-release", "-y"), ("finish-release", "-y"), ("tag", "-y")]
)
def test_s19_shallow_clone_is_refused(site: Site, command: tuple[str, ...]) -> None:
    """No number is better than a wrong one; the message says how to deepen the clone."""
    shallow = site.clone("shallow", "--depth", "1")
    before = shallow.snapshot(), site.remote.snapshot()
    outcome = shallow.run(*command)
    assert (outcome.code, outcome.stdout) == (3, "")
    assert "git fetch --unshallow" in outcome.stderr
    assert (shallow.snapshot(), site.remote.snapshot()) == before


@pytest.mark.parametrize("deleted", [False, True], ids=["branch kept", "branch deleted"])
def test_s21_squashed_release_is_refused_with_the_reason(started: Site, deleted: bool) -> None:
    """A tag on main would not contain the release's commits, so none is made."""
    here = started.here
    here.git("switch", "--quiet", "main")
    here.git("merge", "--quiet", "--squash", "release/v1.1.0")
    here.git("commit", "--quiet", "-m", "chore: prepare release v1.1.0 (#7)")
    here.git("push", "--quiet", "origin", "main")
    if deleted:
        here.git("push", "--quiet", "origin", ":release/v1.1.0")
        here.git("branch", "-D", "release/v1.1.0")
    before = started.snapshot()
    outcome = here.run("finish-release", *(() if deleted else ("1.1.0",)), "--yes")
    assert outcome.code == 3
    assert outcome.error[0].startswith("1.1.0 reached main by a squash or rebase")
    assert started.snapshot() == before
