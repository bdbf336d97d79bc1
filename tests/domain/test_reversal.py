"""Reversals: pairs vanish, in every wording, and what is released is spared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from story import Story, after, gitflow, started


def test_s3_reverted_feature_leaves_only_the_fix() -> None:
    """S3: both halves of the pair vanish and are listed as cancelled."""
    story, main = started()
    feat = story.commit("feat: no", main)
    fix = story.commit("fix: yes", feat)
    plan = story.next(story.commit(f'Revert "feat: no"\n\nThis reverts commit {feat}.\n', fix))
    assert str(plan.version) == "1.0.1"
    assert [remark.subject for remark in plan.cancelled] == ['Revert "feat: no"', "feat: no"]


def test_s3b_reverted_breaking_change_leaves_nothing() -> None:
    """S3b: nothing to release."""
    story, main = started()
    feat = story.commit("feat!: no", main)
    plan = story.next(story.commit(f'Revert "feat!: no"\n\nThis reverts commit {feat}.\n', feat))
    assert (plan.version, plan.level, plan.reasons) == (None, "none", ())


def test_revert_of_a_revert_brings_the_feature_back() -> None:
    """The two reverts cancel each other, in git's old and new wording."""
    for again in ('Revert "Revert "feat: a""', 'Reapply "feat: a"'):
        story, main = started()
        feat = story.commit("feat: a", main)
        back = story.commit(f'Revert "feat: a"\n\nThis reverts commit {feat}.\n', feat)
        plan = story.next(story.commit(f"{again}\n\nThis reverts commit {back}.\n", back))
        assert (str(plan.version), len(plan.cancelled)) == ("1.1.0", 2)


def test_revert_of_a_released_change_is_an_entry() -> None:
    """It has no partner in range, so it raises what the table says for `revert`."""
    story, main = started()
    plan = story.next(story.commit(f'Revert "feat: begin"\n\nThis reverts commit {main}.\n', main))
    assert (str(plan.version), plan.cancelled) == ("1.0.1", ())


def test_revert_of_a_released_change_spares_its_namesake() -> None:
    """A new commit with the same subject is not what a named, released commit's reversal means."""
    story, main = started()
    twin = story.commit("feat: begin", main)
    plan = story.next(story.commit(f'Revert "feat: begin"\n\nThis reverts commit {main}.\n', twin))
    assert (str(plan.version), plan.cancelled) == ("1.1.0", ())


@pytest.mark.parametrize(
    "message",
    [
        'Revert "feat: a"',
        'Revert "feat: a" (#13)\n\nReverts team/tool#12\n',
        "revert: feat: a\n\nRefs: {sha}\n",
        "revert: let us forget\n\nThis reverts commit {short}.\n",
        'Revert "feat: a"\n\nThis reverts commit 0123456789012345678901234567890123456789.\n',
        "fix: back out\n\nThis reverts commit {sha}, for now.\n",
    ],
)
def test_reversals_are_known_in_every_wording(message: str) -> None:
    """Git's, GitHub's and the specification's wordings pair, and so does one whose commit was rebased away."""
    story, main = started()
    feat = story.commit("feat: a (#12)" if "team" in message else "feat: a", main)
    plan = story.next(story.commit(message.format(sha=feat, short=feat[:9]), feat))
    assert (plan.version, len(plan.cancelled)) == (None, 2)


def test_reverted_merge_takes_its_branch_along() -> None:
    """Reverting a merge cancels what the merge brought, and nothing that was there before."""
    story, main = started()
    shared = story.commit("fix: shared", main)
    branch = story.commit("feat: b", story.commit("feat!: a", shared))
    merge = story.merge(story.commit("fix: main", shared), branch)
    plan = story.next(
        story.commit(f"Revert \"Merge branch 'x'\"\n\nThis reverts commit {merge}, reversing\nchanges.", merge)
    )
    assert str(plan.version) == "1.0.1"
    assert (len(plan.cancelled), len(plan.reasons)) == (4, 2)


def test_reversal_on_one_branch_spares_the_twin_on_another() -> None:
    """Only an ancestor can be taken back."""
    story, main = started()
    own = story.commit("feat: a", story.commit("docs: other", main))
    twin = story.commit("feat: a", main)
    head = story.merge(twin, story.commit('Revert "feat: a"', own))
    plan = story.next(head)
    assert [remark.sha for remark in plan.reasons] == [twin]


def test_reversal_takes_back_the_nearest_of_the_same_subject() -> None:
    """After a change was landed twice, the later one is taken back."""
    story, main = started()
    first = story.commit("feat: a", main)
    plan = story.next(story.commit('Revert "feat: a"', story.commit("feat: a", first)))
    assert [remark.sha for remark in plan.reasons] == [first]


def test_change_that_was_landed_and_taken_back_twice_leaves_nothing() -> None:
    """Each reversal finds its own partner, although all subjects are the same."""
    assert after("feat: a", 'Revert "feat: a"', "feat: a", 'Revert "feat: a"').version is None


def test_reversal_of_released_and_unreleased_work_is_still_an_entry() -> None:
    """The unreleased half vanishes; for the released half the reversal must be told."""
    story, main = started()
    feat = story.commit("feat: a", main)
    body = f"This reverts commit {feat}.\nThis reverts commit {main}.\n"
    plan = story.next(story.commit(f"revert: both\n\n{body}", feat))
    assert (str(plan.version), [remark.sha for remark in plan.cancelled]) == ("1.0.1", [feat])


@given(gitflow(), st.integers(1, 4))
def test_reverting_everything_leaves_nothing_to_release(drawn: tuple[Story, str, str], depth: int) -> None:
    """A change and its reversals cancel in pairs; an even chain of reversals changes nothing."""
    story, develop, main = drawn
    before = story.next(develop, main)
    head = target = story.commit("feat!: huge", develop)
    for _ in range(depth):
        head = target = story.commit(f"revert: it\n\nThis reverts commit {target}.\n", head)
    plan = story.next(head, main)
    if depth % 2:
        assert (plan.version, plan.level) == (before.version, before.level)
    else:
        assert plan.level != "none"
        assert any(remark.subject == "feat!: huge" for remark in plan.reasons)
