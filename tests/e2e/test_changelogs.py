"""`changelog` and `notes` on real repositories, beside the sections that releases write."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from repository import CONFIG, DAY, Site


def section(text: str, version: str) -> str:
    """Return a version's section as it stands in a changelog, without the blank line behind it."""
    start = text.index(f"## [{version}]")
    end = text.find("\n## [", start)
    return text[start:] if end < 0 else text[start:end]


def test_start_release_writes_what_changelog_prints(started: Site) -> None:
    """On the release branch the command prints the section that stands in the file, byte for byte."""
    printed = started.here.run("changelog", "1.1.0")
    assert printed.code == 0, printed.stderr
    written = section(started.here.shown("HEAD", "CHANGELOG.md"), "1.1.0")
    assert printed.stdout == written
    assert "- add a (" in written


def test_finished_release_reads_the_same_from_history(started: Site) -> None:
    """After the merge and the tag, alone and in the whole changelog, the section is the one in the file."""
    started.here.commit("fix: polish")
    assert started.here.run("finish-release", "1.1.0", "--yes").code == 0
    written = section(started.here.shown("main", "CHANGELOG.md"), "1.1.0")
    assert started.here.run("changelog", "1.1.0").stdout == written
    whole = started.here.run("changelog").stdout
    assert section(whole, "1.1.0") == written
    assert whole.startswith("# Changelog\n\n## [Unreleased]\n\n## [1.1.0]")
    assert started.here.run("notes").stdout == started.here.run("notes", "v1.1.0").stdout == written.split("\n\n", 1)[1]


def test_a_released_section_that_was_edited_is_named(started: Site) -> None:
    """`--check` says which released sections history would write otherwise; notes by hand are allowed."""
    assert started.here.run("finish-release", "1.1.0", "--yes").code == 0
    text = started.here.run("changelog").stdout
    started.here.write("CHANGELOG.md", text)
    assert started.here.run("changelog", "--check").code == 0
    noted = text.replace("### Added", "<!-- notes -->\nby hand\n<!-- /notes -->\n\n### Added", 1)
    started.here.write("CHANGELOG.md", noted)
    assert started.here.run("changelog", "--check").code == 0
    assert started.here.run("changelog", "--output", "CHANGELOG.md").code == 0
    assert started.here.write("other", "").with_name("CHANGELOG.md").read_text() == noted
    started.here.write("CHANGELOG.md", text.replace("add a", "add b"))
    refused = started.here.run("changelog", "--check")
    assert (refused.code, refused.error[0]) == (1, "CHANGELOG.md differs from history in 1.1.0.")


def test_writing_the_file_keeps_the_sections_that_are_released(started: Site) -> None:
    """What was released stays as it reads, in files of another tool too, unless it is asked to be made anew."""
    here = started.here
    assert here.run("finish-release", "1.1.0", "--yes").code == 0
    here.commit("fix: later")
    before = here.shown("main", "CHANGELOG.md")
    assert here.run("changelog", "--output", "CHANGELOG.md").code == 0
    text = here.write("x", "").with_name("CHANGELOG.md").read_text()
    assert "- later (" in text.partition("## [1.1.0]")[0]
    assert text.partition("## [1.1.0]")[2] == before.partition("## [1.1.0]")[2]
    assert "- first\n" in text
    assert here.run("changelog", "--check").error[0] == "CHANGELOG.md differs from history in 1.0.0."
    assert here.run("changelog", "--check", "--from", "1.0.0").code == 0
    assert here.run("changelog", "--output", "CHANGELOG.md", "--rewrite").code == 0
    assert here.run("changelog", "--check").code == 0


def test_file_that_grows_by_releases_is_the_one_of_the_whole_history(site: Site) -> None:
    """Release, hotfix, release with links: main's file is what `changelog` prints there, byte for byte."""
    here = site.here
    here.commit("chore: link", {"release-tools.toml": f"{CONFIG}[changelog]\nlinks = true\n"})
    here.git("config", f"url.{site.remote.path}.insteadOf", "https://github.com/team/product")
    here.git("remote", "set-url", "origin", "https://github.com/team/product")
    here.git("push", "--quiet", "origin", "develop")
    for kind, name in (("release", "1.1.0"), ("hotfix", "mend"), ("release", "1.2.0")):
        assert here.run(f"start-{kind}", name, "--yes").code == 0
        here.commit(f"fix({kind}): polish {name}")
        ended = here.run(f"finish-{kind}", name, "--yes")
        assert ended.code == 0, ended.stderr
    here.git("switch", "--quiet", "main")
    text = here.shown("main", "CHANGELOG.md")
    whole = here.run("changelog").stdout
    for start, end in (("# Changelog", "## [1.0.0]"), ("[Unreleased]: ", "\n\n\n")):
        assert text[text.index(start) :].partition(end)[0] == whole[whole.index(start) :].partition(end)[0]
    assert "[1.1.1]: https://github.com/team/product/compare/v1.1.0...v1.1.1\n" in text
    assert here.shown("develop", "CHANGELOG.md").endswith(text[text.index("[Unreleased]: ") :])


def test_parts_of_the_history(started: Site) -> None:
    """Unreleased, a span, a pre-release that was not tagged; a version that cannot be is refused."""
    assert started.here.run("finish-release", "1.1.0", "--yes").code == 0
    started.here.commit("fix: later")
    run = started.here.run
    unreleased = run("changelog", "--unreleased").stdout
    assert unreleased.startswith("## [Unreleased]\n\n### Fixed\n\n- later (")
    assert run("changelog", "--from", "v1.0.0", "--to", "1.1.0").stdout == run("changelog", "1.1.0").stdout
    assert "[Unreleased]" in run("changelog", "--from", "1.1.0").stdout
    assert "[1.1.0]" not in run("changelog", "--from", "1.1.0").stdout
    assert run("changelog", "1.2.0").stdout.startswith("## [1.2.0] - ")
    refused = run("changelog", "1.0.5")
    assert (refused.code, refused.error[0]) == (3, "There is no tag v1.0.5 here.")
    assert run("changelog", "1.1.0", "--unreleased").code == 2


def test_context_goes_round_and_a_template_sees_it(site: Site) -> None:
    """JSON, a team's template from the configuration, and formats by name."""
    here = site.here
    context = here.run("changelog", "--context")
    data = json.loads(context.stdout)
    assert data["versions"][0]["groups"][0]["items"][0]["description"] == "add a"
    assert here.run("changelog", "--json").data == data == json.loads(here.run("changelog", "--format", "json").stdout)
    path = here.write("context.json", context.stdout)
    assert here.run("changelog", "--from-context", str(path)).stdout == here.run("changelog").stdout
    here.write("release-tools.toml", f'{CONFIG}[changelog]\ntemplate = "notes.j2"\n')
    here.write("notes.j2", "{% for version in versions %}<{{ version.version }} {{ version.date }}>{% endfor %}")
    assert here.run("changelog").stdout.startswith("< ><1.0.0 ")
    assert here.run("changelog", "--format", "asciidoc").stdout.startswith("= Changelog\n")
    here.write("notes.j2", "{{ versions.__class__ }}")
    assert here.run("changelog").code == 2


def test_links_follow_the_remote(site: Site) -> None:
    """Links are written when they are asked for, and a remote that tells nothing is refused with the key."""
    here = site.here
    here.write("release-tools.toml", f"{CONFIG}[changelog]\nlinks = true\n")
    refused = here.run("changelog")
    assert refused.code == 2 and "changelog.forge" in refused.error[-1]
    here.git("remote", "set-url", "origin", "git@github.com:team/product.git")
    text = here.run("changelog").stdout
    assert f"](https://github.com/team/product/commit/{here.at('develop')})" in text
    assert "[Unreleased]: https://github.com/team/product/compare/v1.0.0...HEAD" in text


def test_day_of_a_version_is_that_of_its_tag(site: Site) -> None:
    """An annotated tag has its own day, a lightweight one that of its commit; tags of tags are looked through."""
    here = site.here
    here.git("tag", "-a", "v1.1.0", "-m", "x", "develop")
    here.git("tag", "-a", "v1.2.0", "-m", "nested", "v1.1.0")
    assert here.run("changelog", "1.1.0").stdout.startswith(f"## [1.1.0] - {DAY}")
    here.git("pack-refs", "--all")
    assert here.run("changelog", "1.2.0").stdout == f"## [1.2.0] - {DAY}\n"


def test_a_shallow_clone_is_refused(site: Site) -> None:
    """A changelog with a hole would look whole."""
    site.home.joinpath("shallow").mkdir()
    shallow = site.home / "shallow" / "clone"
    site.here.git("clone", "--quiet", "--depth", "1", f"file://{site.remote.path}", str(shallow))
    refused = type(site.here)(shallow).run("changelog")
    assert refused.code == 3 and "shallow" in refused.error[0]


@pytest.mark.parametrize("command", ["changelog", "notes"])
def test_outside_of_a_work_tree(site: Site, command: str) -> None:
    """The refusal names the place."""
    empty = site.home / "empty"
    empty.mkdir()
    refused = type(site.here)(empty, {"GIT_CEILING_DIRECTORIES": str(site.home)}).run(command)
    assert refused.code == 3 and "no git work tree" in refused.error[0]


def test_notes_tell_operators_what_changed_and_what_was_written_by_hand(site: Site) -> None:
    """From the files of the two versions; the block in the changelog comes first; `--output` writes it all."""
    here = site.here
    here.commit(
        "feat: store orders",
        {
            "db/migrations/0001.sql": "create table orders ();\n",
            ".env.example": "SMTP_HOST=localhost\n",
            "compose.yaml": "services:\n  db:\n    image: postgres:16\n",
        },
    )
    here.git("push", "--quiet", "origin", "develop")
    assert here.run("start-release", "1.1.0", "--yes").code == 0
    text = here.shown("HEAD", "CHANGELOG.md")
    noted = text.replace("\n\n### Added", "\n\n<!-- notes -->\nOrders are kept.\n<!-- /notes -->\n\n### Added", 1)
    here.commit("docs: say it by hand", {"CHANGELOG.md": noted})
    here.commit("fix: polish")
    assert here.run("finish-release", "1.1.0", "--yes").code == 0
    notes = here.run("notes", "1.1.0").stdout
    assert notes.startswith("Orders are kept.\n\n### Added\n\n")
    assert notes.endswith(
        "### For operators\n\n- migration `db/migrations/0001.sql`\n"
        "- configuration `SMTP_HOST` is new: `localhost`\n- image `postgres` is new: `16`\n"
    )
    assert here.run("notes", "1.1.0", "--output", "notes.md").code == 0
    assert here.write("x", "").with_name("notes.md").read_text() == notes
    operator = here.run("notes", "1.1.0", "--json").data["versions"][0]["operator"]
    assert operator["images"] == [{"name": "postgres", "before": "", "after": "16"}]
    assert "Orders are kept." in here.shown("main", "CHANGELOG.md")


def test_contributors_are_named_alike_by_a_release_and_by_history(site: Site) -> None:
    """Co-authors and first-timers, names by `.mailmap`; who only made the release is not in it."""
    here = site.here
    here.commit(
        "docs: name people",
        {"release-tools.toml": f"{CONFIG}[changelog]\ncontributors = true\n", ".mailmap": "Bob <bob@new.example>\n"},
    )
    author = "bobby <bob@new.example>"
    message = "feat: b\n\nCo-authored-by: Cleo <c@x.example>"
    here.git("commit", "--quiet", "--allow-empty", "--author", author, "-m", message)
    here.git("push", "--quiet", "origin", "develop")
    assert here.run("start-release", "1.1.0", "--yes").code == 0
    assert here.run("finish-release", "1.1.0", "--yes").code == 0
    written = section(here.shown("main", "CHANGELOG.md"), "1.1.0")
    assert "- Bob (first contribution)\n- Cleo (first contribution)\n" in written and "bobby" not in written
    assert here.run("changelog", "1.1.0").stdout == written
    assert section(here.run("changelog").stdout, "1.1.0") == written


@pytest.mark.slow
def test_the_comparison_with_plain_git_explains_every_difference(site: Site) -> None:
    """The script that real repositories are compared by: numbers by git, ours, and the rules between them."""
    here, script = site.here, Path(__file__).parents[1] / "real" / "changelog_against_git.py"
    here.git("revert", "--no-edit", "HEAD")
    here.commit("fix: b")
    here.commit("refactor!: c")
    here.git("tag", "v1.1.0")
    words = (sys.executable, str(script), str(here.path))
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[2].endswith(
        "| 3 | 3 | 1 breaking, whatever its type; 1 taken back before its release |"
    )
