"""When a request to a forge is sent again: only what does no harm, and what the server has put off."""

import pytest

from release_tools.domain.forge.retry import LONGEST, PATIENCE, TRIES, Answer, pause_before_retry

LOST, UNSENT, BAD_GATEWAY = Answer(), Answer(sent=False), Answer(status=502)
LATER, LIMITED, SPENT = (
    Answer(status=403, retry_after=7),
    Answer(status=429),
    Answer(status=403, resets_in=30),
)


@pytest.mark.parametrize("answer", [LOST, BAD_GATEWAY], ids=["lost", "502"])
@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
def test_a_change_of_unknown_outcome_is_not_sent_again(method: str, answer: Answer) -> None:
    """Whoever sent it looks first."""
    assert answer.doubtful
    assert pause_before_retry(method, answer, tries=1, waited=0) is None


@pytest.mark.parametrize("answer", [LOST, BAD_GATEWAY, UNSENT], ids=["lost", "502", "unsent"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_does_no_harm_is_sent_again_with_growing_pauses(method: str, answer: Answer) -> None:
    """Half a second, one, two, and then it is told."""
    pauses = [pause_before_retry(method, answer, tries=tries, waited=0) for tries in range(1, TRIES + 1)]
    assert pauses == [0.5, 1.0, 2.0, None]


def test_a_change_that_never_left_is_sent_again() -> None:
    """No connection was made, so nothing can have happened."""
    assert pause_before_retry("POST", UNSENT, tries=1, waited=0) == 0.5


@pytest.mark.parametrize(("answer", "pause"), [(LATER, 7), (LIMITED, 0.5), (SPENT, 30)], ids=["told", "429", "reset"])
def test_what_was_put_off_is_sent_again_when_the_server_says(answer: Answer, pause: float) -> None:
    """A limited request was not looked at, whatever its method."""
    assert pause_before_retry("POST", answer, tries=1, waited=0) == pause


def test_a_long_pause_is_an_error_to_read() -> None:
    """Nobody sits before a terminal for an hour."""
    assert pause_before_retry("GET", Answer(status=429, retry_after=LONGEST + 1), tries=1, waited=0) is None
    assert pause_before_retry("GET", LATER, tries=2, waited=PATIENCE) is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 422])
def test_a_no_is_a_no(status: int) -> None:
    """A refusal without a word about limits is not asked again."""
    assert pause_before_retry("GET", Answer(status=status), tries=1, waited=0) is None
