"""Fragments through releases: folded into the section and taken away in the release commit, and told again later."""

from repository import CONFIG, Clone, Site

SETTINGS = f'{CONFIG}[changelog]\nfragments = "changelog.d"\n'


def waiting(here: Clone, revision: str) -> list[str]:
    """Return what lies in the directory of fragments."""
    return here.git("ls-tree", "-r", "--name-only", revision, "changelog.d/").split()


def section(text: str, version: str) -> str:
    """Return a version's section."""
    return text[text.index(f"## [{version}]") :].partition("\n## [")[0].rstrip("\n")


def test_a_release_folds_fragments_and_takes_them_away(site: Site) -> None:
    """From the cut to the end, with one more on the release branch and one on develop that has to wait."""
    here = site.here
    here.commit(
        "docs: use fragments",
        {
            "release-tools.toml": SETTINGS,
            "changelog.d/README.md": "Words for the changelog.\n",
            "changelog.d/12.feature.md": "Search by name.\n",
            "changelog.d/13.bugfix.md": "Sort as people do.\n",
            "changelog.d/14.misc.md": "Not for users after all.\n",
        },
    )
    here.git("rm", "--quiet", "changelog.d/14.misc.md")
    here.git("commit", "--quiet", "-m", "docs: think better of it")
    here.git("push", "--quiet", "origin", "develop")
    assert "- Search by name. (#12)\n" in here.run("changelog", "--unreleased").stdout
    assert here.run("start-release", "1.1.0", "--yes").code == 0
    assert waiting(here, "HEAD") == ["changelog.d/README.md"]
    assert here.run("changelog", "1.1.0").stdout.rstrip("\n") == section(here.shown("HEAD", "CHANGELOG.md"), "1.1.0")
    here.commit("docs: one more", {"changelog.d/15.security.md": "Ask for the password again.\n"})
    here.git("switch", "--quiet", "develop")
    here.commit("docs: for later", {"changelog.d/16.feature.md": "Come later.\n"})
    here.git("push", "--quiet", "origin", "develop")
    ended = here.run("finish-release", "1.1.0", "--yes")
    assert ended.code == 0, ended.stderr
    written = section(here.shown("main", "CHANGELOG.md"), "1.1.0")
    for words in ("- add a (", "- Search by name. (#12)", "- Sort as people do. (#13)", "again. (#15)"):
        assert words in written
    assert "later" not in written and "after all" not in written
    assert waiting(here, "main") == ["changelog.d/README.md"]
    assert waiting(here, "develop") == ["changelog.d/16.feature.md", "changelog.d/README.md"]
    assert here.run("changelog", "1.1.0").stdout.rstrip("\n") == written
    assert section(here.run("changelog").stdout, "1.1.0") == written
    assert "- Come later. (#16)\n" in here.run("changelog").stdout.partition("## [1.1.0]")[0]


def test_a_renumbered_release_keeps_what_was_folded(site: Site) -> None:
    """The fragments are gone by then; history still tells them."""
    here = site.here
    here.commit("docs: use fragments", {"release-tools.toml": SETTINGS, "changelog.d/12.feature.md": "Search.\n"})
    here.git("push", "--quiet", "origin", "develop")
    assert here.run("start-release", "1.1.0", "--yes").code == 0
    assert waiting(here, "HEAD") == []
    assert here.run("bump", "2.0.0", "--yes").code == 0
    assert "- Search. (#12)" in section(here.shown("HEAD", "CHANGELOG.md"), "2.0.0")


def test_a_fragment_of_no_kind_stops_before_anything_happens(site: Site) -> None:
    """The file is named; nothing here or at the remote is touched."""
    here = site.here
    here.commit("docs: use fragments", {"release-tools.toml": SETTINGS, "changelog.d/12.featrue.md": "Search.\n"})
    here.git("push", "--quiet", "origin", "develop")
    before = site.snapshot()
    refused = here.run("start-release", "--yes")
    assert refused.code == 3 and "changelog.d/12.featrue.md" in refused.error[0]
    assert site.snapshot() == before
