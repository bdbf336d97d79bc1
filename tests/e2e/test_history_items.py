"""What history is read for, item by item: one reading, next version and explain, changelog and notes, ranges, paths.

Each test walks one item end to end; its details stand in the tests beside it.
"""

import json

import pytest
from repository import Site


@pytest.fixture
def told(site: Site) -> Site:
    """Return a site whose develop has something of everything that is to be explained."""
    here = site.here
    here.commit("chore: idle")
    here.commit("frob: unknown")
    here.commit("no header at all")
    here.commit("feat!: boom", {"boom": "1"})
    here.git("revert", "--no-edit", "HEAD")
    return site


def test_item_1_one_reading(site: Site) -> None:
    """Octopus merges, moved tags, tags that are no versions, and squashes with a number: all from one walk."""
    here = site.here
    for name in ("one", "two"):
        here.git("switch", "--quiet", "-c", f"feature/{name}", "develop")
        here.commit(f"feat: {name}")
    here.git("switch", "--quiet", "develop")
    here.commit("fix: squashed (#12)\n\n* fix: inner\n* docs: inner\n\nCo-authored-by: Ada <ada@example.com>")
    here.git("merge", "--quiet", "--no-ff", "-m", "Merge two branches", "feature/one", "feature/two")
    for tag in ("v1.0", "nightly", "v2.0.0-alpha"):
        here.git("tag", tag)
    here.git("tag", "-f", "v2.0.0-alpha", "HEAD~1")
    text = here.run("changelog", "--unreleased").stdout
    assert [line.split(" (")[0] for line in text.splitlines() if line.startswith("- ")] == [
        "- two",
        "- one",
        "- add a",
        "- squashed",
    ]
    assert here.run("next-version", "--offline").stdout == "2.0.0\n"
    here.git("tag", "-d", "v2.0.0-alpha")
    assert here.run("next-version", "--offline").stdout == "1.1.0\n"


def test_item_2_next_version_and_explain(told: Site) -> None:
    """What decides, what cancelled out, what does not count and what was not understood; and every way to ask."""
    here = told.here
    data = here.run("explain", "--json").data
    assert (data["version"], data["previous"], data["level"]) == ("1.1.0", "1.0.0", "minor")
    assert [row["subject"] for row in data["deciding"]] == ["feat: add a"]
    assert {row["subject"] for row in data["cancelled"]} == {'Revert "feat!: boom"', "feat!: boom"}
    assert "chore: idle" in {row["subject"] for row in data["ignored"]}
    assert {row["subject"] for row in data["unparsed"]} == {"frob: unknown", "no header at all"}
    words = here.run("explain", "--baseline", "1.0.0").stdout
    for part in ("decided by", "cancelled", "ignored", "not understood", "with another baseline\n  1.0.0: 1.1.0"):
        assert part in words
    strict = here.run("next-version", "--strict")
    assert (strict.code, strict.error[0]) == (1, "2 not understood:")
    asked = {
        ("--pre", "rc"): "1.1.0-rc.1",
        ("--build", "7"): "1.1.0+7",
        ("--level", "major", "--reason", "storage"): "2.0.0",
        ("--as", "3.0.0", "--reason", "with the app"): "3.0.0",
    }
    for options, version in asked.items():
        assert here.run("next-version", *options).stdout == f"{version}\n"
    forced = here.run("next-version", "--as", "3.0.0", "--reason", "with the app", "--json").data
    assert any("with the app" in row["why"] for row in forced["reasons"])
    for options in (("--as", "1.0.0", "--reason", "again"), ("--as", "0.9.0", "--reason", "back")):
        assert here.run("next-version", *options).code == 3
    assert here.run("next-version", "--level", "major").code == 2
    here.git("push", "--quiet", "origin", "develop:refs/heads/release/v1.1.0")
    assert here.run("next-version").stdout == "1.2.0\n"


def test_item_3_changelog_and_notes(told: Site) -> None:
    """Breaking first with what to do, the operators' part from the diff, and four kinds of markup of one text."""
    here = told.here
    here.commit(
        "fix(api)!: drop v1 (#7)\n\nBREAKING CHANGE: v1 is gone\n\nUse v2.\n\nCloses: #9", {".env.example": "KEY=\n"}
    )
    text = here.run("changelog", "--unreleased").stdout
    assert text.index("### Breaking") < text.index("### Added")
    assert "- **api:** drop v1 (#7) (" in text and "closes #9" in text and "Use v2." in text
    assert "boom" not in text
    assert "`KEY`" in here.run("notes", "2.0.0").stdout
    for form, mark in {"rst": "Breaking\n~~~~", "asciidoc": "=== Breaking"}.items():
        assert mark in here.run("changelog", "--unreleased", "--format", form).stdout
    versions = json.loads(here.run("changelog", "--unreleased", "--format", "json").stdout)["versions"]
    assert versions[0]["groups"][0]["heading"] == "Breaking"


def test_item_4_linting_the_past(told: Site) -> None:
    """A range is judged by author and rule; a baseline forgives what was there before, and nothing newer."""
    here = told.here
    bad = here.run("check-commit", "--range", "v1.0.0..HEAD")
    assert bad.code == 1
    assert "type: 2" in bad.stdout
    assert here.run("check-commit", "--range", "v1.0.0..", "--baseline", "known", "--update-baseline").code == 0
    assert here.run("check-commit", "--range", "v1.0.0..", "--baseline", "known").code == 0
    here.commit("another bad one")
    again = here.run("check-commit", "--range", "v1.0.0..", "--baseline", "known", "--json")
    assert again.code == 1
    assert (again.data["refused"], again.data["ok"]) == (1, False)


def test_item_5_paths(site: Site) -> None:
    """A product in a folder has its own tags, version and changelog, whatever happens beside it."""
    here = site.here
    settings = '[branches]\nmain = "main"\ndevelop = "develop"\n[version]\ntag_prefix = "api-v"\npaths = ["api"]\n'
    here.commit("feat: begin api", {"api/tools.toml": settings})
    here.git("tag", "api-v0.1.0")
    here.commit("fix: inside", {"api/inside": "1"})
    here.commit("feat!: outside", {"outside": "1"})
    run = here.run
    assert run("--config", "api/tools.toml", "next-version", "--offline").stdout == "0.1.1\n"
    text = run("--config", "api/tools.toml", "changelog").stdout
    assert "- inside (" in text and "## [0.1.0]" in text and "outside" not in text
