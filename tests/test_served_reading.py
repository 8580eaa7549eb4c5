"""What is read of a service by the shell is byte by byte what the same words say of the file that it serves."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from airshed.client import Client
from airshed.service.book.sqlite import Book
from persons import Shell
from services import Served, served

SERIES = "SO2-KM-2027"
#: What anybody reads, signed in or not; `AT` stands for the book or the service.
MARKET = (
    f"market depth AT --series {SERIES}",
    f"market depth AT --series {SERIES} --whole",
    f"market depth AT --series {SERIES} --json",
    "market depth AT --series SO2-KM-1999",
    "market tape AT",
    "market tape AT --last --limit 7",
    f"market tape AT --series {SERIES} --kind listed --kind auction --json --limit 30",
    "market tape AT --kind nothing",
    "market tape AT --series SO2-KM-1999",
    f"market bars AT --series {SERIES} --by month",
    f"market bars AT --series {SERIES} --by week --kind all --every --json",
    "market bars AT --series SO2-XX-2027",
    "market summary AT",
    "market summary AT --json",
    "market summary AT --kind auction --kind sale",
    "market interest AT",
    f"market interest AT --series {SERIES} --json",
    "market interest AT --series SO2-KM-1999",
    "market index AT",
    "market index AT --by week --json",
    "book head AT",
    "book head AT --json",
)


@pytest.fixture(scope="module")
def path(year_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(year_book, tmp_path_factory.mktemp("served") / "year.book"))


@pytest.fixture(scope="module")
def service(path: Path) -> Iterator[Served]:
    with served(path) as found:
        yield found


@pytest.fixture
def anybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, monkeypatch, capsys)


def same(shell: Shell, line: str, path: Path, service: Served) -> str:
    """What is said of the file, and of the service."""
    of_file = shell(line.replace("AT", str(path)))
    assert shell(line.replace("AT", f"--server {service.url}")) == of_file
    return of_file[1]


@pytest.mark.usefixtures("year_read_once")
@pytest.mark.parametrize("line", MARKET)
def test_a_market_and_the_head_of_a_book_are_told_to_anybody_as_on_the_file(
    line: str, anybody: Shell, path: Path, service: Served
) -> None:
    if "--kind" in line and "tape" not in line:  # made for who asks, and so for who has signed in
        assert "sign in" in anybody(line.replace("AT", f"--server {service.url}"))[1]
        anybody.sign_in(service, "km-cem-01")
    assert same(anybody, line, path, service)


def penalised(path: Path) -> str:
    with Book.read(path) as book:
        (account,) = book.sql.execute("SELECT account FROM penalties ORDER BY account LIMIT 1").fetchone()
    return str(account)


def test_a_statement_is_told_to_whose_it_is_and_to_offices_as_on_the_file(
    anybody: Shell, path: Path, service: Served
) -> None:
    account = penalised(path)
    with Book.read(path) as book:
        (number,) = book.sql.execute("SELECT number FROM accounts WHERE account = ?", (account,)).fetchone()
        (holder,) = book.sql.execute("SELECT actor FROM actors WHERE account = ?", (account,)).fetchone()
    anybody.sign_in(service, holder)
    lines = [f"book statement AT {of}" for of in (account, number, f"{account} --json")]
    *shown, said = (same(anybody, line, path, service) for line in lines)
    assert all("Penalties" in each for each in shown)
    assert {json.loads(line).get("is") for line in said.splitlines()} == {None, "penalty"}
    anybody.sign_in(service, "dianzhong-office")
    assert [anybody(line.replace("AT", f"--server {service.url}"))[1] for line in lines] == [*shown, said]
    some = same(anybody, f"book statement AT {account} --from 2027-03-01 --to 2027-03-31 --json", path, service)
    assert 0 < len(some.splitlines()) < len(said.splitlines())
    assert "is before" in same(anybody, f"book statement AT {account} --from 2027-03-01 --to 2027-02-01", path, service)
    assert "is not a day" in same(anybody, f"book statement AT {account} --from yesterday", path, service)


def test_a_statement_of_another_is_not_there(anybody: Shell, path: Path, service: Served) -> None:
    account = penalised(path)
    other = "km-cem-01" if account != "km-cem-01" else "km-cem-02"
    anybody.sign_in(service, other)
    for name in (account, "nobody"):
        status, said = anybody(f"book statement --server {service.url} {name}")
        assert (status, "there is no such account that is yours to read" in said) == (2, True), said
    assert anybody("book statement")[0] == anybody(f"book statement {path}")[0] == 2


def test_an_act_that_is_sent_again_is_answered_as_on_the_file(anybody: Shell, few_book: Path, tmp_path: Path) -> None:
    """With the instant of the record that answered it, in words and in JSON, done or refused."""
    path, book = (Path(shutil.copy(few_book, tmp_path / f"{name}.book")) for name in ("served", "other"))
    order = "act PlaceOrder WHERE --account km-cem-01 --series SO2-KM-2028 --side sell --count '1 t' --limit '1 yuan/t'"
    trusted = "act TrustAccount WHERE --account km-cem-01 --trusted km-cem-02"
    with served(path) as service:
        anybody.sign_in(service, "km-cem-01")
        for line, key, told in ((trusted, "a", " of 2028-08-16T10:00 answered"), (order, "b", "refused: ")):
            for time, more in enumerate(("", "", " --json")):
                asked = f"{line} --at 2028-08-16T1{time}:00 --key {key}{more}"
                here = anybody(asked.replace("WHERE", f"{book} --as km-cem-01"))
                assert anybody(asked.replace("WHERE", f"--server {service.url}")) == here
                assert told in here[1] or time != 1
                assert '"answered":true' in here[1] or not more


def test_what_takes_a_file_alone_says_so_with_the_cure(anybody: Shell, path: Path, service: Served) -> None:
    for line in ("book verify", "book export", "market export", "market page", "book reserve"):
        status, said = anybody(f"{line} --server {service.url}")
        assert (status, "run it where that lies, or on a copy of it (airshed book copy)" in said) == (2, True), said
    status, said = anybody(f"market depth --server {service.url} --series {SERIES} --seq 5")
    assert (status, "a service tells the market of now" in said) == (2, True), said
    for line in ("market tape", "book head", f"market tape {path} --server {service.url}"):
        assert anybody(line)[0] == 2


def test_a_client_pages_through_market_data(service: Served) -> None:
    with Client(service.url) as client:
        every = list(client.market_rows("trades", limit=1_000))
        assert len(every) == client.market("trades", limit=1).total
        assert list(client.market("trades", limit=3, last=True).rows) == every[-3:]
        assert {row["kind"] for row in client.market_rows("trades", kind=["auction", "sale"])} <= {"auction", "sale"}
