"""No test is timed: speed is a matter of `make bench`."""

from time import sleep

from hypothesis import given, settings
from hypothesis import strategies as st


@given(st.just(0.3))
@settings(max_examples=1)
def test_a_property_may_take_longer_than_hypothesis_would_wait(seconds: float) -> None:
    sleep(seconds)
    assert settings.default is not None
    assert settings.default.deadline is None
