"""Numbers of accounts carry two digits that catch a slip of the pen."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from airshed.model.refusal import Malformed
from airshed.registry.account_number import AccountNumber, account_number
from airshed.registry.account_types import account_types
from airshed.registry.accounts import AccountKind
from airshed.service.book.numbered import account_named
from markets import market

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


def test_every_kind_of_account_has_a_code_of_its_own() -> None:
    assert set(account_types()) == set(AccountKind)
    assert len({each.code for each in account_types().values()}) == len(AccountKind)


def test_accounts_are_numbered_as_they_are_opened_and_found_by_their_number() -> None:
    numbers = market().state.ledger.numbers
    assert [account_number(number).identifier for number in numbers.values()] == [*range(1, len(numbers) + 1)]
    assert [account_named(number, numbers, "here") for number in numbers.values()] == [*numbers]


@pytest.mark.parametrize(
    ("text", "what"),
    [("SM-121-1-0-99", "check digits 99 do not fit"), ("SM-121-999-0-23", "no account has the number SM-121-999-0-23")],
)
def test_a_number_of_nobody_is_refused_where_it_was_written(text: str, what: str) -> None:
    with pytest.raises(Malformed) as error:
        account_named(text, market().state.ledger.numbers, "--target")
    assert error.value.place == "--target"
    assert what in error.value.what
