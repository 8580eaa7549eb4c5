"""Acting on the portal: forms of every command, a preview, a confirmation that counts once, acts of two, refusals."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from httpx import Response
from msgspec import Struct
from msgspec import inspect as kinds
from msgspec.structs import replace

from airshed.cli.reference.write import reasons as reasons_of
from airshed.engine.commands import (
    ActivityLine,
    Allocate,
    DecideCase,
    DecideMark,
    OpenSale,
    OpenSession,
    PayPenalty,
    PledgeAllowances,
    ReplyCase,
    ReportYear,
    Transfer,
)
from airshed.engine.decide import _PROCEDURES
from airshed.engine.events import (
    BidSealed,
    Event,
    HoursMarked,
    ImprovementClosed,
    SealingBegan,
    SessionClosed,
    YearVerified,
)
from airshed.engine.nouns import Mark
from airshed.engine.procedures.trade_rules import reference_price
from airshed.lab.simulator.small_market import BANK, EXCHANGE, TELLER
from airshed.market.fees import band
from airshed.model.measures import Unit
from airshed.model.period import DAY_MS
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.acts.offered import groups_of
from airshed.pages.portal.bounds import BOUNDS, OF_DAYS, OF_LAW
from airshed.pages.portal.choices import choices
from airshed.pages.portal.cures import told
from airshed.pages.portal.drafts import MOST_OF_ONE, Drafts, FormDraft
from airshed.pages.portal.fields import WARNED, form_of, label_of, name_of, read, sentence_of
from airshed.pages.portal.happening import happenings, in_column
from airshed.pages.portal.meant import choice_of, meant
from airshed.pages.portal.opening import trading
from airshed.pages.portal.refused import PLACES
from airshed.pages.portal.refused import told as refused
from airshed.pages.portal.understood import said_fields
from airshed.rulebook.load import find, load
from airshed.service.forms.english import meaning
from airshed.service.forms.form import BODIES, bare, options_of, slots
from airshed.service.forms.happened import FACTS, RULES, fact_zh, said_of_event, said_of_word
from airshed.service.forms.helps import sentences
from airshed.service.forms.measures import ANY_LAW
from airshed.service.forms.refusals import rows
from airshed.service.forms.sample import sample
from airshed.service.forms.told import _OF_EVENTS, ABOUT_RULES
from beijing import instant
from laws import RULES as LAW
from markets import AT, AUTHORITY, market
from portals import Browser, Portal, hidden, portal, text_of
from services import market_book

YUAN = Phrase("yuan", "元")
SERIES = "SO2-KM-2027"
CHINESE = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(market_book(tmp_path_factory.mktemp("portal")), demo_users=True) as found:
        yield found


@pytest.fixture(scope="module")
def steel(served: Portal) -> Browser:
    return served.rehearsing("steel")


def selling(browser: Browser, **more: Any) -> dict[str, str]:
    """The form of a sale as it was filled in."""
    return selling_of(browser.get("/act/PlaceOrder"), **more)


def selling_of(page: Response, **more: Any) -> dict[str, str]:
    """A form of a sale that is open, as it was filled in."""
    fields = hidden(page)
    return {**fields, "account": "steel", "series": SERIES, "side": "sell", "count": "2", "limit": "4100", **more}


def previewed(browser: Browser, fields: dict[str, str]) -> dict[str, str]:
    """What the page of the preview carries on to the confirmation."""
    said = browser.send("/act/PlaceOrder", {**fields, "step": "preview"})
    assert said.status_code == 200, text_of(said)
    return {**hidden(said), "step": "confirm"}


# --- words


def test_every_command_field_word_and_event_is_said_in_both_languages() -> None:
    for kind in BODIES.values():
        assert CHINESE.search(name_of(kind).zh)
        for slot in slots(kind):
            said = label_of(kind.__name__, slot.field)
            assert CHINESE.search(said.zh), (kind, slot)
            assert said.en.isascii()
            held = bare(slot.kind)
            if isinstance(held, kinds.LiteralType):
                for word in held.values:
                    assert CHINESE.search(said_of_word(slot.field, str(word))[1])
    used = set[str]()
    for event in get_args(Event):
        english, chinese = said_of_event(event)
        assert english.isascii(), event
        assert CHINESE.search(chinese)
        shape = kinds.type_info(event)
        assert isinstance(shape, kinds.StructType)
        for field in shape.fields:
            if field.name not in RULES and not field.name.endswith(ABOUT_RULES):
                assert fact_zh(field.name)
                used.update((field.name, f"{event.__name__}.{field.name}", f"Year.{field.name}"))
    assert set(FACTS) <= used, "a word that nothing uses"


def test_every_command_and_field_has_its_help_in_both_languages_and_no_help_is_of_none() -> None:
    used = set()
    for kind in BODIES.values():
        said = sentence_of(kind)
        assert CHINESE.search(said.zh)
        used.add(said.en)
        for slot in slots(kind):
            if slot.field != WARNED:
                used.add(meaning(kind, slot.field).replace("`", ""))
    assert used == set(sentences())
    assert not {said for said in used if re.search(r"\b([Tt]rue|[Ff]alse)\b", said)}, "a field says yes or no"


def test_a_form_in_chinese_has_a_help_beside_every_field_as_the_english_one_has(served: Portal) -> None:
    steel = {language: served.rehearsing("steel", language) for language in ("en", "zh")}
    for command in ("OfferLease", "Surrender", "PlaceOrder"):
        pages = {language: browser.get(f"/act/{command}").text for language, browser in steel.items()}
        assert pages["zh"].count('class="help"') == pages["en"].count('class="help"') > 2, command
        assert 'class="lead"' in pages["zh"]


@pytest.mark.parametrize(
    "line",
    [
        "SO2-KM-2028\t1\t400",
        "SO2-KM-2028,1,400",
        "SO2-KM-2028，1，400",
        "SO2-KM-2028、1、400",
        "SO2-KM-2028: first=1; last=400",
    ],
)
def test_serials_are_taken_from_a_row_of_cells_or_by_their_names(line: str) -> None:
    written = {"source": "s", "pollutant": "SO2", "year": "2028", "count": "400 kg"}
    found = read(BODIES["Surrender"], {**written, "serials": line}, ANY_LAW, YUAN)
    assert found.errors == {}
    assert [(each.series, each.first, each.last) for each in found.body.serials] == [("SO2-KM-2028", 1, 400)]


@pytest.mark.parametrize("line", ["SO2-KM-2028", "SO2-KM-2028,1,2,3", "SO2-KM-2028,one,400", "SO2-KM-2028; x=1"])
def test_a_row_that_cannot_be_read_says_how_one_is_written_and_nothing_of_a_shell(line: str) -> None:
    written = {"source": "s", "pollutant": "SO2", "year": "2028", "count": "400 kg"}
    found = read(BODIES["Surrender"], {**written, "serials": line}, ANY_LAW, YUAN)
    said = found.errors["serials"]
    assert said.en.endswith(
        "A line each: series, first number, last number, with commas between or as cells pasted "
        "from a table. For example SO2-KM-2028, 1, 400."
    )
    assert "依次为系列、首号、末号" in said.zh
    assert "--" not in said.en + said.zh


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("40 yuan", "“40 yuan”：无法识别单位“yuan”。可选：吨、千克、克、份。请写作：40吨、40,000千克或40,000份。"),
        (
            "40 kt",
            "“40 kt”：无法识别单位“kt”。可选：吨、千克、克、份（是否应为“t”？）。请写作：40吨、40,000千克或40,000份。",
        ),
        ("1.5 kg", "“1.5 kg”不是配额的整数倍（每份1千克）。请写1千克或2千克。"),
        ("99999999999999999999", "不得大于9,007,199,254,740.992吨。"),
    ],
)
def test_a_wrong_amount_is_told_in_chinese_with_chinese_units(text: str, said: str) -> None:
    written = {"account": "steel", "series": SERIES, "side": "sell", "count": text, "limit": "4,100"}
    assert read(BODIES["PlaceOrder"], written, ANY_LAW, YUAN).errors["count"].zh == said


def test_a_whole_number_is_asked_for_in_chinese() -> None:
    written = {"source": "s", "pollutant": "SO2", "count": "4 t"}
    years = {text: read(BODIES["Surrender"], {**written, "year": text}, ANY_LAW, YUAN) for text in ("20 28", "abc")}
    assert [found.errors["year"].zh for found in years.values()] == [
        "“20 28”：此处只填数字，不带单位。请只填数字。",
        "“abc”不是整数。请写作：整数。",
    ]


def test_lines_with_parts_are_said_by_the_names_of_the_parts_and_named_once() -> None:
    lines = (ActivityLine("A", (2024, 2025), (3_000, 4_000), (5, 6)), ActivityLine("B", (2024,), (1_000,), (2,)))
    rows = said_fields(replace(sample(Allocate), activities=lines), load(find("dianzhong")))
    activities = [(name.zh, said.zh) for name, said in rows if "各年份" in said.zh]
    assert [name for name, _ in activities] == ["各排放源的历史活动", ""]
    assert activities[0][1].startswith("A：各年份2024, 2025；各年排放量3吨, 4吨；各年产量5, 6")
    assert "years=" not in "".join(said.zh + said.en for _, said in rows)


def test_figures_of_an_event_have_the_word_that_they_have_there() -> None:
    """A receipt called the digest of a bid that of the law's text, said 0 t of what is sealed, and `commitment`."""
    sealed = BidSealed("auction", "SO2-KM-2028-1", 1, "steel", "steel", "ab" * 32, "", 10_000_000, "", 0)
    began = SealingBegan("auction", "SO2-KM-2028-1", "commitment", 60, withdrawal=True, forfeit_basis_points=1_000)
    told, opened = (
        {fact.name.zh: fact.text.zh for fact in each.facts}
        for each in happenings([sealed, began], load(find("dianzhong")))
    )

    assert told["申报摘要"] == "ab" * 32
    assert told["保证金"] == "100,000.00元"
    assert "数量" not in told
    assert "规则文本摘要" not in told
    assert opened["密封方式"] == "承诺（仅提交摘要）"
    assert opened["截止前可撤回"] == "是"
    assert opened["拍卖或竞价"] == "拍卖"


def test_the_mass_of_a_year_is_said_as_such_and_to_the_kilogram() -> None:
    event = YearVerified("s", 2027, "satisfactory", "v", {"NOx": 1_041_934_176_341}, {"NOx": 1_041_935}, (), 1)
    (happening,) = happenings([event], load(find("dianzhong")))
    assert ("年度排放量（按污染物）", "NOx 1,041.934吨") in [(fact.name.zh, fact.text.zh) for fact in happening.facts]


def test_a_notice_without_its_document_is_refused_beside_the_document() -> None:
    what = "name the document that it rests on by its SHA-256, so that steel can hold the office to it"
    told_of = refused(Refusal(Why.UNEXPLAINED, what, "art. 26"), BODIES["NoticeCase"], ANY_LAW)
    assert (told_of.field, told_of.title.zh) == ("evidence", "缺少所依据的文件。")


def test_a_jurisdiction_that_a_role_is_not_bound_to_is_refused_beside_it() -> None:
    what = "who is operator is bound to no jurisdiction; leave KM out"
    told_of = refused(Refusal(Why.WRONG_KIND, what, "art. 9"), BODIES["RegisterActor"], ANY_LAW)
    assert (told_of.field, told_of.detail.zh) == ("jurisdiction", "排污单位不限行政区；请勿填写KM")


def test_every_reason_to_refuse_has_a_cure_and_a_field_or_a_reason_why_none() -> None:
    """What a form caused stands beside the field: a date that is over stood at the head of its form, without a cure."""
    known = {slot.field for kind in BODIES.values() for slot in slots(kind)}
    assert set(PLACES) == {why.value for why in Why}, "a row of beside.csv for each"
    said = [re.sub(r"\{\d+\}", word, english) for english, _ in rows() for word in ("pollutant", "stack", "day")]
    for why, places in PLACES.items():
        assert not places[-1].words, f"{why}: the last row is for any sentence"
        for place in places:
            assert place.fields or place.aside, (why, place.words)
            assert set(place.fields) - {"*"} <= known, (why, place.fields)
            assert CHINESE.search(place.cure.zh), (why, place.words)
            assert place.cure.en.isascii(), (why, place.words)
            assert any(re.search(place.words, each) for each in said), f"{why}: nothing says {place.words!r}"
    for kind, reasons in reasons_of().items():
        for why in reasons:
            told_of = refused(Refusal(why, "", "art. 1"), kind, ANY_LAW)
            assert told_of.field or not slots(kind) or PLACES[why][-1].aside, (kind.__name__, why)


@pytest.mark.parametrize(
    ("why", "sentence", "body", "field"),
    [
        (Why.UNEXPLAINED, "say what steel replies to case 7", ReplyCase(7, " "), "reply"),
        (Why.TOO_LARGE, "150.00 yuan of 2027 is owed, not 200.00 yuan", PayPenalty("KM-1", 2027, "SO2", 20_000), "fen"),
        (Why.TOO_LATE, "the last day, 2027-01-01, is over", OpenSale("s", SERIES, 1, 10, "2027-01-01"), "until"),
        (Why.SESSION_CLOSED, "2027-01-02 is not worked; the market opens", OpenSession("2027-01-02"), "day"),
        (Why.TOO_EARLY, "2027 is not over; from 2028-01-01", ReportYear("s", 2027, {}), "year"),
        (Why.UNKNOWN_ACCOUNT, "there is no account bank", PledgeAllowances("a", "bank", "x", 1, 1, "d"), "pledgee"),
        (Why.TOO_LARGE, "case 1 is decided at 3 yuan at most, not at 4 yuan", DecideCase(1, 400, "more"), "fen"),
        (Why.WALLED_OFF, "km is power, qj is not; power trades with", Transfer("qj", "km", SERIES, 1), "target"),
        (Why.NOT_POSITIVE, "the debt in fen is 0; above zero", PledgeAllowances("a", "b", "x", 1, 0, "d"), "secured"),
    ],
)
def test_a_refusal_stands_beside_the_field_whose_value_it_names(
    why: Why, sentence: str, body: Struct, field: str
) -> None:
    told_of = refused(Refusal(why, sentence, "art. 1"), type(body), ANY_LAW, body=body)
    assert told_of.field == field
    assert told_of.cure.en in told_of.whole.en
    assert told_of.whole.zh.endswith("依据：art. 1。")


def test_a_refused_sum_of_money_is_no_quantity() -> None:
    low = Refusal(Why.TOO_SMALL, "the law gives 100,000 yuan at least, not 1 yuan", "art. 99")
    assert refused(low, BODIES["NoticeCase"], ANY_LAW).title.zh == "金额低于下限。"
    assert refused(low, BODIES["PlaceOrder"], ANY_LAW).title.zh == "数量低于下限。"


def test_the_form_of_a_notice_says_each_ground_with_what_it_may_cost_and_asks_for() -> None:
    state = market().state
    actor, notice = state.actors[AUTHORITY], BODIES["NoticeCase"]
    fields = {each.name: each for each in form_of(notice, state, LAW, actor, {})}
    said = {choice.value: choice.label.zh for choice in fields["ground"].choices}
    assert said["shortfall"] == "欠缴：与结算所定数额一致；须填污染物"
    assert said["exceedance"] == "超标排放：100,000.00元至1,000,000.00元；须填排放口、日期、污染物、证据摘要"
    assert not re.search("[a-z]", "".join(said.values())), "no code stands in a label"
    assert {fields[name].left_out.zh for name in ("stack", "day", "pollutant", "evidence")} == {"（视事由而定）"}
    assert (fields["pollutant"].widget, fields["reason"].required) == ("choice", True), "a radio cannot be unset"
    own = [stack for stack, source in state.stack_source.items() if source == "s-power"]
    found = choices(state, LAW, actor, "NoticeCase", "stack", "s-power") or ()
    assert [choice.value for choice in found][: len(own)] == own, "those of the source that is named come first"
    assert len(found) == len(state.stack_source) > len(own) > 0


def test_a_form_says_the_range_of_a_number_or_a_day_before_anything_is_sent() -> None:
    state = market().state

    def helps(command: str, actor: str, **written: str) -> dict[str, Phrase]:
        found = form_of(BODIES[command], state, LAW, state.actors[actor], written, today="2027-03-01")
        return {each.name: each.help for each in found}

    law = LAW.trading
    order = helps("PlaceOrder", "steel", series=SERIES)
    lot, most = (f"{count * LAW.allowance.size_kg / 1000:,g}" for count in (law.lot, law.largest_order))
    assert f"{lot}吨至{most}吨，须为{lot}吨的整数倍。" in order["count"].zh
    low, high = band(reference_price(state, LAW, SERIES), law.band_basis_points, law.tick_fen_per_t)
    assert f"From {low / 100:,g} yuan/t to {high / 100:,g} yuan/t" in order["limit"].en
    assert "or more, in steps of" in helps("PlaceOrder", "steel")["limit"].en, "no series is named yet"
    assert "2至" in helps("AskInstalments", "steel")["parts"].zh
    assert helps("OpenSession", EXCHANGE)["day"].en.endswith("Only 2027-03-01.")
    assert "不早于2027-03-01。" in helps("OpenSale", AUTHORITY)["until"].zh
    assert set(BOUNDS) <= {(kind.__name__, slot.field) for kind in BODIES.values() for slot in slots(kind)}
    assert set(BOUNDS.values()) == {*OF_LAW, *OF_DAYS}
    for name in BODIES:
        for each in form_of(BODIES[name], state, LAW, state.actors[AUTHORITY], {}, today="2027-03-01"):
            assert not re.search(r"\d{5}", each.help.zh), (name, each.name, each.help.zh)


def test_an_act_that_there_is_nothing_for_stands_behind_the_others_and_says_so(served: Portal) -> None:
    state = market().state
    groups = groups_of(LAW, state.actors[EXCHANGE], state, state.at)
    offered = {each.command: each.now for group in groups for each in group.commands}
    assert not offered["CloseCall"], "no call is open"
    assert offered["OpenCall"]
    there = {choice.value for choice in choices(state, LAW, state.actors[AUTHORITY], "OpenAuction", "series") or ()}
    lies = {name for (account, name), held in state.ledger.positions.items() if account[:8] == "auction-" and held.free}
    assert there == lies, "what lies in no auction account is not offered for sale"
    assert offered["OpenSession"] != offered["CloseSession"]
    for group in groups:
        assert [each.now for each in group.commands] == sorted((each.now for each in group.commands), reverse=True)
    assert "目前无可办理" in text_of(served.rehearsing(EXCHANGE, "zh").get("/act"))
    fields = form_of(BODIES["NoticeWithdrawal"], state, LAW, state.actors[AUTHORITY], {})
    ground = next(each for each in fields if each.name == "ground")
    assert not re.search("[a-z]{3,}", ground.help.zh), "a help explains its words by their names"


def test_a_form_asks_for_every_reason_without_which_the_book_refuses() -> None:
    """A halt was refused for want of what its form said may be left out."""
    state = market().state
    actor = state.actors[AUTHORITY]
    silent = set()
    for kind, decides in _PROCEDURES.items():
        procedure, name = inspect.getsource(decides), kind.__name__
        for field in form_of(kind, state, LAW, actor, {}) if issubclass(kind, Struct) else ():
            if re.search(rf"not body\.{field.name}\.strip\(\)", procedure) and not field.required:
                silent.add((name, field.name))
    assert ("HaltMarket", "reason") not in silent
    assert silent == {
        ("DecideMark", "reason"),  # of an approval
        ("ReportYear", "reason"),  # of the first report
        ("CloseImprovement", "reason"),  # of what is accepted
    }


def test_what_is_true_is_said_in_chinese() -> None:
    event = ImprovementClosed(source="s", year=2027, number=1, accepted=True, reason="")
    (happening,) = happenings([event], load(find("dianzhong")))
    assert "是" in [fact.text.zh for fact in happening.facts]
    assert "yes" not in [fact.text.zh for fact in happening.facts]


def test_the_comments_of_an_opinion_are_in_chinese_where_they_quote_a_check() -> None:
    comments = ("flat_line SO2 over 40 hours: 4.2 mg/m3 in every hour", "the log is missing")
    event = YearVerified("s-power", 2027, "with comments", "verifier", {}, {}, comments, 1)
    (happening,) = happenings([event], LAW)
    (said,) = (fact.text for fact in happening.facts if fact.name.en == "Comments")
    assert said.zh == "SO2数值恒定不变，共40小时：每小时均为4.2 mg/m3；the log is missing"


def test_a_form_reads_back_what_options_say_of_every_command() -> None:
    for kind in BODIES.values():
        body = sample(kind)
        lines: dict[str, str] = {}
        fields = {slot.option: slot.field for slot in slots(kind)}
        for option, text in options_of(body, ANY_LAW):
            name = fields[option]
            lines[name] = f"{lines[name]}\n{text}" if name in lines else text
        found = read(kind, lines, ANY_LAW, YUAN)
        assert found.errors == {}, kind
        assert found.body == body


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("40", 40_000),
        ("４０", 40_000),
        ("40 t", 40_000),
        ("40吨", 40_000),
        ("40，000 kg", 40_000),
        ("3,000.5", 3_000_500),
        (".5", 500),
        ("+5", 5_000),
        ("1 000", 1_000_000),
        ("12,34,567", None),
        ("¥40", None),
        ("40T", None),
        ("1.5 kg", None),
        ("3.000,5", None),
        ("3,5", None),
        ("40 mg/m3", None),
        ("forty", None),
        ("-3", None),
        ("40\t41", None),
        ("", None),
    ],
)
def test_an_amount_is_understood_or_refused_plainly_in_both_languages(text: str, count: int | None) -> None:
    written = {"account": "steel", "series": SERIES, "side": "sell", "count": text, "limit": "4,100"}
    found = read(BODIES["PlaceOrder"], written, ANY_LAW, YUAN)
    if count is None:
        assert set(found.errors) == {"count"}
        assert CHINESE.search(found.errors["count"].zh)
        assert found.errors["count"].en.endswith(".")
    else:
        assert found.errors == {}
        assert (found.body.count, found.body.limit) == (count, 410_000)


def test_an_advice_keeps_every_digit_that_was_written_and_a_price_may_have_its_sign() -> None:
    written = {"account": "steel", "series": SERIES, "side": "sell", "count": "12,34,567", "limit": "￥4,100"}
    found = read(BODIES["PlaceOrder"], written, ANY_LAW, YUAN)
    assert set(found.errors) == {"count"}
    assert found.errors["count"].en.endswith("Write 1,234,567 if that is meant.")
    assert found.errors["count"].zh == "“12,34,567”未按千位分节。如指1,234,567，请写作1,234,567。"
    assert read(BODIES["PlaceOrder"], {**written, "count": "1"}, ANY_LAW, YUAN).body.limit == 410_000


def test_rows_that_were_pasted_from_a_table_are_entries() -> None:
    written = {
        "source": "s-steel",
        "year": "2027",
        "declared_g": "SO2\t1.5 t\nNOx\t2 t\n",
        "explained": "",
        "reason": "",
    }
    assert read(BODIES["ReportYear"], written, ANY_LAW, YUAN).body.declared_g == {"SO2": 1_500_000, "NOx": 2_000_000}


def test_what_readers_of_forms_say_is_said_in_chinese_too() -> None:
    for place, what, cure in (
        ("--count", "'x' is not an amount", "write it as 40 t"),
        ("--until", "'x' is not a day", "write it as 2027-12-31 or 31 December 2027"),
        ("--hours", "'x' has no colon", "write --hours 'NAME: ...'"),
        ("--account", "is empty", "airshed act PlaceOrder --help shows how"),
    ):
        said = told(Malformed(place, what, cure)).zh
        assert CHINESE.search(said)
        assert "无法识别" not in said


# --- acting


def test_somebody_sees_the_commands_that_the_law_gives_their_role_and_no_others(served: Portal, steel: Browser) -> None:
    mine, office = text_of(steel.get("/act")), text_of(served.rehearsing(AUTHORITY).get("/act"))
    assert "Place order" in mine
    assert "Set cap" not in mine
    assert "Set cap" in office
    assert steel.get("/act/SetCap").status_code == 403
    assert steel.get("/act/Nonsense").status_code == 404


def test_a_form_opens_for_every_command_of_every_role_in_both_languages(served: Portal) -> None:
    for name in ("steel", "fund", "small-bureau", AUTHORITY, EXCHANGE, TELLER):
        for language in ("en", "zh"):
            browser = served.rehearsing(name, language)
            commands = re.findall(r'href="/act/(\w+)"', browser.get("/act").text)
            assert commands
            for command in commands:
                said = browser.get(f"/act/{command}")
                assert said.status_code == 200, command
                assert ("See what would happen" in said.text) is (language == "en")
                assert ("预演结果" in said.text) is (language == "zh")


def test_nothing_is_done_before_it_is_confirmed_and_then_once(served: Portal, steel: Browser) -> None:
    before = served.records()
    confirming = previewed(steel, selling(steel))
    assert served.records() == before, "a preview writes nothing"
    first = steel.send("/act/PlaceOrder", confirming)
    assert first.url.path == f"/records/{before + 1}"
    assert "Done, and on record" in text_of(first)
    assert re.search(r"<code>[0-9a-f]{64}</code>", first.text)
    again = steel.send("/act/PlaceOrder", confirming)
    assert again.url.path == first.url.path, "a double click"
    assert "Nothing was done twice" in text_of(again)
    back = steel.send("/act/PlaceOrder", {**confirming, "step": "preview"})
    assert back.url.path == first.url.path, "back, and sent again"
    assert served.records() == before + 1


def test_the_receipt_of_an_order_leads_back_to_its_series_and_to_taking_it_back(served: Portal) -> None:
    browser = served.rehearsing("steel", "zh")
    done = browser.send("/act/PlaceOrder", previewed(browser, selling(browser)))
    assert f'href="/trade?series={SERIES}">返回买卖 {SERIES}</a>' in done.text
    (cancel,) = re.findall(r'href="(/act/CancelOrder\?order=\d+)"', done.text)
    form = browser.get(cancel)
    gone = browser.send("/act/CancelOrder", {**hidden(form), "order": cancel.rpartition("=")[2], "step": "confirm"})
    assert f'href="/trade?series={SERIES}"' in gone.text
    assert "CancelOrder?order" not in gone.text, "nothing of it waits any more"
    assert "返回买卖" not in served.rehearsing("broker", "zh").get(done.url.path).text


@pytest.mark.parametrize("target", ["broker", "cement"])
def test_the_page_that_confirms_a_transfer_says_what_is_free_after_it(served: Portal, target: str) -> None:
    """To an account that is trusted it goes at once; to another it is only set aside."""
    browser = served.rehearsing("steel", "zh")
    fields = {"origin": "steel", "target": target, "series": SERIES, "count": "1", "step": "preview"}
    said = text_of(browser.send("/act/Transfer", {**hidden(browser.get("/act/Transfer")), **fields}))
    assert re.search(r"本账户 现有 变动 办理后 SO2-KM-2027.* −1吨 ", said), said


def test_the_page_that_confirms_an_order_says_fee_value_limits_and_position_after(served: Portal) -> None:
    browser = served.rehearsing("steel", "zh")
    said = text_of(browser.send("/act/PlaceOrder", selling(browser, count="1", limit="4400", step="preview")))
    for word in ("按限价金额 4,400.00元", "手续费 33.00元", "至少收到 4,367.00元", "当日价格限制", "挂单等待 1吨"):
        assert word in said, word
    assert re.search(r"若全部按限价成交：.*SO2-KM-2027 .*−1吨.*资金 .*\+4,367.00元", said)


def test_a_form_that_went_back_and_was_changed_is_a_new_one(served: Portal, steel: Browser) -> None:
    confirming = previewed(steel, selling(steel))
    steel.send("/act/PlaceOrder", confirming)
    before = served.records()
    said = steel.send("/act/PlaceOrder", {**confirming, "count": "3", "step": "preview"})
    assert "sent already with other content" in text_of(said)
    assert served.records() == before
    assert hidden(said)["key"] != confirming["key"]


def test_a_refusal_stands_beside_its_field_in_the_users_language_with_its_article(served: Portal) -> None:
    browser = served.rehearsing("steel", "zh")
    said = browser.send("/act/PlaceOrder", selling(browser, count="9000000", step="preview"))
    assert said.status_code == 422
    assert "数量超过上限" in text_of(said)
    assert "依据" in text_of(said)
    assert re.search(r'id="f-count"[^>]* aria-invalid="true"', said.text)
    assert 'value="9000000"' in said.text, "what was written stays"


def test_a_refusal_about_time_says_from_which_day_it_can_be_done(served: Portal) -> None:
    browser = served.rehearsing("steel", "zh")
    for form, more, day in (
        ("Surrender", {"pollutant": "SO2", "count": "1"}, "该年度报告截止2028-03-31，核查截止2028-04-30"),
        ("ReportYear", {}, "自2028-01-01起可以办理"),
    ):
        fields = {**hidden(browser.get(f"/act/{form}")), "source": "s-steel", "year": "2027", **more, "step": "preview"}
        assert day in text_of(browser.send(f"/act/{form}", fields)), form


def test_errors_stand_beside_every_field_at_once_and_nothing_is_lost(served: Portal, steel: Browser) -> None:
    before = served.records()
    said = steel.send("/act/PlaceOrder", selling(steel, count="forty", limit="3.000,5", step="confirm"))
    assert said.status_code == 422
    for name, value in (("count", "forty"), ("limit", "3.000,5")):
        assert f'id="f-{name}-error"' in said.text
        assert f'value="{value}"' in said.text
    assert served.records() == before


def test_a_session_that_is_over_in_the_middle_of_a_form_loses_no_text(served: Portal) -> None:
    browser = served.rehearsing("steel")
    fields = selling(browser, count="7", limit="4,321")
    browser.client.cookies.clear()
    asked = browser.send("/act/PlaceOrder", {**fields, "step": "preview"})
    assert asked.status_code == 401
    assert "What you wrote is kept" in text_of(asked)
    carried = hidden(asked)
    again = browser.send("/sign-in", {**carried, "as": "steel"})
    assert "Nothing of it has been sent" in text_of(again)
    target = re.search(r'<form method="post" action="(/act/[^"]*)"', again.text)
    assert target is not None
    said = browser.send(target[1], hidden(again))
    assert 'value="7"' in said.text
    assert 'value="4,321"' in said.text
    assert "See what would happen" in text_of(said)


def test_what_somebody_wrote_is_shown_to_nobody_who_signs_in_after_them(served: Portal) -> None:
    """On a machine that several share the next one had the amounts of the one before as their own."""
    browser = served.rehearsing("steel")
    written = selling(browser, count="7", limit="4,321", step="preview")
    browser.client.cookies.clear()
    asked = browser.send("/act/PlaceOrder", written)
    said = browser.send("/sign-in", {**hidden(asked), "as": "cement"})
    assert said.url.path == "/act/PlaceOrder"
    (asking,) = re.findall(r'<form id="asked".*?</form>', browser.get("/").text, re.S)
    assert 'name="writer" value="cement"' in asking, "nor is who confirms beside a link taken for another"
    late = browser.send("/act/PlaceOrder", written)
    assert "somebody who was signed in here before" in text_of(late)
    for page in (said, late):
        assert 'name="writer" value="cement"' in page.text
        assert "4,321" not in page.text


def test_a_form_without_the_token_of_the_session_does_nothing(served: Portal, steel: Browser) -> None:
    confirming = previewed(steel, selling(steel))
    before = served.records()
    said = steel.send("/act/PlaceOrder", {**confirming, "csrf": "guess"})
    assert "signed in anew" in text_of(said)
    assert served.records() == before


def test_the_language_changes_in_the_middle_of_a_form(served: Portal) -> None:
    browser = served.rehearsing("steel")
    said = browser.send("/act/PlaceOrder", selling(browser, language="zh", count="12"))
    assert 'value="12"' in said.text
    assert "预演结果" in text_of(said), "the form, in the other language"
    wrong = browser.send("/act/PlaceOrder", selling(browser, language="en", count="x"))
    assert 'value="x"' in wrong.text
    assert "See what would happen" in text_of(wrong)


def test_an_act_of_two_waits_and_another_confirms_it_with_a_code(served: Portal) -> None:
    teller = served.rehearsing(TELLER)
    fields = {**hidden(teller.get("/act/Withdraw")), "account": "steel", "fen": "1000"}
    shown = teller.send("/act/Withdraw", {**fields, "step": "preview"})
    assert "It takes two people" in text_of(shown)
    assert "Once another has confirmed it Money came in or went out" in text_of(shown), (
        "who asks is told what comes of it"
    )
    done = teller.send("/act/Withdraw", {**hidden(shown), "step": "confirm"})
    assert "waits for a second person" in text_of(done)
    assert "Nothing waits for you" in text_of(teller.get("/waiting"))
    assert f"May confirm it: {BANK}" in text_of(done)
    bank = served.rehearsing(BANK)
    page = bank.get("/waiting")
    assert "Withdraw" in text_of(page)
    act = re.search(r'form="confirming" name="act" value="(\d+)"', page.text)
    assert act is not None
    served.clock.ms += 6 * 60_000  # the code of the sign-in counts no more
    preview = bank.send("/act/ConfirmAct", {**hidden(page), "act": act[1]})
    assert "One-time code" in text_of(preview)
    wrong = bank.send("/act/ConfirmAct", {**hidden(preview), "step": "confirm", "code": "000000"})
    assert wrong.status_code == 422
    assert "Nothing was done" in text_of(wrong)
    code = re.search(r'name="code"[^>]* value="(\d{6})"', wrong.text)
    assert code is not None
    last = bank.send("/act/ConfirmAct", {**hidden(wrong), "step": "confirm", "code": code[1]})
    assert "Done, and on record" in text_of(last)


def test_a_city_official_acts_in_the_city_and_is_refused_another(served: Portal) -> None:
    bureau = served.rehearsing("small-bureau")
    form = bureau.get("/act/SetCap").text
    assert "Kunming" in form
    assert "Qujing" not in form, "another city is not offered"
    fields = {**hidden(bureau.get("/act/SetCap")), "pollutant": "NOx", "jurisdiction": "QJ", "vintage": "2027"}
    said = bureau.send("/act/SetCap", {**fields, "step": "preview"})
    assert said.status_code == 422
    assert "small-bureau is bound to KM" in text_of(said)


def test_a_record_is_whole_for_whose_it_is_and_a_hash_for_others(served: Portal, steel: Browser) -> None:
    confirming = previewed(steel, selling(steel))
    path = steel.send("/act/PlaceOrder", confirming).url.path
    assert "Place order" in text_of(steel.get(path))
    stranger = text_of(served.stranger().get(path))
    assert "Place order" not in stranger
    assert re.search(r"[0-9a-f]{64}", stranger)


def test_an_allocation_is_seen_works_by_works_before_anybody_is_asked(served: Portal) -> None:
    office = served.rehearsing(AUTHORITY)
    fields = {**hidden(office.get("/act/Allocate")), "pollutant": "SO2", "jurisdiction": "KM", "vintage": "2027"}
    pasted = "s-steel: years=2024; emitted=800 t; output=1000000"
    said = office.send("/act/Allocate", {**fields, "activities": pasted, "step": "preview"})
    assert said.status_code == 422, "it is shared out already"
    assert "knowing" not in hidden(office.get("/act/Allocate")), "what is warned of is no field"


def test_the_day_of_a_session_stands_there_already(served: Portal) -> None:
    assert 'value="2027-03-01"' in served.rehearsing(EXCHANGE).get("/act/OpenSession").text


def test_opening_a_session_says_what_trades_and_between_which_limits() -> None:
    state = market().state
    rows = {each.series: each for each in trading(OpenSession("2027-03-01"), state, LAW, AT)}
    assert set(rows) == set(state.ledger.caps)
    reference = reference_price(state, LAW, SERIES)
    limits = band(reference, LAW.trading.band_basis_points, LAW.trading.tick_fen_per_t)
    assert rows[SERIES][1:] == tuple(in_column(price, Unit.FEN_PER_T, LAW) for price in (reference, *limits))
    state.halted[SERIES] = "an outage"
    assert SERIES not in [each.series for each in trading(OpenSession("2027-03-01"), state, LAW, AT)]
    assert trading(DecideMark(1, approved=True, reason=""), state, LAW, AT) == []


def test_an_open_market_is_closed_and_not_opened(served: Portal) -> None:
    page = served.rehearsing(EXCHANGE).get("/").text
    assert ('href="/act/OpenSession"' in page) != ('href="/act/CloseSession"' in page)


# --- going back and loading anew


def test_a_form_has_an_address_under_which_what_was_written_is_found_again(steel: Browser) -> None:
    first = steel.get("/act/PlaceOrder")
    assert "key=portal-" in str(first.url)
    seen = steel.send("/act/PlaceOrder", {**selling_of(first), "step": "preview"})
    assert seen.history[-1].status_code == 303
    back = steel.get(str(first.url))
    assert 'value="4100"' in back.text
    assert 'name="count" value="2"' in back.text
    assert hidden(back)["key"] == hidden(first)["key"]
    again = steel.get(str(seen.url))
    assert again.status_code == 200
    assert "Nothing has been done yet" in text_of(again)


def test_who_goes_back_to_a_preview_of_what_was_done_is_shown_its_record(steel: Browser, served: Portal) -> None:
    seen = steel.send("/act/PlaceOrder", {**selling(steel), "step": "preview"})
    done = steel.send("/act/PlaceOrder", {**hidden(seen), "step": "confirm"})
    assert "/records/" in str(done.url)
    records = served.records()
    back = steel.get(str(seen.url))
    assert str(back.url).partition("?")[0] == str(done.url).partition("?")[0]
    assert "Nothing was done twice" in text_of(back)
    assert served.records() == records


def test_what_was_refused_at_the_confirmation_can_be_loaded_anew(steel: Browser, served: Portal) -> None:
    fields = {**selling(steel), "count": "9,000,000 t", "step": "confirm"}
    refused = steel.send("/act/PlaceOrder", fields)
    again = steel.get(str(refused.url))
    assert refused.status_code == again.status_code == 422
    assert "Refused, and recorded as" in text_of(again)
    assert "9,000,000 t" in again.text


def test_a_language_switched_in_a_form_or_a_preview_stays_there(steel: Browser) -> None:
    form = steel.send("/act/PlaceOrder", {**selling(steel), "language": "zh"})
    assert 'value="4100"' in form.text
    assert "预演结果" in text_of(form)
    seen = steel.send("/act/PlaceOrder", {**hidden(form), **selling_of(form), "step": "preview"})
    other = steel.send("/act/PlaceOrder", {**hidden(seen), "language": "en"})
    assert "Nothing has been done yet" in text_of(other)


def test_drafts_are_apart_by_user_and_the_oldest_go() -> None:
    drafts = Drafts()
    assert drafts.keep("one", FormDraft("PlaceOrder", {"key": "k", "count": "1"}))
    assert drafts.get("two", "PlaceOrder", "k") is None
    assert drafts.get("one", "Transfer", "k") is None
    assert not drafts.keep("one", FormDraft("PlaceOrder", {"key": "large", "text": "x" * (1 << 20)}))
    for number in range(100):
        drafts.keep("two", FormDraft("PlaceOrder", {"key": str(number), "text": "x" * 400_000}))
    assert drafts.get("one", "PlaceOrder", "k") is not None, "they are another's"
    assert [drafts.get("two", "PlaceOrder", str(number)) is None for number in (97, 98, 99)] == [True, False, False]
    for number in range(MOST_OF_ONE + 1):
        drafts.keep("one", FormDraft("PlaceOrder", {"key": str(number)}))
    assert drafts.get("one", "PlaceOrder", "k") is None
    assert drafts.get("one", "PlaceOrder", "1") is not None
    for number in range(100):
        drafts.keep(f"user {number}", FormDraft("PlaceOrder", {"key": "k", "text": "x" * 400_000}))
    assert drafts.get("one", "PlaceOrder", "1") is None


def test_no_instant_of_an_event_is_shown_as_a_number_of_milliseconds() -> None:
    """The preview of a mark said "prove by 1848019542101"."""
    wrong = []
    for kind in get_args(Event):
        comment = ""
        for text in inspect.getsource(kind).splitlines():
            line = text.strip()
            field = re.fullmatch(r"(\w+): int(?: \| None)?(?: = .*)?", line)
            if field is not None and re.search(r"\b(instant|millisecond|moment)", comment):
                own = (f"{kind.__name__}.{field[1]}", field[1])
                if Unit.MS not in (_OF_EVENTS.get(own[0]), _OF_EVENTS.get(own[1])):
                    wrong.append(own[0])
            comment = line if line.startswith("#:") else ""
    assert wrong == []


def test_a_mark_is_foretold_in_words() -> None:
    event = HoursMarked(
        *(5, "K-1-A", "fault", "2028-07-17T07", "2028-07-17T08", 2, "steel", "ignition", "b" * 64),
        instant("2028-07-24", 9),
    )
    (said,) = happenings([event], LAW)
    facts = {fact.name.zh: fact.text.zh for fact in said.facts}
    assert facts["小时数"] == "2"
    assert {"故障", "2028-07-17 07:00", "2028-07-24 09:00"} <= set(facts.values())


def test_prices_of_a_day_that_closes_are_in_yuan_per_tonne() -> None:
    (said,) = happenings([SessionClosed("2028-06-30", {"NOx-KM-2028": 650_000}, {"NOx-KM-2028": 651_000})], LAW)
    assert "fen" not in said.title.en
    texts = [fact.text for fact in said.facts]
    assert Phrase("NOx-KM-2028 6,500.00 yuan/t", "NOx-KM-2028 6,500.00元/吨") in texts
    assert Phrase("NOx-KM-2028 6,510.00 yuan/t", "NOx-KM-2028 6,510.00元/吨") in texts


def test_who_confirms_an_act_is_shown_what_its_number_stands_for() -> None:
    """ "Mark 5: yes" was all that a second person saw."""
    state = market().state
    stack = next(iter(state.stack_source))
    state.marks[7] = Mark(7, stack, "fault", AT, AT + 7_200_000, AT + DAY_MS, "steel", "the analyser fell", "a" * 64)
    ((name, said),) = meant(DecideMark(7, True, "seen"), state, LAW)
    assert (name.en, name.zh) == ("Mark 7", "第7号标记")
    for text in (said.en, said.zh):
        assert stack in text
        assert "the analyser fell" in text
        assert "a" * 64 in text
    assert "故障" in said.zh
    assert "2小时" in said.zh
    assert meant(DecideMark(9, True, "seen"), state, LAW) == []
    assert "故障" in choice_of(state.marks[7], LAW).zh
