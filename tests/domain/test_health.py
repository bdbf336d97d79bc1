"""The rules by which samples become a verdict: three good ones in a row, flaps, deadline, pauses."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.domain.deploy.health import (
    FIRST_PAUSE,
    FLAPS,
    GOOD_IN_A_ROW,
    GROWTH,
    LONGEST_PAUSE,
    Moment,
    Verdict,
    flaps,
    is_ready,
    pause,
    verdict,
)

STEPS = st.lists(st.tuples(st.floats(0.01, 20.0), st.booleans()), max_size=40)
SPANS = st.floats(0.0, 30.0)


def told(words: str, *, every: float = 1.0) -> list[Moment]:
    """Return samples at equal distances: `+` is good, `-` is bad, `!` is bad for good."""
    return [Moment(number * every, word == "+", word == "!") for number, word in enumerate(words)]


def timed(steps: list[tuple[float, bool]]) -> list[Moment]:
    """Return samples with these distances between them."""
    at, moments = 0.0, []
    for distance, good in steps:
        at += distance
        moments.append(Moment(at, good))
    return moments


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", Verdict.WAITING),
        ("---", Verdict.WAITING),
        ("++", Verdict.WAITING),
        ("+++", Verdict.READY),
        ("--+++", Verdict.READY),
        ("+++-", Verdict.WAITING),
        ("+++-++", Verdict.WAITING),
        ("+++-+++", Verdict.READY),
        ("+-+-+-", Verdict.FLAPPING),
        ("+-+-+-+++", Verdict.FLAPPING),
        ("-+-+--+++", Verdict.READY),
        ("--!", Verdict.FINAL),
        ("++!", Verdict.FINAL),
        ("!+++", Verdict.READY),
    ],
)
def test_samples_a_second_apart_tell_what_they_must(words: str, expected: Verdict) -> None:
    """Ready is three in a row over the span; what turned bad starts again; the third flap is the end."""
    assert verdict(told(words), span=2.0, deadline=1000.0, now=len(words)) is expected


def test_three_good_samples_too_close_to_each_other_are_not_enough() -> None:
    """A service that answers for a tenth of a second has shown nothing; samples go on until the span is covered."""
    assert not is_ready(told("+++", every=0.05), span=2.0)
    assert not is_ready(told("+" * 20, every=0.1), span=2.0)
    assert is_ready(told("+" * 21, every=0.1), span=1.99)


def test_the_deadline_ends_the_wait_only_for_what_is_not_ready() -> None:
    """At the deadline itself it is late; what became ready with its last sample is ready."""
    assert verdict(told("----"), span=2.0, deadline=3.0, now=2.9) is Verdict.WAITING
    assert verdict(told("----"), span=2.0, deadline=3.0, now=3.0) is Verdict.LATE
    assert verdict(told("-+++"), span=2.0, deadline=3.0, now=3.0) is Verdict.READY


@given(STEPS, SPANS)
def test_ready_means_that_nothing_bad_was_seen_for_the_span(steps: list[tuple[float, bool]], span: float) -> None:
    """Against the definition itself: there is a tail of three or more good samples that covers the span."""
    moments = timed(steps)
    tails = (moments[start:] for start in range(len(moments)))
    good = (tail for tail in tails if len(tail) >= GOOD_IN_A_ROW and all(moment.good for moment in tail))
    assert is_ready(moments, span=span) == any(tail[-1].at - tail[0].at >= span for tail in good)


@given(STEPS, SPANS, st.floats(0.0, 500.0))
def test_a_verdict_follows_from_its_parts(steps: list[tuple[float, bool]], span: float, deadline: float) -> None:
    """Flaps go before readiness, readiness before the deadline, and a failure by flaps is never taken back."""
    moments = timed(steps)
    now = moments[-1].at if moments else 0.0
    found = verdict(moments, span=span, deadline=deadline, now=now)
    assert (found is Verdict.FLAPPING) == (flaps(moments) >= FLAPS)
    if found in (Verdict.READY, Verdict.LATE):
        assert is_ready(moments, span=span) == (found is Verdict.READY)
    if found is Verdict.WAITING:
        assert now < deadline
    if found is Verdict.FLAPPING:
        assert verdict([*moments, *(Moment(now + n, True) for n in range(9))], span=1.0, deadline=9e9, now=now).over


@given(STEPS, SPANS, st.floats(0.0, 1.0))
def test_a_pause_stays_within_its_bounds(steps: list[tuple[float, bool]], span: float, jitter: float) -> None:
    """No look follows another at once, and none is put off for longer than five seconds."""
    assert FIRST_PAUSE <= pause(timed(steps), span=span, jitter=jitter) <= LONGEST_PAUSE


@given(st.integers(1, 60), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_pauses_grow_with_bad_samples_and_differ_by_jitter(bad: int, one: float, other: float) -> None:
    """Longer by the same share after each bad sample up to the limit; jitter moves a pause by a fifth at most."""
    before, after = (pause(told("-" * count), span=2.0, jitter=0.5) for count in (bad, bad + 1))
    assert after == pytest.approx(min(LONGEST_PAUSE, GROWTH * before))
    first, second = (pause(told("-" * bad), span=2.0, jitter=value) for value in (one, other))
    assert max(first, second) <= 1.51 * min(first, second)


@pytest.mark.parametrize("span", [2.0, 10.0])
@given(st.integers(0, 12), st.floats(0.0, 1.0))
def test_a_service_that_comes_up_is_ready_soon_after(span: float, bad: int, jitter: float) -> None:
    """Waiting by these rules costs the longest pause and the span, and one look more at most."""
    came_up, now, moments = 0.0, 0.0, list[Moment]()
    while verdict(moments, span=span, deadline=1000.0, now=now) is Verdict.WAITING:
        good = len(moments) >= bad
        came_up = now if good and not came_up else came_up
        moments.append(Moment(now, good))
        now += pause(moments, span=span, jitter=jitter)
    assert is_ready(moments, span=span)
    assert moments[-1].at - came_up <= span * 1.01 + FIRST_PAUSE


def wait_for(answers: Callable[[float], bool], *, span: float = 2.0, within: float = 120.0) -> tuple[Verdict, float]:
    """Return the verdict on something that answers by the time, and when it was reached, by the rules alone."""
    now, moments = 0.0, list[Moment]()
    while not (found := verdict(moments, span=span, deadline=within, now=now)).over:
        moments.append(Moment(now, answers(now)))
        now += pause(moments, span=span, jitter=0.5)
    return found, now


def test_x54_a_service_that_never_answers_fails_at_its_deadline() -> None:
    """A crash loop that nobody recognizes as one still ends, at most one pause after the deadline."""
    found, at = wait_for(lambda _: False, within=30.0)
    assert found is Verdict.LATE
    assert 30.0 <= at <= 30.0 + LONGEST_PAUSE


def test_x55_a_service_that_flaps_fails_long_before_its_deadline() -> None:
    """One that answers half of the time is not waited for until the deadline."""
    found, at = wait_for(lambda now: now % 3 < 1.5, within=120.0)
    assert found is Verdict.FLAPPING
    assert at < 60
