"""Stop requests by real signals: the first asks, the second insists, and the handlers of before come back."""

import os
import signal

import pytest

from release_tools.engine.stop import StopRequest

BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)


@BOTH
def test_the_first_signal_asks(number: signal.Signals) -> None:
    """Nothing is raised; the request is noted and a person is told what happens."""
    stop, said = StopRequest(), list[str]()
    with stop.listening(said.append):
        assert not stop.requested
        os.kill(os.getpid(), number)
        assert stop.requested
    assert said == [f"{number.name}: stopping after the current step; once more to stop at once."]


@BOTH
@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_the_second_signal_insists(first: signal.Signals, number: signal.Signals) -> None:
    """Whichever of the two it is, the second one interrupts at once."""
    stop, said = StopRequest(), list[str]()
    with stop.listening(said.append):
        os.kill(os.getpid(), first)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
    assert len(said) == 1


def test_the_handlers_of_before_come_back() -> None:
    """After the block, however it ends, signals mean what they meant."""
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(ZeroDivisionError), StopRequest().listening(lambda _: None):
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] != before
        raise ZeroDivisionError
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
