"""What goes wrong between the adapter and GitHub: nothing is done twice, and every error can be read."""

import pytest
from forge_double.faults import Fault
from forge_double.subject import ADA, BOB, CI, NAME, DoubleSubject

from release_tools.adapters.github import GitHub
from release_tools.adapters.github_api import GitHubApi
from release_tools.domain.forge.rights import Right
from release_tools.errors import ForgeRefused, OutcomeUnknown, ToolFailed

pytestmark = pytest.mark.slow

PULLS = r"/pulls$"


def test_a_bad_gateway_after_the_server_acted_is_no_second_request(github: DoubleSubject) -> None:
    """The error says that it is not known; the request is there, once."""
    github.commit("release/v1.1.0")
    github.double.wrong(Fault(kind="after", method="POST", path=PULLS))
    with pytest.raises(OutcomeUnknown, match=r"answered 502.*POST pulls"):
        github.forge.open_request("release/v1.1.0", "main", "title", "")
    assert github.double.writes() == [f"POST /repos/{NAME}/pulls"]
    assert len(github.forge.find_requests("release/v1.1.0", "main")) == 1


def test_silence_after_the_server_acted_is_no_second_request(github: DoubleSubject) -> None:
    """A read time-out on a POST says nothing about what happened."""
    github.commit("release/v1.1.0")
    github.double.wrong(Fault(kind="hang", method="POST", path=PULLS, seconds=2.5))
    with pytest.raises(OutcomeUnknown, match="did not answer in time"):
        github.seen_by(ADA, timeout=1).open_request("release/v1.1.0", "main", "title", "")
    assert github.double.writes() == [f"POST /repos/{NAME}/pulls"]
    assert len(github.forge.find_requests("release/v1.1.0", "main")) == 1


@pytest.mark.parametrize("kind", ["before", "after"])
def test_a_question_is_asked_again(github: DoubleSubject, kind: str) -> None:
    """Reading does no harm."""
    github.double.wrong(Fault(kind=kind, method="GET", path=PULLS, times=3))  # type: ignore[arg-type]
    forge = github.seen_by(ADA)
    assert forge.find_requests("a", "main") == ()
    assert github.slept == [0.5, 1.0, 2.0]


def test_a_server_that_stays_troubled_is_told(github: DoubleSubject) -> None:
    """After four tries."""
    github.double.wrong(Fault(kind="before", method="GET", path=PULLS, times=9, status=503))
    forge = github.seen_by(ADA)
    with pytest.raises(ToolFailed, match=r"\(503\)"):
        forge.find_requests("a", "main")
    assert len(forge.api.calls) == 4


@pytest.mark.parametrize(
    ("status", "headers", "slept"),
    [(429, {"Retry-After": "7"}, 7.0), (429, {}, 0.5), (403, {"Retry-After": "3"}, 3.0)],
    ids=["429 with retry-after", "429 without", "403 with retry-after"],
)
def test_a_limited_change_waits_as_long_as_it_is_told(
    github: DoubleSubject, status: int, headers: dict[str, str], slept: float
) -> None:
    """The server has not looked at it, so it is sent again, and there is one request."""
    github.commit("release/v1.1.0")
    github.double.wrong(Fault(kind="before", method="POST", path=PULLS, status=status, headers=headers))
    forge = github.seen_by(ADA)
    forge.open_request("release/v1.1.0", "main", "title", "")
    assert github.slept == [slept]
    assert len(forge.find_requests("release/v1.1.0", "main")) == 1


def test_a_limit_for_an_hour_is_told(github: DoubleSubject) -> None:
    """With its seconds; nobody waits for it."""
    headers = {"Retry-After": "3600"}
    github.double.wrong(Fault(kind="before", method="GET", path=PULLS, status=429, headers=headers))
    forge = github.seen_by(ADA)
    with pytest.raises(ForgeRefused, match="no more requests for 3600 seconds"):
        forge.find_requests("a", "main")
    assert github.slept == []


def test_a_spent_limit_waits_for_its_reset(github: DoubleSubject) -> None:
    """By the server's own clock reading."""
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1030"}
    github.double.wrong(Fault(kind="before", method="GET", path=PULLS, status=403, headers=headers))
    slept: list[float] = []
    api = GitHubApi(url=github.double.api_url, path=NAME, token=ADA, sleep=slept.append, clock=lambda: 1000.0)
    assert GitHub(api=api, address="").find_requests("a", "main") == ()
    assert slept == [30.0]


def test_a_token_without_rights_is_told_what_it_lacks(github: DoubleSubject) -> None:
    """In GitHub's own words for the permission, and nothing was changed."""
    github.commit("release/v1.1.0")
    github.double.state.add_identity("token-of-eve", "eve", permissions={"metadata": "read", "pull_requests": "read"})
    with pytest.raises(ForgeRefused, match="not accessible by personal access token") as refused:
        github.seen_by("token-of-eve").open_request("release/v1.1.0", "main", "title", "")
    assert "pull_requests=write" in refused.value.todo
    assert "release-tools doctor" in refused.value.todo
    assert github.forge.find_requests("release/v1.1.0", "main") == ()


def test_a_workflow_that_is_not_found_may_be_a_missing_permission(github: DoubleSubject) -> None:
    """GitHub hides what a token may not do behind 404."""
    github.double.wrong(Fault(kind="before", method="POST", path="/dispatches$", status=404, message="Not Found"))
    with pytest.raises(ForgeRefused, match="404") as refused:
        github.forge.start_pipeline("deploy.yml", "main", ())
    assert "actions=write" in refused.value.todo


@pytest.mark.parametrize("token", ["", "no-such-token"])
def test_a_wrong_token_is_named_by_its_variable(github: DoubleSubject, token: str) -> None:
    """And never by its value."""
    with pytest.raises(ForgeRefused, match="401") as refused:
        github.seen_by(token or "x" * 40).find_requests("a", "main")
    assert "GITHUB_TOKEN" in refused.value.todo
    assert (token or "x" * 40) not in str(refused.value)


def test_the_servers_echo_of_a_token_is_masked(github: DoubleSubject) -> None:
    """Whatever comes back, the token is not shown."""
    message = f"you sent {ADA} to me"
    github.double.wrong(Fault(kind="before", method="GET", path=PULLS, status=400, message=message))
    with pytest.raises(ForgeRefused) as refused:
        github.forge.find_requests("a", "main")
    assert ADA not in str(refused.value)
    assert "you sent *** to me" in refused.value.failed
    assert ADA not in repr(github.forge)


def test_a_server_that_is_not_there_is_told(github: DoubleSubject) -> None:
    """With the address to look at."""
    api = GitHubApi(url="http://127.0.0.1:1", path=NAME, token=ADA, sleep=lambda _: None)
    with pytest.raises(ToolFailed, match="did not answer") as failed:
        GitHub(api=api, address="").open_request("a", "b", "c", "")
    assert "forge.api_url" in failed.value.todo
    assert len(api.calls) == 4


def test_an_upload_that_is_cut_off_leaves_half_a_file(github: DoubleSubject) -> None:
    """It is told apart from a whole one, and discarded before the next try."""
    github.tag("v1.1.0")
    page = github.forge.draft_page("v1.1.0", "1.1.0", "", candidate=False)
    github.double.wrong(Fault(kind="cut", method="POST", path="/assets$"))
    with pytest.raises(OutcomeUnknown):
        github.forge.upload(page, "a", b"all of it")
    found = github.forge.find_page("v1.1.0")
    assert found is not None
    asset = found.asset("a")
    assert asset is not None and not asset.whole


def test_discarding_twice_does_no_harm(github: DoubleSubject) -> None:
    """The answer got lost, and the second try finds nothing any more."""
    page = github.forge.draft_page("v1.1.0", "1.1.0", "", candidate=False)
    github.forge.upload(page, "a", b"one")
    found = github.forge.find_page("v1.1.0")
    assert found is not None
    github.double.wrong(Fault(kind="after", method="DELETE", path="/assets/"))
    github.forge.discard_asset(found.assets[0].id)
    assert github.forge.find_page("v1.1.0") == page


@pytest.mark.parametrize(
    ("token", "who", "right"), [(ADA, "ada", Right.ADMINISTER), (BOB, "bob", Right.PUSH), (CI, "", Right.PUSH)]
)
def test_rights_follow_the_token(github: DoubleSubject, token: str, who: str, right: Right) -> None:
    """A person's, a writer's, and an app's, which belongs to no person."""
    rights = github.seen_by(token).rights()
    assert (rights.who, rights.may[-1]) == (who, right)
