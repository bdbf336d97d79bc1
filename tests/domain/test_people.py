"""Contributors: who is named for a version, and for whom it is the first."""

from hypothesis import given
from story import SECTIONS, Story, gitflow

from release_tools.domain.changelog.outline import Contributor, Group, Outline, group_entries
from release_tools.domain.changelog.people import People, parse_people
from release_tools.domain.changelog.rendering import render_outline
from release_tools.domain.history.ancestry import reach
from release_tools.domain.history.timeline import cut_timeline

TEAM = ("Ada", "Bob", "Cleo", "dependabot[bot]")


def people(story: Story, authors: dict[str, str], others: dict[str, str] | None = None) -> People:
    """Return the people of a story, as git would tell them."""
    rows = []
    for commit in story.log:
        told = (commit.sha, " ".join(commit.parents), authors[commit.sha], (others or {}).get(commit.sha, ""))
        rows.append("\0".join(told) + "\0")
    return parse_people("".join(rows).encode())


def groups(story: Story, *shas: str) -> tuple[Group, ...]:
    return group_entries([one for one in story.log if one.sha in shas], sections=SECTIONS)


def test_authors_and_co_authors_of_what_is_listed() -> None:
    """Whose commit is not listed is not named; robots never are; a name counts once, whatever its case."""
    story = Story()
    begin = story.commit("feat: begin")
    one = story.commit("feat: one", begin)
    two = story.commit("chore: two", one)
    three = story.commit("fix: three", two)
    authors = {begin: "Ada", one: "ada", two: "Zoe", three: "dependabot[bot]"}
    found = people(story, authors, {one: "Émile <e@x>\1Bob <b@x>", three: "Bob <b@x>"})
    commits = [commit for commit in story.log if commit.sha != begin]
    named = found.contributors(commits, groups(story, one, two, three))
    assert named == (
        Contributor(name="ada", is_new=False),
        Contributor(name="Bob", is_new=True),
        Contributor(name="Émile", is_new=True),
    )
    text = render_outline(Outline(version="1.1.0", date="2026-01-15", groups=(), contributors=named))
    assert text.endswith("### Contributors\n\n- ada\n- Bob (first contribution)\n- Émile (first contribution)\n")


@given(gitflow())
def test_new_is_who_has_nothing_in_what_was_contained_before(drawn: tuple[Story, str, str]) -> None:
    """By ancestry: the same as looking at every commit that the version contains and that is not its own."""
    story, develop, main = drawn
    authors = {commit.sha: TEAM[int(commit.sha, 16) % len(TEAM)] for commit in story.log}
    found = people(story, authors)
    finals = {version: sha for version, sha in story.tags.items() if version.is_final}
    for part in cut_timeline(story.log, finals, head=develop, main=main):
        if part.version is None or not part.commits:
            continue
        own = {commit.sha for commit in part.commits}
        before = {authors[sha] for sha in reach(story.log, (finals[part.version],)) - own}
        for one in found.contributors(part.commits, groups(story, *own)):
            assert one.is_new == (one.name not in before)
