"""What is read over HTTP: the book, an account at any moment, market data, the feed, and the OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
import pytest

from airshed.engine.commands import LARGEST
from airshed.engine.journal import chain
from airshed.service.book.addressed import to_read
from airshed.service.http.catalogue import WAYS
from airshed.service.http.commands import BODIES
from airshed.service.http.openapi import document
from airshed.service.http.problems import PROBLEMS
from airshed.service.http.shapes.commands import CommandReceipt
from airshed.service.http.shapes.reading import SeenRecord
from airshed.service.http.ways import Way
from airshed.service.marketdata import read_market
from airshed.service.marketdata.export import frame
from airshed.service.marketdata.tables import COLUMNS
from laws import RULES
from markets import AT, SERIES
from services import KEPT, Served, kept_book, served


@pytest.fixture(scope="module", params=KEPT)
def service(request: pytest.FixtureRequest) -> Iterator[Served]:
    with served(kept_book(request)) as found:
        steel, fund = found.signed("steel"), found.signed("fund")
        for client, account, side in ((steel, "steel", "sell"), (fund, "fund", "buy"), (steel, "steel", "sell")):
            done = send(client, "PlaceOrder", account=account, series=SERIES, side=side, count=1_000, limit=400_000)
            assert done.status_code == 200, done.text
        yield found


@pytest.fixture(scope="module")
def office(service: Served) -> httpx.Client:
    return service.signed("dianzhong-office")


_sent = iter(range(LARGEST))


def send(client: httpx.Client, command: str, **fields: object) -> httpx.Response:
    return client.post(f"/v1/commands/{command}", json=fields, headers={"Idempotency-Key": f"r{next(_sent)}"})


def test_the_book_says_where_it_ends_and_under_which_law(service: Served, office: httpx.Client) -> None:
    said = office.get("/v1/book").json()
    with to_read(service.running.serving.book) as book:
        assert said["head"] == f"{book.last()}:{book.line(book.last()).hash}"
        assert said["first"] == book.line(1).hash
        assert said["law"]["digest"] == book.law_in_force()
        files = office.get(f"/v1/laws/{said['law']['digest']}").json()["files"]
        assert {name: text.encode() for name, text in files.items()} == book.law(said["law"]["digest"])
    assert office.get("/v1/laws/0000").status_code == 404


# --- accounts


def test_an_account_now_is_what_the_tables_say(service: Served, office: httpx.Client) -> None:
    holdings = office.get("/v1/tables/holdings", params={"limit": 1000}).json()["rows"]
    accounts = office.get("/v1/tables/accounts", params={"limit": 1000}).json()["rows"]
    for row in accounts:
        then = office.get(f"/v1/accounts/{row['account']}").json()
        assert then["cash_fen"] == row["cash_fen"]
        mine = {each["series"]: each["count"] for each in holdings if each["account"] == row["account"]}
        assert then["holdings"] == {series: count for series, count in mine.items() if count}
        assert office.get(f"/v1/accounts/{row['number']}").json() == then


def test_the_last_moves_of_an_account_are_those_of_a_walk_through_the_whole_book(
    service: Served, office: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("airshed.service.http.reading.AT_ONCE", 3)
    last = office.get("/v1/book").json()["records"]
    for row in office.get("/v1/tables/accounts", params={"limit": 1000}).json()["rows"]:
        for most in (0, 1, 3, 1_000):
            place, words = f"/v1/accounts/{row['account']}", {"moves": most}
            walked = office.get(place, params={**words, "seq": last})
            assert office.get(place, params=words).json() == walked.json()


def test_an_account_at_a_moment_is_what_it_was_then(service: Served) -> None:
    fund = service.signed("fund")
    moves = fund.get("/v1/accounts/fund", params={"moves": 1000}).json()["moves"]
    assert {"MoneyMoved", "Traded"} <= {move["what"] for move in moves}
    for place, move in enumerate(moves):
        then = fund.get("/v1/accounts/fund", params={"seq": move["seq"]}).json()
        last = [each for each in moves[place:] if each["seq"] == move["seq"]][-1]
        assert then["cash_fen"] == last["cash"]
    assert fund.get("/v1/accounts/fund", params={"seq": 1}).json()["cash_fen"] == 0
    then = fund.get("/v1/accounts/fund", params={"at": "2027-03-01T10:00"}).json()
    assert (then["at"], then["holdings"]) == (AT, {}), "bought an hour later"
    assert fund.get("/v1/accounts/fund", params={"at": "2027-03-01T12:00"}).json()["holdings"] == {SERIES: 1_000}
    assert fund.get("/v1/accounts/fund", params={"at": "2001-01-01"}).status_code == 400


def test_nobody_learns_which_accounts_there_are(service: Served) -> None:
    fund = service.signed("fund")
    answers = [fund.get(f"/v1/accounts/{name}") for name in ("steel", "no-such", "bank", "'; --", "DI-120-20-0-18")]
    assert {each.status_code for each in answers} == {404}
    assert len({each.text for each in answers}) == 1
    assert service.stranger().get("/v1/accounts/fund").status_code == 401


# --- market data


def test_market_data_are_those_of_the_export_and_for_everybody(service: Served) -> None:
    stranger = service.stranger()
    with to_read(service.running.serving.book) as book:
        market = read_market(book.lines(), history=True)
    assert set(stranger.get("/v1/market").json()["tables"]) == set(COLUMNS)
    for name in COLUMNS:
        said = stranger.get(f"/v1/market/{name}", params={"limit": 1000}).json()
        rows = frame(name, market, RULES).drop("provenance").to_dicts()
        assert said["rows"] == rows
        assert said["total"] == len(rows)
    (trade,) = stranger.get("/v1/market/trades", params={"series": SERIES}).json()["rows"]
    assert (trade["count"], trade["price"]) == (1_000, 400_000)
    assert not {"buyer", "seller"} & set(trade)
    assert stranger.get("/v1/market/trades", params={"series": "SO2-QJ-2027"}).json()["total"] == 0


def test_the_depth_follows_the_book(service: Served) -> None:
    stranger, steel = service.stranger(), service.signed("steel")
    (before,) = stranger.get(f"/v1/depth/{SERIES}").json()["books"]
    assert send(steel, "PlaceOrder", account="steel", series=SERIES, side="sell", count=2_000, limit=401_000).json()[
        "seq"
    ]
    (after,) = stranger.get(f"/v1/depth/{SERIES}").json()["books"]
    assert after["asks"] == [*before["asks"], {"price": 401_000, "count": 2_000, "orders": 1}]
    assert stranger.get("/v1/depth/SO2-XX-2027").status_code == 400


# --- the feed


@contextmanager
def watching(client: httpx.Client, **headers: str) -> Iterator[Iterator[Mapping[str, Any]]]:
    with client.stream("GET", "/v1/feed", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield events(answer)


def events(answer: httpx.Response) -> Iterator[Mapping[str, Any]]:
    event: dict[str, str] = {}
    for line in answer.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            event[name] = value
        elif "data" in event:
            found = json.loads(event["data"])
            assert event["id"] == str(found["seq"])
            msgspec.convert(found, SeenRecord)
            yield found
            event = {}
        else:
            event = {}


def test_the_feed_has_every_record_once_and_resumes_where_it_was_left(service: Served, office: httpx.Client) -> None:
    with to_read(service.running.serving.book) as book:
        lines = list(book.lines())
    with watching(service.stranger(), **{"Last-Event-ID": "0"}) as feed:
        heard = [next(feed) for _ in lines]
    assert [(each["seq"], each["hash"]) for each in heard] == [(line.seq, line.hash) for line in lines]
    assert all(set(each) == {"seq", "hash"} for each in heard), "a stranger follows the chain, not what is in it"
    with watching(office, **{"Last-Event-ID": str(len(lines) - 1)}) as feed:
        last = next(feed)
        assert last["seq"] == len(lines)
        steel = service.signed("steel")
        receipt = send(
            steel, "PlaceOrder", account="steel", series=SERIES, side="sell", count=1_000, limit=402_000
        ).json()
        told = next(feed)
    assert (told["seq"], told["hash"], told["actor"]) == (receipt["seq"], receipt["hash"], "steel")
    assert told["events"] == receipt["events"]


@pytest.mark.parametrize(
    "path", ["/v1/accounts/fund?seq=1&seq=2", "/v1/feed?after=5&after=80", f"/v1/depth/{SERIES}?levels=1&levels=2"]
)
def test_a_word_that_is_asked_twice_is_refused(service: Served, path: str) -> None:
    said = service.signed("fund").get(path)
    assert (said.status_code, said.json()["code"]) == (400, "malformed")
    assert "is given twice" in said.json()["detail"]


def test_a_holder_sees_its_own_whole_and_of_others_what_moved_for_it(service: Served) -> None:
    fund, steel = service.signed("fund"), service.signed("steel")
    bought = send(steel, "PlaceOrder", account="steel", series=SERIES, side="sell", count=1_000, limit=399_000).json()
    done = send(fund, "PlaceOrder", account="fund", series=SERIES, side="buy", count=1_000, limit=399_000).json()
    seen = {
        name: [client.get(f"/v1/records/{seq}").json() for seq in (bought["seq"], done["seq"])]
        for name, client in (("fund", fund), ("steel", steel), ("cement", service.signed("cement")))
    }
    assert "body" not in seen["fund"][0]
    assert seen["fund"][1]["events"] == done["events"]
    assert "body" not in seen["steel"][1]
    assert {move["other"] for move in seen["steel"][1]["moves"]} >= {"fund"}
    assert not {"body", "moves", "actor"} & set(seen["cement"][1])


def test_sealed_bids_are_told_to_nobody_but_their_bidder(service: Served, office: httpx.Client) -> None:
    exchange = service.signed("small-exchange")
    opened = send(exchange, "OpenCall", call="c1", series=SERIES, wall="", seal="0" * 64)
    assert opened.status_code == 200, opened.text
    fund = service.signed("fund")
    placed = send(fund, "PlaceCallOrder", call="c1", account="fund", side="buy", count=1_000, limit=398_000)
    assert placed.status_code == 200, placed.text
    seq = placed.json()["seq"]
    assert fund.get(f"/v1/records/{seq}").json()["body"]["limit"] == 398_000
    for client in (office, service.signed("steel"), service.stranger()):
        assert "398000" not in client.get(f"/v1/records/{seq}").text
    assert fund.get("/v1/tables/call_orders").json()["total"] == 1
    said = office.get("/v1/tables/call_orders").json()
    assert (said["rows"], said["sealed"]) == ([], {"c1": 1})
    accounts = office.get("/v1/tables/accounts", params={"account": "fund"}).json()
    assert (accounts["rows"][0]["held_fen"], accounts["silent"]) == (None, ["fund"])


def test_no_filter_looks_behind_what_is_sealed(service: Served, office: httpx.Client) -> None:
    """Whatever is asked of a sealed order, of what is set aside for it or of a refusal beside it comes to the same."""
    for query in ({"account": "fund"}, {"account": "x"}, {"side": "sell"}, {"count.ge": "1"}, {"count.ge": "1001"}):
        said = office.get("/v1/tables/call_orders", params=query).json()
        assert (said["rows"], said["total"], said["sealed"]) == ([], 0, {"c1": 1}), query
    assert office.get("/v1/tables/call_orders", params={"call": "c2"}).json()["sealed"] == {}
    for bound in ("0", "1000000000000"):
        for ending in ("ge", "lt", "ne"):
            found = office.get("/v1/tables/accounts", params={"account": "fund", f"held_fen.{ending}": bound}).json()
            assert (found["total"], found["rows"]) == (0, []), (bound, ending)
    assert office.get("/v1/tables/accounts", params={"account": "steel", "held_fen.ge": "0"}).json()["total"] == 1
    fund = service.signed("fund")
    assert fund.get("/v1/tables/accounts", params={"held_fen.ge": "1"}).json()["total"] == 1, "its own"
    refused = send(fund, "PlaceCallOrder", call="c1", account="fund", side="sell", count=1_000, limit=398_000)
    assert refused.status_code == 422, refused.text
    telling = office.get("/v1/tables/refusals", params={"command": "PlaceCallOrder"}).json()
    assert telling["rows"]
    assert {row["detail"] for row in telling["rows"]} == {None}
    for ending in ("ge", "lt"):
        query = {"command": "PlaceCallOrder", f"detail.{ending}": "f"}
        assert office.get("/v1/tables/refusals", params=query).json()["total"] == 0


def test_a_feed_ends_with_its_session(service: Served) -> None:
    cement = service.signed("cement")
    with watching(cement) as feed:
        service.running.users.lock("cement")
        service.clock.ms += 60_000
        send(service.signed("steel"), "PlaceOrder", account="steel", series=SERIES, side="sell", count=1, limit=1)
        assert list(feed) == []
    service.running.users.unlock("cement")


def test_feeds_of_one_user_are_bounded(service: Served) -> None:
    kiln = service.signed("kiln")
    watched = service.running.service.feed.watching
    watched["user kiln"] += service.running.service.limits.feeds_of_one
    assert kiln.get("/v1/feed").status_code == 429
    del watched["user kiln"]


# --- the document


def references(found: object) -> Iterator[str]:
    if isinstance(found, dict):
        for name, each in found.items():
            if name == "$ref":
                yield each
            yield from references(each)
    elif isinstance(found, list):
        for each in found:
            yield from references(each)


def test_the_document_has_every_way_every_command_and_every_shape(service: Served) -> None:
    found = service.stranger().get("/openapi.json").json()
    assert found == json.loads(msgspec.json.encode(document(WAYS)))
    assert {(path, method.upper()) for path, ways in found["paths"].items() for method in ways} == {
        (way.path, way.method) for way in WAYS
    }
    assert {f"/v1/commands/{name}" for name in BODIES} <= set(found["paths"])
    names = [way["operationId"] for ways in found["paths"].values() for way in ways.values()]
    assert len(set(names)) == len(names)
    schemas = found["components"]["schemas"]
    known = {f"#/components/{kind}/{name}" for kind in ("schemas", "headers") for name in found["components"][kind]}
    assert set(references(found)) <= known
    for name, body in BODIES.items():
        assert set(schemas[f"{name}Fields"]["properties"]) == set(body.__struct_fields__)
    assert {status for status, _, _ in PROBLEMS.values()} <= {
        int(status) for ways in found["paths"].values() for way in ways.values() for status in way["responses"]
    }


def told_by(headers: httpx.Headers) -> set[str]:
    """Headers of an answer that are this service's own, or say how to go on."""
    own = ("etag", "location", "retry-after", "set-cookie")
    return {name for name in headers if name.startswith("airshed-") or name in own}


def declared(way: Way, status: int) -> set[str]:
    """Headers that the document names for an answer of a way."""
    ways = document(WAYS)["paths"][way.path][way.method.lower()]
    return {name.lower() for name in ways["responses"][str(status)]["headers"]}


def test_what_an_answer_says_in_its_head_is_in_the_document(service: Served, office: httpx.Client) -> None:
    of = {way.name: way for way in WAYS}
    tag = office.get("/v1/tables/caps").headers["etag"]
    asked = {
        office.get("/v1/tables/caps", headers={"If-None-Match": tag}): ("table", {"etag"}),
        office.get("/v1/tables/actors?limit=1", headers={"Accept": "text/csv"}): ("table", {"etag", "airshed-cursor"}),
        office.post("/v1/book"): ("book", set()),
        service.stranger().post("/v1/sign-out"): ("sign_out", set()),
    }
    for said, (name, told) in asked.items():
        assert told <= told_by(said.headers) <= declared(of[name], said.status_code), (name, said.status_code)
    change = document(WAYS)["paths"]["/v1/users/{user}/{change}"]["post"]["parameters"][1]
    assert change["schema"]["enum"] == ["lock", "unlock", "invite", "unlink"]
    assert [each["name"] for each in document(WAYS)["paths"]["/v1/tables/{table}"]["get"]["parameters"]] == [
        *("table", "limit", "cursor", "last", "If-None-Match", "Accept", "filters")
    ]


def test_answers_are_of_the_shape_that_the_document_says(service: Served, office: httpx.Client) -> None:
    admin = service.signed("the administrator", actor="", admin=True)
    named = {"seq": "1", "table": "trades", "account": "steel", "series": SERIES}
    named["digest"] = office.get("/v1/book").json()["law"]["digest"]
    for way in WAYS:
        if way.method != "GET" or way.answer is None:
            continue
        client = admin if way.room == "users" else office
        said = client.get(way.path.format_map(named))
        assert said.status_code == way.status, (way.path, said.text)
        msgspec.json.decode(said.content, type=way.answer)
        assert told_by(said.headers) <= declared(way, said.status_code), way.path
    done = send(service.signed("steel"), "PlaceOrder", account="steel", series=SERIES, side="sell", count=1, limit=1)
    assert done.status_code == 422
    receipt = send(office, "SetCap", pollutant="SO2", jurisdiction="QJ", vintage=2027)
    assert msgspec.json.decode(receipt.content, type=CommandReceipt).waits


def test_hashes_of_the_feed_chain_the_records(service: Served) -> None:
    """What a stranger hears is the chain that `airshed book verify` checks."""
    with to_read(service.running.serving.book) as book:
        before, last = book.line(book.last() - 1), book.line(book.last())
    said = service.stranger().get(f"/v1/records/{last.seq}").json()
    assert said["hash"] == chain(before.hash, last.record)
