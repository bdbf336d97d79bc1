"""Verdicts on a version that serves: good, bad, or nothing learned."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.domain.verdict import Traffic, Verdict, WatchLimits, is_hard, judge_traffic, parse_traffic, sum_up

LIMITS = WatchLimits(error_rate=0.05, p95_ratio=2.0, min_requests=20, failures=2)
BEFORE = Traffic(100, 0.0, 0.1)


@pytest.mark.parametrize(
    ("now", "before", "word"),
    [
        (Traffic(100, 0.0, 0.1), BEFORE, "pass"),
        (Traffic(100, 0.06, 0.1), BEFORE, "fail"),
        (Traffic(100, 0.0, 0.21), BEFORE, "fail"),
        (Traffic(100, 0.0, 0.04), Traffic(100, 0.0, 0.003), "pass"),
        (Traffic(100, 0.0, 9.0), None, "pass"),
        (Traffic(100, 0.0, 9.0), Traffic(3, 0.0, 0.1), "pass"),
        (Traffic(19, 0.9, 9.0), BEFORE, "inconclusive"),
        (Traffic(20, 0.6, 0.1), BEFORE, "fail"),
        (Traffic(float("nan"), 0.0, 0.0), BEFORE, "inconclusive"),
    ],
)
def test_one_look(now: Traffic, before: Traffic | None, word: str) -> None:
    """Errors, latency against before, too little traffic, a source that knows nothing."""
    assert judge_traffic(now, before, LIMITS).word == word


def test_a_hard_stop_needs_enough_requests() -> None:
    """Half of the requests failing ends a watch at once."""
    assert is_hard(Traffic(20, 0.51, 0))
    assert not is_hard(Traffic(19, 1.0, 0))
    assert parse_traffic({}) == Traffic(0, 0, 0)


WORDS = ("pass", "fail", "inconclusive")


@pytest.mark.parametrize("words", list(product(WORDS, repeat=3)))
def test_a_whole_watch(words: tuple[str, ...]) -> None:
    """Two bad looks in a row fail it; else the last look that told something decides, if it was good."""
    found = sum_up([Verdict(word, word) for word in words], LIMITS).word  # type: ignore[arg-type]
    if ("fail", "fail") in (words[:2], words[1:]):
        assert found == "fail"
        return
    told = [word for word in words if word != "inconclusive"]
    assert found == ("pass" if told and told[-1] == "pass" else "inconclusive")


@given(st.lists(st.sampled_from(WORDS), max_size=30))
def test_inconclusive_looks_never_pass_a_watch(words: list[str]) -> None:
    """Without a single good look nothing passes."""
    found = sum_up([Verdict(word, word) for word in words if word != "pass"], LIMITS)  # type: ignore[arg-type]
    assert found.word != "pass"
