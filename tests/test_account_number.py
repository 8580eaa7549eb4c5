"""Numbers of accounts carry two digits that catch a slip of the pen."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from airshed.model.refusal import Malformed
from airshed.registry.account_number import AccountNumber, account_number

#: Source: tests of UKGovernmentBEIS/ukets-registry (Apache-2.0), facts only.
PUBLISHED = [
    (210, 10000013, 1, 70),
    (210, 10000014, 2, 62),
    (220, 10000015, 1, 67),
    (220, 10000016, 2, 59),
    (411, 10000017, 1, 84),
]
NUMBERS = st.builds(
    AccountNumber,
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2),
    st.integers(100, 999),
    st.integers(1, 10**15 - 1),
    st.integers(0, 99),
)


@pytest.mark.parametrize(("kind", "identifier", "period", "digits"), PUBLISHED)
def test_the_published_check_digits_come_out(kind: int, identifier: int, period: int, digits: int) -> None:
    assert AccountNumber("UK", kind, identifier, period).check_digits == digits


@given(NUMBERS)
def test_a_number_that_is_written_is_read_again(number: AccountNumber) -> None:
    assert account_number(str(number)) == number
    assert 2 <= number.check_digits <= 98


@given(NUMBERS, st.data())
def test_one_wrong_figure_and_two_that_changed_places_are_found(number: AccountNumber, data: st.DataObject) -> None:
    """Figures of the identifier, where people mistype."""
    figures = str(number.identifier)
    place = data.draw(st.integers(0, len(figures) - 1))
    if data.draw(st.booleans()):
        other = figures[:place] + data.draw(st.sampled_from("0123456789")) + figures[place + 1 :]
    else:
        other = figures[:place] + figures[place : place + 2][::-1] + figures[place + 2 :]
    assume(other != figures)
    assume(int(other))
    wrong = str(number).replace(f"-{figures}-", f"-{other}-")

    with pytest.raises(Malformed, match="do not fit"):
        account_number(wrong)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("UK-210-10000013-1-71", "check digits 71 do not fit; UK-210-10000013-1 ends in 70; compare each figure"),
        ("UK-210-10000013-70", "has another shape; write it as UK-210-10000013-1-70"),
        ("UK-0-10000013-1-70", "account_type: 0 is out of range; give one from 1 to 999"),
        ("", "has another shape"),
    ],
)
def test_what_is_no_account_number_says_what_it_should_be(text: str, what: str) -> None:
    with pytest.raises(Malformed) as error:
        account_number(text)
    assert what in str(error.value)
