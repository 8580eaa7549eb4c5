"""The market is folded by one thread: nobody's questions fill its queue, and a stranger's tables cost it little."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from airshed.service.http.market import OLD_S
from airshed.service.http.market_fold import MOST_OF_ONE, MOST_OF_STRANGER, MarketFold
from airshed.service.http.readers import ADDRESS, ASKING
from airshed.service.http.receipts import Busy
from markets import SERIES
from services import Served, market_book, served


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(market_book(tmp_path_factory.mktemp("market"))) as found:
        yield found


def test_the_questions_of_one_leave_the_market_to_others(tmp_path: Path) -> None:
    """Fifty of a stranger were all that may wait, and every page was 503."""
    path, go = market_book(tmp_path), threading.Event()

    async def asks(fold: MarketFold, who: str) -> bool:
        ASKING.set(who)
        return await fold.look(lambda market, rules: go.wait(60))

    async def all_ask(fold: MarketFold) -> dict[str, int]:
        names = (f"{ADDRESS}1.2.3.4", "user greedy", "user steel")
        asking = {who: [asyncio.create_task(asks(fold, who)) for _ in range(20)] for who in names}
        await asyncio.sleep(0)
        go.set()
        told = {who: await asyncio.gather(*tasks, return_exceptions=True) for who, tasks in asking.items()}
        assert await asks(fold, "user greedy"), "those before it were answered"
        return {who: sum(not isinstance(each, Busy) for each in found) for who, found in told.items()}

    with closing(MarketFold(path, keeps=path)) as fold:
        answered = asyncio.run(all_ask(fold))
    assert list(answered.values()) == [MOST_OF_STRANGER, MOST_OF_ONE, MOST_OF_ONE]


def test_a_stranger_has_the_tables_that_stand_and_who_has_signed_in_those_of_now(service: Served) -> None:
    stranger, steel = service.stranger(), service.signed("steel")
    body = {"account": "steel", "series": SERIES, "side": "sell", "count": 1_000, "limit": 400_000}

    def heads() -> tuple[str, str]:
        return stranger.get("/v1/market/summary").json()["head"], steel.get("/v1/market/summary").json()["head"]

    first, same = heads()
    assert first == same
    assert steel.post("/v1/commands/PlaceOrder", json=body, headers={"Idempotency-Key": "1"}).status_code == 200
    assert stranger.get("/v1/market/summary").json()["head"] == first
    new = steel.get("/v1/market/summary").json()["head"]
    assert new != first
    assert heads() == (new, new), "what was made for somebody does for all"
    assert steel.post("/v1/commands/PlaceOrder", json=body, headers={"Idempotency-Key": "2"}).status_code == 200
    service.clock.ms += int(OLD_S * 1000) + 1
    old, now = heads()
    assert old == now != new


def test_a_stranger_chooses_kinds_of_trades_and_has_no_tables_made_of_them(service: Served) -> None:
    """Each of a thousand choices was a table of its own."""
    stranger, asked = service.stranger(), {"kind": "auction"}
    assert stranger.get("/v1/market/trades", params=asked).status_code == 200
    for name in ("bars", "summary"):
        said = stranger.get(f"/v1/market/{name}", params=asked)
        assert (said.status_code, said.json()["code"]) == (401, "not_signed_in")
        assert service.signed("kiln").get(f"/v1/market/{name}", params=asked).status_code == 200
