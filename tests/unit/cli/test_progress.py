import signal

import pytest

from standoff.cli.progress import progress_bar


def swallow_an_interrupt():
    """As Python does where the exception strikes in a callback of the garbage collector."""
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def work(*, goes_on):
    with progress_bar() as progress:
        progress(0.5)
        swallow_an_interrupt()
        if goes_on:
            progress(0.6)
            pytest.fail("the work went on")


@pytest.mark.parametrize("goes_on", [True, False])
def test_an_interrupt_that_was_swallowed_comes_through_later(goes_on):
    with pytest.raises(KeyboardInterrupt):
        work(goes_on=goes_on)


def test_what_handled_interrupts_before_does_so_again():
    before = signal.getsignal(signal.SIGINT)
    with progress_bar() as progress:
        progress(0.5)
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
