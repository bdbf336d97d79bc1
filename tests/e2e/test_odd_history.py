"""Histories that are not as git-flow makes them: picks without a trailer, replaced commits, old encodings."""

from repository import Site


def listed(site: Site, text: str) -> int:
    """Return how often the changelog lists a description."""
    done = site.here.run("changelog")
    assert done.code == 0, done.stderr
    return done.stdout.count(f"- {text} (")


def two_branches(site: Site) -> str:
    """Begin a branch beside develop, both with work of their own, and return a fix on it."""
    here = site.here
    here.git("switch", "--quiet", "-c", "feature/side", "develop")
    here.commit("docs: side")
    fix = here.commit("fix: leak", {"leak": "none"})
    here.git("switch", "--quiet", "develop")
    here.commit("docs: meanwhile")
    return fix


def merged(site: Site) -> None:
    """Merge the branch, whatever both sides changed alike."""
    site.here.git("merge", "--quiet", "--no-ff", "-m", "Merge branch 'feature/side'", "feature/side")


def test_a_pick_without_a_trailer_is_listed_once(site: Site) -> None:
    """What was picked and then merged as well is one change: author's date, header and diff tell."""
    fix = two_branches(site)
    site.here.git("cherry-pick", fix)
    merged(site)
    assert listed(site, "leak") == 1
    explained = site.here.run("explain", "--offline", "--json").data
    assert any("a cherry-pick of" in row["why"] for row in explained["ignored"])
    assert site.here.run("changelog", "--unreleased").stdout.count("leak (") == 1


def test_another_change_of_the_same_name_is_listed_as_well(site: Site) -> None:
    """An equal header and date is no pick where the change is another one."""
    two_branches(site)
    site.here.commit("fix: leak", {"other": "leak"})
    merged(site)
    assert listed(site, "leak") == 2


def test_a_pick_whose_original_was_reverted_counts(site: Site) -> None:
    """The change is there by the pick alone."""
    fix = two_branches(site)
    site.here.git("cherry-pick", fix)
    site.here.git("switch", "--quiet", "feature/side")
    site.here.git("revert", "--no-edit", fix)
    site.here.git("switch", "--quiet", "develop")
    site.here.git("merge", "--quiet", "--no-ff", "-s", "ours", "-m", "Merge branch 'feature/side'", "feature/side")
    assert listed(site, "leak") == 1


def test_replaced_and_grafted_commits_count_as_git_shows_them(site: Site) -> None:
    """`git replace` changes what a commit says and what it contains, for us as for `git log`."""
    here = site.here
    old = here.commit("fix: mispelt")
    here.git("tag", "before")
    here.git("commit", "--quiet", "--amend", "-m", "feat: misspelt")
    better = here.at("HEAD")
    here.git("reset", "--quiet", "--hard", "before")
    here.git("replace", old, better)
    assert here.run("next-version", "--offline").stdout == "1.1.0\n"
    assert listed(site, "misspelt") == 1
    tip = here.commit("fix: after")
    here.git("replace", "--graft", tip, "v1.0.0")
    assert here.run("next-version", "--offline").stdout == "1.0.1\n"
    assert listed(site, "misspelt") == 0
    assert listed(site, "after") == 1


def test_messages_in_an_old_encoding_are_read(site: Site) -> None:
    """Git converts what says its encoding, and takes for Latin-1 what is no UTF-8."""
    here = site.here
    here.git("config", "i18n.commitEncoding", "ISO-8859-1")
    here.write("message", "feat: größer\n\nBREAKING CHANGE: Übergang nötig\n".encode("latin-1"))
    here.git("commit", "--quiet", "--allow-empty", "-F", "message")
    here.git("config", "--unset", "i18n.commitEncoding")
    here.write("message", b"fix: caf\xe9\n")
    here.git("commit", "--quiet", "--allow-empty", "-F", "message")
    text = here.run("changelog", "--unreleased").stdout
    assert "- größer (" in text
    assert "Übergang nötig" in text
    assert "- café (" in text
    assert here.run("next-version", "--offline").stdout == "2.0.0\n"


def test_a_tag_of_a_file_is_no_version_of_the_history(site: Site) -> None:
    """It is in nobody's way but for its number, and asking for it is answered."""
    here = site.here
    blob = here.at("HEAD:pyproject.toml")
    here.git("tag", "v1.0.5", blob)
    here.git("tag", "-a", "v9.9.9", "-m", "a tree", "HEAD^{tree}")
    data = here.run("next-version", "--offline", "--json").data
    assert (data["version"], data["previous"]) == ("1.1.0", "1.0.0")
    assert here.run("notes").code == 0
    for command in ("notes", "changelog"):
        refused = here.run(command, "9.9.9")
        assert (refused.code, refused.error[0]) == (
            3,
            "v9.9.9 tags nothing of the history of what is checked out, nor of main's.",
        )
    assert "[9.9.9]" not in here.run("changelog").stdout


def test_a_version_on_a_line_of_its_own_is_asked_for(site: Site) -> None:
    """What neither the branch nor main contains has notes of its own as long as nothing else contains it."""
    here = site.here
    here.git("switch", "--quiet", "--orphan", "other")
    here.commit("feat: elsewhere", {"elsewhere": "1"})
    here.git("tag", "v0.5.0")
    here.git("switch", "--quiet", "develop")
    assert "elsewhere (" in here.run("notes", "0.5.0").stdout
