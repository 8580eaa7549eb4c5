"""What is large is counted before it is read, comes a few at a time, and is waited for by nobody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from airshed.model.refusal import Malformed
from airshed.service.http.commands import AT_ONCE, _wishes
from airshed.service.http.large import EACH, LargeBodies
from airshed.service.http.limits import ServiceLimits
from airshed.service.http.receipts import Busy
from airshed.service.http.who import SMALL
from portals import portal
from services import Served, market_book, served

LIMITS = ServiceLimits(
    waiting_commands=50, user_commands_burst=60, user_commands_every_s=1_000.0, waiting_files=0, body_s=5.0
)
WISH = {"do": "CancelOrder", "order": 1}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service with no room for files of tables."""
    with served(market_book(tmp_path_factory.mktemp("large")), LIMITS) as found:
        yield found


def batch(count: int, name: str) -> list[dict[str, object]]:
    return [{"key": f"{name}{number}", "body": WISH} for number in range(count)]


def test_a_table_as_a_file_is_waited_for_by_who_wants_a_file_alone(service: Served) -> None:
    """Six of them held both readers of the book, and nobody read anything for nine seconds."""
    said = service.stranger().get("/v1/tables/caps", headers={"Accept": "text/csv"})
    assert (said.status_code, said.json()["code"], said.headers["Retry-After"]) == (503, "busy", "10")
    assert service.stranger().get("/v1/tables/caps").status_code == 200


def test_a_batch_that_cannot_be_read_is_counted_by_its_size(service: Served) -> None:
    """It cost its sender one request, and everybody else the time in which it was read."""
    steel = service.signed("steel")
    wrong = json.dumps([*batch(1_200, "w"), {"key": "x", "body": {"do": "CancelOrder", "order": "one"}}]).encode()
    assert len(wrong) > 60_000
    headers = {"Content-Type": "application/json"}
    said = [steel.post("/v1/commands", content=wrong, headers=headers).status_code for _ in range(2)]
    assert said == [400, 429]


def test_a_batch_for_which_there_is_no_room_is_not_counted(service: Served) -> None:
    """Ten repetitions of it, as it was told, were a hundred seconds without a command."""
    kiln = service.signed("kiln")
    assert [kiln.post("/v1/commands", json=batch(51, "k")).status_code for _ in range(3)] == [503] * 3
    assert kiln.post("/v1/commands", json=batch(50, "k")).status_code == 200


def test_a_large_body_of_a_user_waits_for_those_before_it_and_holds_up_nobody_else(service: Served) -> None:
    bodies, power = service.running.service.bodies, service.signed("power")
    body = {"account": "power", "series": "x" * SMALL, "side": "sell", "count": 1, "limit": 1}
    with bodies.coming("user power"), bodies.coming("user power"):
        said = power.post("/v1/commands/PlaceOrder", json=body, headers={"Idempotency-Key": "large"})
        assert (said.status_code, said.headers["Retry-After"]) == (503, "1")
        small = power.post("/v1/commands/CancelOrder", json={"order": 1}, headers={"Idempotency-Key": "small"})
        assert small.json()["actor"] == "power", "what is small does not wait"
        other = service.signed("cement").post("/v1/commands/PlaceOrder", json=body, headers={"Idempotency-Key": "l"})
        assert other.status_code == 400
    assert power.post("/v1/commands/PlaceOrder", json=body, headers={"Idempotency-Key": "l"}).status_code == 400


def test_so_many_large_bodies_come_at_once_and_no_more() -> None:
    bodies = LargeBodies(most=3)
    assert EACH == 2
    with bodies.coming("user a"), bodies.coming("user a"), bodies.coming("user b"):
        for who in ("user a", "user b", "user c"):
            with pytest.raises(Busy), bodies.coming(who):
                pass
    with bodies.coming("user c"):
        pass


def test_others_have_their_turn_while_a_batch_is_read() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def read(raw: bytes) -> int:
        beside = asyncio.create_task(others())
        found = await _wishes("steel", raw)
        beside.cancel()
        return len(found)

    assert asyncio.run(read(json.dumps(batch(4 * AT_ONCE, "t")).encode())) == 4 * AT_ONCE
    assert turns == 4


def test_the_place_of_a_command_that_cannot_be_kept_is_named() -> None:
    raw = json.dumps([*batch(2, "p"), {"key": "a\u0007", "body": WISH}]).encode()
    with pytest.raises(Malformed, match=r"commands 2 CancelOrder key"):
        asyncio.run(_wishes("steel", raw))


def test_a_form_of_a_stranger_is_small(tmp_path: Path) -> None:
    """A mebibyte of it was read before anything was asked."""
    with portal(market_book(tmp_path)) as there:
        browser, fields = there.stranger(), {"user": "x", "password": "x"}
        said = [
            there.loop.run_until_complete(browser.client.post("/sign-in", data=data, follow_redirects=False))
            for data in (fields, {**fields, "user": "x" * SMALL})
        ]
        assert [each.status_code for each in said] == [401, 303]
