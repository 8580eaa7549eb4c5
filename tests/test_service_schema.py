"""schemathesis, which knows the service by its OpenAPI document alone, finds nothing that breaks or is not in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.result import Ok

from airshed.service.http.catalogue import WAYS
from airshed.service.http.limits import ServiceLimits
from airshed.service.http.openapi import document
from services import KEPT, Served, kept_book, served

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
#: A feed does not end, and who has signed out asks no more.
APART = ("GET /v1/feed", "POST /v1/sign-out")
#: A connection on which nobody asks meanwhile is let go of, however busy the machine is.
LONGEST_S = 600.0
#: Requests of each operation, drawn as they always are; scripts/soak.py draws many more.
DRAWN = 2
FEW = settings(
    max_examples=DRAWN,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module", params=KEPT)
def service(request: pytest.FixtureRequest) -> Iterator[Served]:
    limits = ServiceLimits(stranger_burst=1_000_000, user_burst=1_000_000, head_s=LONGEST_S)
    with served(kept_book(request), limits) as found:
        yield found


def send(operation: Any, url: str, headers: dict[str, str]) -> int:
    """Requests of an operation, each looked at; how many."""
    sent = 0

    @FEW
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        nonlocal sent
        sent += 1
        case.validate_response(case.call(base_url=url, headers=headers), checks=CHECKS)

    ask()
    return sent


def test_requests_made_of_the_document_find_nothing_that_breaks_or_is_not_in_it(service: Served) -> None:
    """Every way in, by somebody of an office, an exchange, a firm, an administrator, and by nobody."""
    people: list[httpx.Client] = [
        service.signed(name) for name in ("dianzhong-office", "dianzhong-registrar", "small-exchange", "steel")
    ]
    people += [service.signed("chief", actor="", admin=True), service.stranger()]
    asked = 0
    schema = schemathesis.openapi.from_dict(document(WAYS))
    operations: list[Any] = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    for number, operation in enumerate(operations):
        if operation.label in APART:
            continue
        client = people[number % len(people)]
        headers = {name: value for name, value in client.headers.items() if name == "x-csrf-token"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        asked += send(operation, service.url, headers)
    assert asked > len(operations)
    assert service.running.broken is None
    assert [event for event, _ in service.noted if event == "broken"] == []
