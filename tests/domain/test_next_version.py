"""The next version: the release scenarios, the tables, and what holds for every history."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from story import RULES, Story, after, gitflow, started, whys

from release_tools.domain.history.entries import select_entries
from release_tools.domain.history.wish import Wish
from release_tools.domain.version import Level, parse_version
from release_tools.errors import PreconditionFailed

SQUASH = "feat: add login (#12)\n\n* feat: add the form\n\n* fix: keep focus\n\n* {}\n"


@pytest.mark.parametrize(
    ("messages", "version", "level"),
    [
        (["fix: a"], "1.0.1", "patch"),
        (["fix: a", "feat: b", "perf: c"], "1.1.0", "minor"),
        (["chore!: drop it"], "2.0.0", "major"),
        (["docs: a", "chore: b", "unknown: c"], None, "none"),
        ([], None, "none"),
        (["feat: a\n\nBREAKING CHANGE: b"], "2.0.0", "major"),
    ],
)
def test_level_is_the_highest_of_the_table(messages: list[str], version: str | None, level: Level) -> None:
    """Types raise what the table says, breaking is major, and the rest raises nothing."""
    plan = after(*messages)
    assert (str(plan.version) if plan.version else None, plan.level) == (version, level)
    assert str(plan.previous) == "1.0.0"


def test_s1_hotfix_was_merged_back_feature_waits() -> None:
    """S1: the feature stays unreleased, and the next version counts from the hotfix."""
    story, main = started()
    develop = feat = story.commit("feat: wait", main)
    hot = story.tag("1.0.1", story.merge(main, story.commit("fix: hot", main)))
    develop = story.merge(develop, hot)
    assert str(story.next(develop, hot).version) == "1.1.0"
    assert [commit.sha for commit in story.unreleased(develop, hot).commits if commit.type] == [feat]


def test_s2_hotfix_was_not_merged_back() -> None:
    """S2: the number goes past the hotfix, and the tag that develop lacks is named."""
    story, main = started()
    hot = story.tag("1.0.1", story.merge(main, story.commit("fix: hot", main)))
    plan = story.next(story.commit("fix: on develop", main), hot)
    assert str(plan.version) == "1.0.2"
    assert "v1.0.1 is missing from this branch" in whys(plan)


@pytest.mark.parametrize(
    "breaking", ["feat!: drop the old page", "chore: tidy\n\nBREAKING CHANGE: gone", "BREAKING CHANGE: gone"]
)
def test_s4_squash_breaks_wherever_it_says_so(breaking: str) -> None:
    """S4: a break in any part of a squash is a break of the whole, and nothing is left unread."""
    plan = after(SQUASH.format(breaking))
    assert (str(plan.version), plan.unparsed, len(plan.reasons)) == ("2.0.0", (), 1)


def test_s4_split_squash_counts_its_parts() -> None:
    """S4: with `split` each part is an entry of its own."""
    story, main = started()
    head = story.commit(SQUASH.format("feat!: drop the old page"), main)
    plan = story.next(head, rules=replace(RULES, squash="split"))
    assert [remark.why.split(":")[0] for remark in plan.reasons] == ["minor", "patch", "major"]


def test_single_bullet_is_prose() -> None:
    """A body that happens to quote one header does not raise the level."""
    assert str(after("fix: parse lists\n\n* feat: x was read as a list\n").version) == "1.0.1"


def test_s5_merge_that_repeats_its_branch_is_dropped() -> None:
    """S5: one entry, and the merge is listed as ignored."""
    story, main = started()
    branch = story.commit("feat: add login", main)
    plan = story.next(story.merge(main, branch, "feat: add login (#12)"))
    assert (str(plan.version), len(plan.reasons)) == ("1.1.0", 1)
    assert plan.reasons[0].sha == branch
    assert "repeats" in plan.ignored[0].why


def test_cherry_pick_and_its_original_are_one_entry() -> None:
    """What was picked onto another branch and came back by a merge counts once, unless the original was taken back."""
    story, main = started()
    feat = story.commit("feat: a", main)
    pick = story.commit(f"feat: a\n\n(cherry picked from commit {feat})\n", main)
    plan = story.next(story.merge(feat, pick))
    assert [row.sha for row in plan.reasons] == [feat]
    assert any("cherry-pick" in row.why for row in plan.ignored)
    undone = story.commit(f'Revert "feat: a"\n\nThis reverts commit {feat}.\n', feat)
    assert [row.sha for row in story.next(story.merge(undone, pick)).reasons] == [pick]


@pytest.mark.parametrize("twin", ["feat: add login", "feat: add login\n\n(cherry picked from commit {})\n"])
def test_a_change_of_another_product_speaks_for_none_of_ours(twin: str) -> None:
    """A merge or a pick counts where the commit that it repeats lies outside of the product's paths."""
    story, main = started()
    branch = story.commit("feat: add login", main)
    head = story.merge(main, branch, twin.format(branch))
    marked = [one._replace(elsewhere=one.sha == branch) for one in story.unreleased(head).commits]
    assert [one.sha for one in select_entries(marked).kept] == [head]


@pytest.mark.parametrize(
    ("wish", "version"),
    [
        (Wish(level="major", reason="why"), "2.0.0"),
        (Wish(version=parse_version("3.1.0"), reason="why"), "3.1.0"),
        (Wish(label="rc"), "1.1.0-rc.3"),
        (Wish(build="5"), "1.1.0+5"),
        (Wish(level="patch", reason="why", label="rc", build="b.1"), "1.0.1-rc.1+b.1"),
    ],
)
def test_a_wish_is_granted_and_its_reason_stands_among_the_reasons(wish: Wish, version: str) -> None:
    """Level, version, label and build metadata; candidates are counted over all tags, wherever they are."""
    story, main = started()
    story.tag("1.1.0-rc.2", story.commit("fix: aside", main))
    plan = story.next(story.commit("feat: a", main), wish=wish)
    assert str(plan.version) == version
    assert any("why" in row.why for row in plan.deciding) == wish.forces
    assert all(row in plan.reasons for row in plan.deciding)


@pytest.mark.parametrize("version", ["1.0.0", "0.9.0", "1.2.0", "1.3.0"])
def test_a_version_that_cannot_be_had_is_refused(version: str) -> None:
    """Released, lower, tagged elsewhere or claimed: a person is told, a commit that asks for it is not heard."""
    story, main = started()
    story.tag("1.2.0", story.commit("chore: aside", main))
    head = story.commit("feat: a", main)
    with pytest.raises(PreconditionFailed):
        story.next(head, claimed=("1.3.0",), wish=Wish(version=parse_version(version), reason="why"))
    plan = story.next(story.commit(f"chore: ask\n\nRelease-As: {version}\n", head), claimed=("1.3.0",))
    assert (str(plan.version), "Release-As" in plan.unparsed[0].why) == ("1.1.0", True)


def test_a_commit_asks_for_a_version() -> None:
    """The newest footer decides until that version is released; one that was reverted asks for nothing."""
    story, main = started()
    first = story.commit("chore: go on\n\nRelease-As: 4.0.0\n", main)
    second = story.commit("chore: go on\n\nRelease-As: v3.0.0\n", first)
    plan = story.next(second)
    assert (str(plan.version), plan.level, [row.sha for row in plan.deciding]) == ("3.0.0", "major", [second])
    undone = story.commit(f'Revert "chore: go on"\n\nThis reverts commit {second}.\n', second)
    assert str(story.next(undone).version) == "4.0.0"
    assert str(story.next(story.commit("fix: b", story.tag("4.0.0", second))).version) == "4.0.1"


def test_a_type_that_nobody_knows_is_not_understood() -> None:
    """It raises nothing, and is told apart from one that raises nothing on purpose."""
    plan = after("chore: a", "foo: b", rules=replace(RULES, types=frozenset(("feat", "fix", "chore"))))
    assert ([row.subject for row in plan.unparsed], [row.subject for row in plan.ignored]) == (["foo: b"], ["chore: a"])


def test_merge_that_says_more_than_its_branch_counts() -> None:
    """A merge with a header of its own is an entry; a breaking mark is never lost."""
    story, main = started()
    branch = story.commit("feat: add login", main)
    assert str(story.next(story.merge(main, branch, "feat!: add login")).version) == "2.0.0"


def test_s6_breaking_without_colon_is_a_warning() -> None:
    """S6: the header's own level counts, and the near-miss is listed."""
    plan = after("fix: a\n\nBREAKING CHANGE #12\n")
    assert str(plan.version) == "1.0.1"
    assert "BREAKING CHANGE" in plan.unparsed[0].why


def test_s8_candidate_is_folded_into_the_final_release() -> None:
    """S8: the pre-release tag is neither baseline nor in the way."""
    story, main = started()
    candidate = story.tag("1.1.0-rc.1", story.commit("feat: a", main))
    head = story.merge(main, story.commit("fix: b", candidate))
    plan = story.next(head, head)
    assert (str(plan.version), str(plan.previous), len(plan.reasons)) == ("1.1.0", "1.0.0", 2)


@pytest.mark.parametrize("squash", ["chore: back-merge v1.1.0", "git", "bullets"])
def test_s20_squashed_back_merge_releases_nothing_again(squash: str) -> None:
    """S20: what the squash lists is released already; the tag that develop lacks is named."""
    story, main = started()
    develop = story.commit("feat: a", main)
    release = [develop, story.commit("fix: polish", develop)]
    release.append(story.commit("feat: last minute", release[1]))
    tip = story.tag("1.1.0", story.merge(main, release[2], "Merge branch 'release/v1.1.0'"))
    listed = "".join(
        f"\ncommit {sha}\nAuthor: A <a@b>\nDate:   today\n\n    {text}\n"
        for sha, text in zip(release, ("feat: a", "fix: polish", "feat: last minute"), strict=True)
    )
    bodies = {
        "git": f"Squashed commit of the following:\n{listed}",
        "bullets": "chore: back-merge (#9)\n\n* fix: polish\n\n* feat: last minute\n",
    }
    develop = story.commit(bodies.get(squash, squash), develop)
    plan = story.next(story.commit("fix: next", develop), tip)
    assert (str(plan.version), plan.unparsed) == ("1.1.1", ())
    assert "v1.1.0 is missing from this branch" in whys(plan)


@pytest.mark.parametrize(("policy", "version"), [("minor", "0.5.0"), ("major", "1.0.0")])
def test_breaking_before_one_follows_the_policy(policy: Level, version: str) -> None:
    """While 0.x a breaking change raises what `zero_breaking` says."""
    story = Story()
    head = story.commit("feat!: b", story.tag("0.4.2", story.commit("feat: a")))
    assert str(story.next(head, rules=replace(RULES, zero_breaking=policy)).version) == version


def test_first_release_is_the_initial_version() -> None:
    """Without any tag the configured first version is next, once there is something to release."""
    story = Story()
    root = story.commit("chore: begin")
    assert story.next(root).version is None
    assert str(story.next(story.commit("feat!: a", root)).version) == "0.1.0"


def test_taken_and_claimed_numbers_are_skipped_and_said() -> None:
    """The last raised part is raised again for each number that is gone."""
    story, main = started()
    aside = story.commit("chore: aside", main)
    story.tag("1.1.0", aside)
    plan = story.next(story.commit("feat: a", main), claimed=("1.2.0",))
    assert str(plan.version) == "1.3.0"
    assert "1.1.0 exists as a tag" in whys(plan)
    assert "1.2.0 is claimed" in whys(plan)


def test_reachable_pre_release_is_never_undercut() -> None:
    """After 2.0.0-rc.1 a mere fix makes 2.0.0, not 1.0.1."""
    story, main = started()
    head = story.commit("fix: a", story.tag("2.0.0-rc.1", main))
    assert str(story.next(head).version) == "2.0.0"


def test_json_holds_plain_values() -> None:
    """`next-version --json` can be written as it is."""
    value = json.loads(json.dumps(after("feat: a", "what").as_json()))
    assert (value["version"], value["previous"], value["level"]) == ("1.1.0", "1.0.0", "minor")
    assert value["unparsed"][0]["subject"] == "what"
    assert value.keys() == {"version", "previous", "level", "reasons", "cancelled", "ignored", "unparsed"}


@given(gitflow())
def test_next_version_is_new_and_above_everything_reachable(drawn: tuple[Story, str, str]) -> None:
    """It is greater than every tag of the branch and of main, and equal to none."""
    story, develop, main = drawn
    version = story.next(develop, main).version
    assert version is None or all(version > tag for tag in story.tags)


@given(gitflow(), st.sampled_from(("Merge branch 'x'", "feat: change 0", "Merge pull request #1 from a/b\n\nfeat!: c")))
def test_adding_a_merge_changes_nothing(drawn: tuple[Story, str, str], message: str) -> None:
    """A merge of what is there already neither raises nor adds an entry."""
    story, develop, main = drawn
    before = story.next(develop, main)
    subjects = {commit.subject for commit in story.unreleased(develop, main).commits}
    side = story.commit("docs: side", develop)
    merge = story.merge(develop, side, message if message in subjects else "Merge branch 'y'")
    plan = story.next(merge, main)
    assert (plan.version, plan.level) == (before.version, before.level)
    assert [remark.sha for remark in plan.reasons] == [remark.sha for remark in before.reasons]
