"""What everybody sees of a book, what an authority sees of its city, and what neither sees before its day."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from airshed.engine.nouns import Year
from airshed.model.period import DAY_MS
from airshed.pages.portal.frame import templates
from airshed.pages.portal.overview import OWING, TO_SETTLE, VERIFIED, by_pollutant, caps, stage_of, telling, works
from airshed.pages.portal.public import prices_of, sparkline
from airshed.pages.portal.ways import WAYS
from airshed.service.http.who import unmasked
from airshed.service.marketdata.reading import Market
from beijing import instant
from laws import RULES
from markets import AT, AUTHORITY, market
from portals import Portal, hidden, portal, text_of
from services import market_book

PUBLIC = ("/", "/caps", "/prices", "/auctions", "/works", "/works/s-steel", "/report", "/register", "/check")
CHINESE = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(market_book(tmp_path_factory.mktemp("portal")), demo_users=True) as found:
        yield found


def test_every_template_can_be_read() -> None:
    """A slip in one was found by whoever opened its page."""
    found = templates()
    names = found.list_templates(extensions=["j2"])
    assert len(names) > 50
    for name in names:
        assert found.get_template(name).name == name


def test_what_is_public_needs_no_sign_in_and_speaks_both_languages(served: Portal) -> None:
    for path in PUBLIC:
        english, chinese = served.stranger().get(path), served.stranger("zh").get(path)
        assert english.status_code == chinese.status_code == 200
        words = text_of(english).replace("中文", "").replace("语言", "")
        assert not CHINESE.search(words), path
        assert CHINESE.search(text_of(chinese).replace("中文", ""))


def test_what_is_not_public_asks_for_a_sign_in_and_comes_back_to_the_page(served: Portal) -> None:
    for path in ("/act", "/waiting", "/trade", "/account", "/people", "/act/PlaceOrder"):
        said = served.stranger().get(path)
        assert said.url.path == "/sign-in"
        assert dict(said.url.params)["next"] == path


def test_no_page_says_what_an_account_holds_to_others(served: Portal) -> None:
    found = re.search(r"SO2-KM-2027 ([\d,.]+) t", text_of(served.rehearsing("steel").get("/account")))
    assert found is not None
    free = found[1]
    for name in (None, "fund"):
        browser = served.stranger() if name is None else served.rehearsing(name)
        for path in PUBLIC:
            if path not in ("/works/s-steel", "/caps", "/"):
                assert free not in text_of(browser.get(path)), path


def test_an_emission_is_public_from_the_day_of_the_law_and_the_authoritys_before() -> None:
    state = market().state
    for source in state.sources.values():
        state.years[source.id, 2027] = Year(source.id, 2027, verified_mg={"SO2": 5 * 10**9})
    (public,) = caps(state, RULES, AT, public=True)
    assert telling([public]) == public
    assert {row.emitted.en for row in public.rows} == {"–"}
    assert {row.basis.en for row in public.rows} == {"public from 2028-05-31"}
    (whole,) = caps(state, RULES, AT, public=False, jurisdiction="KM")
    assert all(row.basis.en == "verified" for row in whole.rows)
    assert any(row.share is not None for row in whole.rows)
    assert caps(state, RULES, AT, public=False, jurisdiction="QJ") == []


def test_a_zone_is_told_by_pollutant_and_names_cities_over_their_own_cap() -> None:
    state = market().state
    for source in state.sources.values():
        state.years[source.id, 2027] = Year(source.id, 2027, verified_mg={"SO2": 5 * 10**15})
    (year,) = caps(state, RULES, AT, public=False)
    (so2,) = by_pollutant(year.rows, RULES)
    assert (so2.pollutant, so2.basis.en) == ("SO2", "verified")
    assert so2.share is not None
    assert so2.share > 100
    assert [place.zh for place, _ in so2.over] == ["昆明"]
    (public,) = caps(state, RULES, AT, public=True)
    assert by_pollutant(public.rows, RULES)[0].emitted.en == "–", "what is not known of every city is no sum"


def test_a_year_is_late_once_its_deadline_is_over() -> None:
    state = market().state
    source = next(iter(state.sources.values()))
    assert stage_of(state, RULES, source, 2027, "2028-03-31")[1] == ""
    assert stage_of(state, RULES, source, 2027, "2028-04-01")[1] == "late"
    state.years[source.id, 2027] = Year(source.id, 2027, version=1)
    assert stage_of(state, RULES, source, 2027, "2028-04-30")[1] == ""
    assert stage_of(state, RULES, source, 2027, "2028-05-01")[1] == "late"
    state.years[source.id, 2027] = known = Year(source.id, 2027, version=1, verified_mg={}, obligation={"SO2": 5})
    assert stage_of(state, RULES, source, 2027, "2028-06-30") == (VERIFIED, "")
    assert stage_of(state, RULES, source, 2027, "2028-07-01") == (OWING, "late")
    at = instant("2028-07-01")
    for public, found in ((True, VERIFIED), (False, OWING)):
        (seen,) = (each for each in works(state, RULES, at, public=public) if each.id == source.id)
        assert seen.stage == found, "who owes is not public before the year is settled"
    known.surrendered["SO2"] = 5
    assert stage_of(state, RULES, source, 2027, "2028-07-01") == (TO_SETTLE, ""), "it is the authority's turn"
    state.excluded[source.id, 2027] = "it burnt down"
    assert stage_of(state, RULES, source, 2027, "2028-05-01")[1] == ""


def test_how_a_year_ended_is_public_from_the_day_of_the_law() -> None:
    state = market().state
    source = next(iter(state.sources.values()))
    state.closed[source.account, 2027] = True
    state.years[source.id, 2027] = Year(source.id, 2027, version=1, verified_mg={"SO2": 1}, due_fen={"SO2": 5})
    before = instant("2028-07-01", 10)
    day = RULES.compliance.standing_public_on
    assert day is not None
    after = instant(f"2028-{day}", 10)

    def said(at: int, *, public: bool) -> str:
        return next(each.stage.en for each in works(state, RULES, at, public=public) if each.id == source.id)

    assert said(min(before, after - DAY_MS), public=True) == "settled"
    assert said(min(before, after - DAY_MS), public=False) == "settled short, penalty due"
    assert said(after, public=True) == "settled short, penalty due"


def test_prices_are_drawn_as_lines_that_begin_and_end_within_their_room() -> None:
    found = Market()
    found.closes["SO2-KM-2027"] = {"2027-03-01": 400_000, "2027-03-02": 420_000}
    (only,) = prices_of(found, RULES)
    assert only.reference.en == "4,200.00 yuan/t"
    assert "from 4,000.00 yuan/t to 4,200.00 yuan/t" in only.said.en
    assert re.findall(r"[\d.]+", str(sparkline([5, 5, 5])).partition("points=")[2]) == [
        "2",
        "26",
        "60",
        "26",
        "118",
        "26",
    ]


def test_an_official_sees_the_city_and_no_other(served: Portal) -> None:
    bureau = served.rehearsing("small-bureau")
    said = text_of(bureau.get("/"))
    assert "Kunming" in said
    assert "Qujing" not in said
    people = text_of(bureau.get("/people"))
    assert "small-bureau" in people
    assert AUTHORITY not in people
    assert AUTHORITY in text_of(served.rehearsing(AUTHORITY).get("/people"))
    assert served.rehearsing("steel").get("/people").status_code == 403


def test_people_says_what_each_may_do_and_offers_nothing_that_is_refused(served: Portal) -> None:
    for name, may in ((AUTHORITY, False), ("dianzhong-registrar", True)):
        page = served.rehearsing(name, "zh").get("/people")
        assert ('href="/act/RegisterActor"' in page.text) == may, name
        assert "发起并复核" in text_of(page)
        assert "各角色可办理的业务" in text_of(page)
        assert 'data-long="people"' in page.text
        for upon in re.findall(r'href="/act/(?:Suspend|Resume)Actor\?actor=([^"]*)"', page.text):
            form = served.rehearsing(name).get(f"/act/SuspendActor?actor={upon}")
            asked = {**hidden(form), "actor": upon, "reason": "why", "step": "preview"}
            seen = text_of(served.rehearsing(name).send("/act/SuspendActor", asked))
            assert "may not give" not in seen, (name, upon)
            assert "act of their own" not in seen, (name, upon)
    refused = served.rehearsing(AUTHORITY, "zh").get("/act/RegisterActor")
    assert refused.status_code == 403
    assert "您的角色不办理此项业务" in text_of(refused)
    assert 'href="/queue"' in refused.text or 'href="/people"' in refused.text, "the page of what went wrong has a menu"


def test_works_are_found_by_city_and_name(served: Portal) -> None:
    browser = served.stranger()
    assert "steel" in text_of(browser.get("/works?q=STEEL"))
    assert "No works fits" in text_of(browser.get("/works?q=nowhere"))
    assert browser.get("/works/nobody").status_code == 404


def test_the_head_on_the_page_is_that_of_the_book(served: Portal) -> None:
    page = text_of(served.stranger().get("/check"))
    seq = served.records()
    assert f"Record {seq} " in page
    digest = re.search(r"[0-9a-f]{64}", page)
    assert digest is not None
    assert digest[0] in text_of(served.stranger().get(f"/records/{seq}"))


def test_every_page_is_asked_for_by_a_browser_and_answers_nothing_else(served: Portal) -> None:
    for way in WAYS:
        if way.method == "GET" and "{" not in way.path and way.gives[0] == "application/json":
            said = served.stranger().get(way.path)
            assert said.status_code in (200, 404), way.path
            assert said.headers["content-type"].startswith("text/html"), way.path


def test_a_page_carries_the_token_of_the_session_in_other_letters_each_time(served: Portal) -> None:
    steel = served.rehearsing("steel")
    tokens = {hidden(steel.get("/"))["csrf"] for _ in range(3)}
    assert len(tokens) == 3
    assert {unmasked(token) for token in tokens} == {unmasked(tokens.pop())}


def test_a_series_has_a_public_page_and_the_one_that_nobody_traded_stands_in_the_list() -> None:
    runner = market()
    there = Market(runner.state)
    assert [each.reference.en for each in prices_of(there, RULES, ["SO2-KM-2027"])] == ["–"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_everybody_looks_at_a_series_and_at_the_index(served: Portal, language: str) -> None:
    stranger = served.stranger(language)
    assert 'href="/prices/SO2-KM-2027"' in stranger.get("/prices").text
    page = stranger.get("/prices/SO2-KM-2027")
    assert page.status_code == 200
    assert ("逐日行情" if language == "zh" else "Prices by day") in text_of(page)
    assert 'data-figure="index"' in stranger.get("/prices").text
    assert stranger.get("/prices/SO2-XX-1999").status_code == 404
    assert stranger.get("/prices/nonsense").status_code == 404


@pytest.mark.parametrize("path", ["/report/abc", "/records/abc", "/data/nope.csv", "/works/%00", "/proof/x"])
def test_an_address_that_cannot_be_read_is_refused_in_the_language_of_the_page(served: Portal, path: str) -> None:
    page = served.stranger("zh").get(path)
    assert page.status_code in (400, 404)
    words = re.sub(r"(?s)<head>.*?</head>|<header.*?</header>|<footer.*?</footer>", "", page.text)
    assert not re.search(r">[^<]*\b[a-z]{2,} [a-z]{2,}\b[^<]*<", words), words
    if path == "/report/abc":
        assert "年度：'abc'不是整数；请填写数字" in text_of(page)
