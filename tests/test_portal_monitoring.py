"""A firm brings the file of a calculation in the portal, and everybody sees how its works is monitored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import urlsplit

import httpx
import pytest

from airshed.service.stacks.estimate_blanks import BLANKS
from markets import AUTHORITY
from portals import Portal, hidden, portal, text_of
from services import market_book

SECOND = "dianzhong-inspector"
#: January and February: the market stands in March.
FILE = (
    BLANKS["balance"]
    .replace("QJ-STL-01", "s-power")
    .replace('# first = "2027-07-01"', 'first = "2027-01-01"')
    .replace('# last = "2027-12-31"', 'last = "2027-02-28"')
)
PLAN = "power-1, SO2, monitor\npower-1, NOx, monitor\npower-1, PM, monitor\ncoating line 1, VOC, balance"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(market_book(tmp_path_factory.mktemp("monitored")), demo_users=True) as found:
        yield found


def test_a_plan_is_approved_by_two_and_a_file_becomes_a_mass_of_the_book(served: Portal) -> None:
    office, inspector = served.rehearsing(AUTHORITY), served.rehearsing(SECOND)
    asked = {"source": "s-power", "begins": "2027-01-01", "lines": PLAN, "evidence": "a" * 64, "step": "preview"}
    seen = office.send("/act/ApprovePlan", {**hidden(office.get("/act/ApprovePlan")), **asked})
    assert office.send("/act/ApprovePlan", {**hidden(seen), "step": "confirm"}).status_code == 200
    act = str(served.look(lambda state: next(iter(state.acts))))
    waits = hidden(inspector.get(f"/act/ConfirmAct?act={act}"))
    seen = inspector.send("/act/ConfirmAct", {**waits, "act": act, "step": "preview"})
    inspector.send("/act/ConfirmAct", {**hidden(seen), "step": "confirm"})

    firm = served.rehearsing("power")
    page = firm.get("/monitoring")
    assert f"approved by {AUTHORITY}, confirmed by {SECOND}" in text_of(page)
    csrf = hidden(page)["csrf"]
    wrong = firm.send_parts(
        "/monitoring/estimate", {"csrf": csrf}, ("voc.toml", FILE.replace("48,3", "148,3").encode())
    )
    assert wrong.status_code == 422
    assert "voc.toml flows line 2, column voc_percent" in text_of(wrong)
    form = firm.send_parts("/monitoring/estimate", {"csrf": csrf}, ("voc.toml", FILE.encode()))
    assert "37.1696 t" in form.text
    told = re.findall(r'<(?:input|textarea|select)[^>]*name="(\w+)"', form.text)
    assert {"calculation", "evidence", "below", "above"} <= set(told)
    asked = {name: value for name, value in httpx.QueryParams(urlsplit(str(form.url)).query).items() if name != "key"}
    seen = firm.send("/act/FileEstimate", {**hidden(form), **asked, "step": "preview"})
    done = firm.send("/act/FileEstimate", {**hidden(seen), "step": "confirm"})
    assert done.status_code == 200, text_of(done)

    assert sha256(FILE.encode()).hexdigest() in served.look(lambda state: state.estimates["s-power", 2027])
    assert "37.170" in text_of(firm.get("/monitoring"))
    everybody = served.stranger().get("/works/s-power")
    assert f"confirmed by {SECOND}" in text_of(everybody)
    assert "37.170" not in text_of(everybody), "before the year is public"


def test_a_file_to_begin_with_is_there_for_every_method(served: Portal) -> None:
    firm = served.rehearsing("power")
    assert [firm.get(f"/monitoring/blank/{method}.toml").text for method in BLANKS] == list(BLANKS.values())
    assert firm.get("/monitoring/blank/guess.toml").status_code == 404
