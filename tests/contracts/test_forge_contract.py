"""What every forge does, held by the one in memory and by the adapter to GitHub against the double."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.forge_subject import FakeForgeSubject, ForgeSubject

from release_tools.domain.forge.checks import CheckState, judge
from release_tools.domain.forge.protection import Protection, render_difference
from release_tools.domain.forge.request import ChangeRequest, Readiness, RequestState, Wishes
from release_tools.domain.forge.rights import Right
from release_tools.errors import ForgeRefused

MAIN = Protection(
    name="release-tools: main",
    target="branch",
    pattern="main",
    by_request=True,
    approvals=1,
    methods=("merge",),
    checks=("ci",),
)


@pytest.fixture(params=[pytest.param("double", marks=pytest.mark.slow), "fake"])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ForgeSubject]:
    """Return a forge with one commit on main; behind the double nothing may break GitHub's description."""
    if request.param == "fake":
        yield FakeForgeSubject()
        return
    from forge_double.server import running
    from forge_double.subject import DoubleSubject

    with running(tmp_path / "double") as double:
        yield DoubleSubject(double, tmp_path / "hands")
    assert double.violations == []


def opened(subject: ForgeSubject, head: str = "release/v1.1.0") -> ChangeRequest:
    """Open a request to merge one commit into main."""
    subject.commit(head)
    return subject.forge.open_request(head, "main", "chore: release v1.1.0", "What changes.")


def settled(subject: ForgeSubject, number: int) -> Readiness:
    """Return the readiness once the forge has computed it; the first question may come too early."""
    return next(
        (found for _ in range(3) if (found := subject.forge.request(number).readiness) is not Readiness.UNSETTLED),
        Readiness.UNSETTLED,
    )


def test_what_is_opened_is_found(subject: ForgeSubject) -> None:
    """By its two branches, with title, text and the head's commit."""
    made = opened(subject)
    (found,) = subject.forge.find_requests("release/v1.1.0", "main")
    assert (found.number, found.head, found.base, found.commit) == (made.number, made.head, "main", made.commit)
    assert (found.title, found.body, found.state) == ("chore: release v1.1.0", "What changes.", RequestState.OPEN)
    assert subject.forge.find_requests("release/v1.1.0", "develop") == ()


def test_a_second_request_of_the_same_branches_is_refused(subject: ForgeSubject) -> None:
    """There is never a second one, whoever asks."""
    opened(subject)
    with pytest.raises(ForgeRefused, match="already exists"):
        subject.forge.open_request("release/v1.1.0", "main", "again", "")
    assert len(subject.forge.find_requests("release/v1.1.0", "main")) == 1


def test_a_request_without_a_commit_is_refused(subject: ForgeSubject) -> None:
    """There is nothing to merge."""
    made = opened(subject)
    subject.forge.merge_request(made.number, made.commit, "merge", "")
    with pytest.raises(ForgeRefused, match="No commits between"):
        subject.forge.open_request("release/v1.1.0", "main", "again", "")


def test_a_request_is_rewritten(subject: ForgeSubject) -> None:
    """Title and text are as they were given last."""
    made = opened(subject)
    subject.forge.rewrite_request(made.number, "another", "text")
    found = subject.forge.request(made.number)
    assert (found.title, found.body) == ("another", "text")


def test_a_request_is_adorned(subject: ForgeSubject) -> None:
    """Reviewers, labels and a milestone are taken."""
    made = opened(subject)
    subject.milestone("1.1")
    wishes = Wishes(reviewers=("bob",), labels=("release",), milestone="1.1")
    subject.forge.adorn_request(made.number, wishes)
    assert subject.forge.find_requests("release/v1.1.0", "main")[0].wishes == wishes
    assert subject.forge.request(made.number).wishes == wishes


def test_a_request_follows_its_head(subject: ForgeSubject) -> None:
    """A push to the head is seen, and a merge of what was there before is refused."""
    made = opened(subject)
    newer = subject.commit("release/v1.1.0")
    assert subject.forge.request(made.number).commit == newer
    with pytest.raises(ForgeRefused):
        subject.forge.merge_request(made.number, made.commit, "merge", "")
    assert not subject.holds("main", newer)


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_a_request_is_merged_by_its_method(subject: ForgeSubject, method: str) -> None:
    """Only a merge commit brings the head's own commits; the base has the new one in any case."""
    made = opened(subject)
    new = subject.forge.merge_request(made.number, made.commit, method, "")  # type: ignore[arg-type]
    found = subject.forge.request(made.number)
    assert (found.state, found.merged_as) == (RequestState.MERGED, new)
    assert subject.holds("main", new)
    assert subject.holds("main", made.commit) is (method == "merge")


def test_a_request_is_merged_once(subject: ForgeSubject) -> None:
    """Of two runners the second is refused, and main has one merge."""
    made = opened(subject)
    new = subject.forge.merge_request(made.number, made.commit, "merge", "")
    with pytest.raises(ForgeRefused):
        subject.forge.merge_request(made.number, made.commit, "merge", "")
    assert subject.forge.request(made.number).merged_as == new


def test_a_conflict_is_told_before_the_merge(subject: ForgeSubject) -> None:
    """No button would work."""
    subject.commit("main", clashes=True)
    subject.commit("main")
    subject.commit("other")
    made = opened(subject)
    subject.commit("release/v1.1.0", clashes=True)
    subject.commit("main", clashes=True)
    assert settled(subject, made.number) is Readiness.CONFLICTING
    with pytest.raises(ForgeRefused):
        subject.forge.merge_request(made.number, subject.forge.request(made.number).commit, "merge", "")


def test_what_was_closed_by_hand_is_told(subject: ForgeSubject) -> None:
    """Closed and not merged."""
    made = opened(subject)
    subject.close(made.number)
    assert subject.forge.find_requests("release/v1.1.0", "main")[0].state is RequestState.CLOSED


def test_a_request_whose_head_is_gone_is_closed(subject: ForgeSubject) -> None:
    """Nobody can merge it."""
    made = opened(subject)
    subject.delete("release/v1.1.0")
    assert subject.forge.request(made.number).state is RequestState.CLOSED


def test_checks_come_from_both_places(subject: ForgeSubject) -> None:
    """Check runs and statuses, each name once, the newest word of each."""
    made = opened(subject)
    subject.report(made.commit, "build", CheckState.PENDING)
    subject.report(made.commit, "deploy/preview", CheckState.FAILED, as_status=True)
    verdict = judge(subject.forge.checks(made.commit), ("build", "lint"))
    assert (verdict.pending, verdict.failed, verdict.missing) == (("build",), ("deploy/preview",), ("lint",))
    subject.report(made.commit, "build", CheckState.PASSED)
    subject.report(made.commit, "deploy/preview", CheckState.PASSED, as_status=True)
    assert judge(subject.forge.checks(made.commit)).passed


def test_every_check_is_read_however_many_there_are(subject: ForgeSubject) -> None:
    """The failed one of the last page counts."""
    made = opened(subject)
    for number in range(105):
        subject.report(made.commit, f"part {number}", CheckState.PASSED)
    subject.report(made.commit, "the last", CheckState.FAILED)
    verdict = judge(subject.forge.checks(made.commit))
    assert (len(subject.forge.checks(made.commit)), verdict.failed) == (106, ("the last",))


def test_a_protection_is_read_as_it_was_put(subject: ForgeSubject) -> None:
    """What was put once is put again without a difference."""
    subject.forge.put_protection(MAIN)
    tags = Protection(name="release-tools: tags", target="tag", pattern="v*", bypass=("RepositoryRole:5",))
    subject.forge.put_protection(tags)
    assert set(subject.forge.protections()) == {MAIN, tags}
    subject.forge.put_protection(MAIN)
    assert [render_difference(MAIN, one) for one in subject.forge.protections() if one.name == MAIN.name] == [""]
    assert "release-tools: main" in subject.forge.export_protections()


def test_a_protection_stands_against_a_merge(subject: ForgeSubject) -> None:
    """An approval and a check are missing, then one of them, then nothing."""
    subject.forge.put_protection(MAIN)
    made = opened(subject)
    assert settled(subject, made.number) is Readiness.BLOCKED
    with pytest.raises(ForgeRefused):
        subject.forge.merge_request(made.number, made.commit, "merge", "")
    subject.report(made.commit, "ci", CheckState.PASSED)
    assert settled(subject, made.number) is Readiness.BLOCKED
    subject.approve(made.number)
    assert settled(subject, made.number) is Readiness.READY
    with pytest.raises(ForgeRefused):
        subject.forge.merge_request(made.number, made.commit, "squash", "")
    assert subject.forge.merge_request(made.number, made.commit, "merge", "")


def test_a_page_is_drafted_filled_and_shown(subject: ForgeSubject, tmp_path: Path) -> None:
    """A draft is found, its files have their digests, and showing it leaves them as they are."""
    subject.tag("v1.1.0")
    wheel = tmp_path / "shop.whl"
    wheel.write_bytes(b"\0wheel")
    page = subject.forge.draft_page("v1.1.0", "1.1.0", "What is new.", candidate=False)
    subject.forge.upload(page, "shop.whl", wheel)
    subject.forge.upload(page, "SHA256SUMS", b"sums")
    found = subject.forge.find_page("v1.1.0")
    assert found is not None
    assert (found.id, found.title, found.notes, found.shown) == (page.id, "1.1.0", "What is new.", False)
    asset = found.asset("shop.whl")
    assert asset is not None
    assert (asset.digest, asset.size, asset.whole) == (hashlib.sha256(b"\0wheel").hexdigest(), 6, True)
    subject.forge.show_page(page.id, newest=True)
    shown = subject.forge.find_page("v1.1.0")
    assert shown is not None
    assert (shown.shown, len(shown.assets)) == (True, 2)
    assert subject.forge.find_page("v9.9.9") is None


def test_a_file_is_there_once(subject: ForgeSubject) -> None:
    """A second one of its name is refused until the first is discarded."""
    subject.tag("v1.1.0")
    page = subject.forge.draft_page("v1.1.0", "1.1.0", "", candidate=False)
    subject.forge.upload(page, "a", b"one")
    with pytest.raises(ForgeRefused):
        subject.forge.upload(page, "a", b"two")
    found = subject.forge.find_page("v1.1.0")
    assert found is not None
    subject.forge.discard_asset(found.assets[0].id)
    subject.forge.upload(page, "a", b"two")


def test_a_tag_has_one_shown_page(subject: ForgeSubject) -> None:
    """The draft of a second runner cannot be shown."""
    subject.tag("v1.1.0")
    first, second = (subject.forge.draft_page("v1.1.0", "1.1.0", "", candidate=False) for _ in range(2))
    subject.forge.show_page(second.id, newest=True)
    with pytest.raises(ForgeRefused):
        subject.forge.show_page(first.id, newest=True)
    found = subject.forge.find_page("v1.1.0")
    assert found is not None and found.id == second.id


def test_a_frozen_page_takes_no_file(subject: ForgeSubject) -> None:
    """An immutable release stays as it was shown."""
    subject.freeze_releases()
    subject.tag("v1.1.0")
    page = subject.forge.draft_page("v1.1.0", "1.1.0", "", candidate=False)
    subject.forge.upload(page, "a", b"one")
    subject.forge.show_page(page.id, newest=True)
    found = subject.forge.find_page("v1.1.0")
    assert found is not None and found.frozen
    with pytest.raises(ForgeRefused):
        subject.forge.upload(found, "b", b"two")
    with pytest.raises(ForgeRefused):
        subject.forge.discard_asset(found.assets[0].id)


def test_notes_may_be_as_long_as_told(subject: ForgeSubject) -> None:
    """One character more is refused."""
    limit = subject.forge.notes_limit
    subject.forge.draft_page("v1.1.0", "1.1.0", "x" * limit, candidate=True)
    with pytest.raises(ForgeRefused):
        subject.forge.draft_page("v1.2.0", "1.2.0", "x" * (limit + 1), candidate=False)


def test_a_text_may_be_as_long_as_told(subject: ForgeSubject) -> None:
    """One character more is refused."""
    limit = subject.forge.body_limit
    for branch in ("one", "two"):
        subject.commit(branch)
    subject.forge.open_request("one", "main", "title", "x" * limit)
    with pytest.raises(ForgeRefused):
        subject.forge.open_request("two", "main", "title", "x" * (limit + 1))


def test_a_pipeline_is_found_by_its_mark(subject: ForgeSubject) -> None:
    """Forges do not tell which run a request has started."""
    subject.pipeline("deploy.yml")
    commit = subject.commit("main")
    subject.forge.start_pipeline("deploy.yml", "main", (("mark", "run-7"),))
    found = subject.forge.find_run("deploy.yml", commit, "run-7")
    assert found is not None and not found.state.ended
    assert subject.forge.look_out_for_run("deploy.yml", commit, "run-7") == found
    assert subject.forge.find_run("deploy.yml", commit, "run-8") is None
    assert subject.forge.find_run("deploy.yml", subject.commit("main"), "run-7") is None
    assert subject.forge.look_out_for_run("deploy.yml", commit, "run-8") is None
    with pytest.raises(ForgeRefused):
        subject.forge.start_pipeline("absent.yml", "main", (("mark", "run-9"),))


def test_a_deployment_has_a_state(subject: ForgeSubject) -> None:
    """It is found by environment and commit, with our mark and its newest state."""
    made = opened(subject)
    record = subject.forge.record_deployment("production", made.commit, "run-7")
    (before,) = subject.forge.deployments("production", made.commit)
    assert (before.id, before.mark, before.state) == (record.id, "run-7", "pending")
    for state in ("running", "succeeded"):
        subject.forge.end_deployment(record.id, state, "")  # type: ignore[arg-type]
    (after,) = subject.forge.deployments("production", made.commit)
    assert after.state == "succeeded"
    assert subject.forge.deployments("staging", made.commit) == ()


def test_rights_are_told(subject: ForgeSubject) -> None:
    """Who we are and what we may do."""
    rights = subject.forge.rights()
    assert rights.who == "ada"
    assert Right.ADMINISTER in rights.may
    assert set(rights.methods) == {"merge", "squash", "rebase"}
