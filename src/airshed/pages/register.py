"""The public register of a book: who is in it, and how each source stands to its obligations. No holdings."""

from __future__ import annotations

from airshed.compliance.publication import public_from
from airshed.model.measures import tonnes, yuan
from airshed.pages.kit.sheet import Part, Sheet, SheetColumn, page
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.names import firm_name, group_name, works_name
from airshed.registry.accounts import STATE_WORDS
from airshed.rulebook.breach_sections import SHORTFALL
from airshed.rulebook.compliance_sections import ComplianceRule
from airshed.service.book.embargo import Embargo, as_of_last
from airshed.service.book.kept import KeptBook
from airshed.service.book.law import currency_of, law_of
from airshed.service.forms.articles import article_zh

KINDS = {"operator": Phrase("operator", "排污单位"), "trader": Phrase("trader", "交易参与人")}
STATES = {state.value: Phrase(*words) for state, words in STATE_WORDS.items()}
UNKNOWN, OWING = Phrase("no verified figure yet", "尚无核定排放量"), Phrase("open until it is settled", "待清缴结算")
KEPT, SHORT = Phrase("kept", "已履约"), Phrase("short; the penalty is paid", "未足额清缴，已缴罚款")
UNPAID = Phrase("short; the penalty is due", "未足额清缴，罚款未缴")
UNDECIDED = Phrase("short; no penalty is decided", "未足额清缴，尚无处罚决定")
MISSING = Phrase("allowances missing", "未足额清缴")
DECIDED = {
    "decided": Phrase("decided; may be appealed in its time", "已决定，期限内可申请复议"),
    "upheld": Phrase("upheld on appeal", "复议维持"),
    "lowered": Phrase("lowered on appeal", "复议变更"),
}
ACCOUNTS = """SELECT account, number, name, kind, jurisdiction, corporate_group, state FROM accounts
              WHERE kind IN ('operator', 'trader') ORDER BY account"""
YEARS = """SELECT years.source, sources.name, sources.account, year, pollutant, verified_mg, obligation, surrendered,
                  shortfall, penalty_fen, due_fen
           FROM years JOIN sources ON sources.source = years.source ORDER BY year, years.source, pollutant"""

CASES = """SELECT case_number, sources.source, sources.name, cases.account, year, ground, pollutant, fen, state, cite
           FROM cases JOIN sources ON sources.source = cases.source
           WHERE state IN ('decided', 'upheld', 'lowered') ORDER BY case_number"""
CANCELLED = """SELECT cancellation, accounts.name, series, count, at, statement
               FROM cancellations JOIN accounts ON accounts.account = cancellations.account ORDER BY cancellation"""


def build(book: KeptBook) -> str:
    """The page of a book. The same book gives the same bytes."""
    return page(sheet(book), book.provenance())


def sheet(book: KeptBook) -> Sheet:
    """What the page says."""
    rules = law_of(book)
    places = {row.code: Phrase(row.name_en, row.name_zh) for row in rules.jurisdictions}
    accounts = [
        (
            account,
            number,
            firm_name(rules, name),
            KINDS[kind],
            places.get(place, place),
            group_name(group or "–"),
            STATES[state],
        )
        for account, number, name, kind, place, group, state in book.sql.execute(ACCOUNTS)
    ]
    law, public = rules.compliance, as_of_last(book)
    years = [
        (
            *(str(year), source, works_name(rules, source, name), account, pollutant),
            *_public(law, public, year, *figures),
        )
        for source, name, account, year, pollutant, *figures in book.sql.execute(YEARS)
    ]
    lead = Phrase(
        f"{len(accounts)} accounts, {len({row[1] for row in years})} sources with a year to answer for.",
        f"共{len(accounts)}个账户，{len({row[1] for row in years})}个排放源有应履约年度。",
    )
    source = SheetColumn(Phrase("Source", "排放源"), leads="/works/")
    of_source = ("Works", "企业"), ("Account", "账户"), ("Pollutant", "污染物")
    money = currency_of(book)
    penalty = (f"Penalty ({money.name_en})", f"罚款（{money.name_zh}）")
    figures = ("Owed (t)", "应缴（吨）"), ("Given (t)", "已缴（吨）"), ("Short (t)", "欠缴（吨）"), penalty
    heads = (
        *(("Account", "账户"), ("Number", "账号"), ("Name", "名称")),
        *(("Kind", "类型"), ("City", "城市"), ("Group", "集团")),
    )
    stand = SheetColumn(Phrase("How it stands", "状态"))
    parts = (
        Part(
            Phrase("Compliance", "履约情况"),
            Phrase(
                "Each source by year and pollutant: what was verified, given up and missed.", "按年度和污染物列示。"
            ),
            (
                SheetColumn(Phrase("Year", "年度")),
                source,
                *(SheetColumn(Phrase(*head)) for head in of_source),
                *(SheetColumn(Phrase(*head), True) for head in figures),
                stand,
            ),
            years,
        ),
        Part(
            Phrase("Accounts", "账户"),
            Phrase("Who takes part. What an account holds is not public.", "参与主体。账户持有量不公开。"),
            (*(SheetColumn(Phrase(*head)) for head in heads), stand),
            accounts,
        ),
    )
    return Sheet(Phrase("Register", "公开登记簿"), book.name, lead, (*parts, *fined(book), *_cancelled(book)))


def _public(
    law: ComplianceRule,
    public: Embargo,
    year: int,
    mass: int | None,
    owed: int | None,
    given: int | None,
    short: int | None,
    fen: int | None,
    due: int | None,
) -> tuple[str | Phrase, ...]:
    """What of a year everybody may see on a day; what is not public yet says from when it will be."""
    if mass is not None and year > public.emissions:
        return ("–", "–", "–", "–", _from(public_from(year, law.emissions_public_on)))
    if short is not None and year > public.standing:
        shown = "–" if owed is None else tonnes(owed)
        return (shown, "–", "–", "–", _from(public_from(year, law.standing_public_on)))
    counts = ("–" if count is None else tonnes(count) for count in (owed, given, short))
    decided = short is None or not fen or due is not None
    return (*counts, "–" if fen is None else yuan(fen), stands(mass, short, due) if decided else UNDECIDED)


def _from(day: str | None) -> Phrase:
    return Phrase(f"public from {day}", f"{day}起公开")


def stands(verified_mg: int | None, short: int | None, due_fen: int | None) -> Phrase:
    """How a source stands to a year: absence is a state of its own, never a zero."""
    if verified_mg is None:
        return UNKNOWN
    if short is None:
        return OWING
    if not short:
        return KEPT
    return UNPAID if due_fen else SHORT


def fined(book: KeptBook) -> tuple[Part, ...]:
    """Decisions in cases, once how the source stands to that year is public; what is not decided is not shown."""
    rulebook, public = law_of(book), as_of_last(book)
    named = {row.ground: Phrase(row.name_en, row.name_zh) for row in rulebook.cases.grounds}
    rows = [
        (
            *(str(number), source, same(name), account, str(year)),
            *(
                MISSING if ground == SHORTFALL else named.get(ground, same(ground)),
                pollutant or "–",
                yuan(fen),
                DECIDED[state],
                Phrase(cite, article_zh(cite)),
            ),
        )
        for number, source, name, account, year, ground, pollutant, fen, state, cite in book.sql.execute(CASES)
        if year <= public.standing
    ]
    money = currency_of(book)
    heads = (
        *(("Works", "企业"), ("Account", "账户"), ("Year", "年度")),
        *(("Breach", "违法行为"), ("Pollutant", "污染物")),
    )
    columns = (
        SheetColumn(Phrase("Case", "案件")),
        SheetColumn(Phrase("Source", "排放源"), leads="/works/"),
        *(SheetColumn(Phrase(*head)) for head in heads),
        SheetColumn(Phrase(f"Fine ({money.name_en})", f"罚款（{money.name_zh}）"), True),
        *(SheetColumn(Phrase(*head)) for head in (("Decision", "决定"), ("Article", "依据"))),
    )
    title = Phrase("Decisions in cases", "行政处罚决定")
    lead = Phrase("Breaches that were fined after a notice and a reply.", "经告知和陈述申辩后作出的处罚。")
    return (Part(title, lead, columns, rows),) if rows else ()


def _cancelled(book: KeptBook) -> tuple[Part, ...]:
    """What holders have given up for no emission, once somebody has."""
    rules = law_of(book)
    rows = [
        (str(number), firm_name(rules, name), series, tonnes(count), rules.civil.day_of(at), same(said or "–"))
        for number, name, series, count, at, said in book.sql.execute(CANCELLED)
    ]
    heads = ("Number", "编号"), ("Holder", "持有人"), ("Series", "品种"), ("Given up (t)", "注销量（吨）")
    heads_after = ("Day", "日期"), ("What the holder says", "公开声明")
    columns = (
        *(SheetColumn(Phrase(*head), head[0].endswith("(t)")) for head in heads),
        *(SheetColumn(Phrase(*head)) for head in heads_after),
    )
    title = Phrase("Given up for good", "自愿注销")
    lead = Phrase("Allowances that nobody will use for an emission.", "不再用于任何排放的配额。")
    return (Part(title, lead, columns, rows),) if rows else ()
