"""`airshed compliance penalty`: what is added to a sum that is late, and what a shortfall costs, case by case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airshed.cli.json_cases import CENTS, FilePart, read_cases, shown
from airshed.cli.options import Json
from airshed.cli.show import as_json, console, table
from airshed.model.measures import KG_PER_T, exact, yuan
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.compliance.late import Change
    from airshed.compliance.period_terms import PeriodTerms

MOST_TIMES = 1_000
MOST_PARTS = 1_200
#: Words for the day and the sum of a payment, as different programmes write them.
DAYS = "date", "received_date", "adjustment_date"
#: What changes what is owed, and in which direction.
CHANGES: Mapping[str, int] = {"payments": -1, "payment": -1, "adjustments": 1, "adjustment": 1}


def penalty(
    cases: Annotated[
        str, typer.Argument(metavar="CASES.json", help="JSON: a list of cases, or one under the key vectors.")
    ],
    json: Json = False,
) -> None:
    """What is added to a sum that is paid late, and what a shortfall costs, exactly, rounded once. 处罚与滞纳金。

    The key kind of a case says which: overdue (a daily rate, compounded, capped), late_interest (a rate by quarter),
    shortfall (the terms of its own period: flat, by the tonne, indexed, times a mean price), instalments.
    docs/explanation/compliance-over-the-years.md has the keys of each; one that nobody reads is refused. Where a case
    states what comes out (expect, or a key of the answer as days), what differs is named, and the exit status is 1.

    Example: airshed compliance penalty cases.json --json
    """
    rows = [(case, _reckoned(case)) for case in read_cases(cases, "vectors")]
    wrong: list[str] = []
    for case, row in rows:
        before = len(wrong)
        if case.has("expect"):
            expected = case.at("expect").cents()
            row["expect"], row["agrees"] = _plain(expected), row["penalty"] == _plain(expected)
            if not row["agrees"]:
                wrong.append(f"{case.place}.expect: {yuan(expected)}, reckoned {row['penalty']}")
        for key in STATED[row["kind"]]:
            if case.has(key) and str(case.at(key).value) != str(row[key]):
                wrong.append(f"{case.place}.{key}: {shown(case.at(key).value)}, reckoned {row[key]}")
        if len(wrong) > before:
            row["differs"] = wrong[before:]
    if json:
        for number, (_, row) in enumerate(rows):
            as_json({"case": number, **row})
    else:
        found = [(number, row["kind"], row["penalty"], _rest(row)) for number, (_, row) in enumerate(rows)]
        table("", ("case#", "kind", "penalty 金额#", "more"), found)
        for each in wrong:
            console.print(f"stated otherwise 不一致: {each}")
    if wrong:
        raise typer.Exit(1)


def _reckoned(case: FilePart) -> dict[str, Any]:
    kind = case.at("kind").one_of(tuple(KINDS))
    case.only(("kind", "expect", *KEYS[kind], *STATED[kind]))
    try:
        return {"kind": kind, **KINDS[kind](case)}
    except Malformed as error:
        if error.place.startswith(case.place):
            raise
        raise Malformed(f"{case.place}.{error.place}", error.what, error.cure) from None


def _overdue(case: FilePart) -> dict[str, Any]:
    from airshed.compliance.late import overdue

    cap = case.at("cap_times").whole(1, MOST_TIMES) if case.has("cap_times") else 3
    rate = case.at("daily_rate").fraction()
    found = overdue(case.at("base").cents(), case.at("start").day(), case.at("end").day(), rate, _changes(case), cap)
    capped = found.capped_on.isoformat() if found.capped_on else None
    return {"penalty": _plain(found.amount), "days": found.days, "capped_on": capped}


def _late_interest(case: FilePart) -> dict[str, Any]:
    from airshed.compliance.late import RateTerm, late_interest

    rates = []
    for row in case.parts("rates"):
        row.only(("start", "end", "rate"))
        first, last, rate = row.several("start", "end", "rate")
        rates.append(RateTerm(first.day(), last.day(), rate.fraction()))
    start, end = case.at("start").day(), case.at("end").day()
    found = late_interest(case.at("base").cents(), start, end, rates, _changes(case))
    return {"penalty": _plain(found.amount), "days": found.days}


def _shortfall(case: FilePart) -> dict[str, Any]:
    from airshed.compliance.period_terms import cost, span, terms_of

    period = case.at("period").year()
    for key in ("trades", "deadline", "cycle"):
        if case.has("price") and case.has(key):
            case.at(key).wrong("is not read where the price is given", "leave it out, or the price")
    terms = terms_of([_terms(row) for row in case.parts("terms")], period)
    price = exact(str(case.at("price").value), CENTS, f"{case.place}.price", "price") if case.has("price") else None
    if price is None and terms.penalty == "price_multiple":
        cycle = None
        if case.has("cycle"):
            case.at("cycle").only(("start", "end"))
            first, last = case.at("cycle").several("start", "end")
            cycle = first.day(), last.day()
        deadline = case.at("deadline").day() if terms.mean == "month_before" else date.max
        price = _mean(case, *span(terms.mean, deadline, cycle))
    index, base = (
        exact(str(case.at(key).value), 1000, f"{case.place}.{key}", key) if case.has(key) else None
        for key in ("index", "index_base")
    )
    missing = exact(str(case.at("missing_t").value), KG_PER_T, f"{case.place}.missing_t", "missing_t")
    found = cost(missing, terms, price, index, base)
    return {
        "penalty": _plain(found.penalty_fen),
        "from_period": terms.from_period,
        "method": terms.penalty,
        "price": None if price is None else _plain(price),
        "makeup_kg": found.makeup_kg,
    }


def _terms(row: FilePart) -> PeriodTerms:
    from airshed.compliance.period_terms import PeriodTerms
    from airshed.compliance.shortfall import PENALTIES

    method = row.at("penalty").one_of(tuple(PENALTIES))
    row.only(("from", "penalty", "makeup_percent", *TERMS[method]))
    return PeriodTerms(
        row.at("from").year(),
        method,
        row.at("multiple").whole(1, MOST_TIMES) if row.has("multiple") else None,
        "cycle" if row.has("mean") and row.at("mean").one_of(("month_before", "cycle")) == "cycle" else "month_before",
        row.at("per_tonne").cents() if row.has("per_tonne") else None,
        row.at("flat").cents() if row.has("flat") else None,
        row.at("makeup_percent").whole(0, MOST_TIMES) if row.has("makeup_percent") else 100,
    )


def _mean(case: FilePart, first: date, last: date) -> int:
    from airshed.compliance.period_terms import TradedDay, mean_of

    traded = []
    for row in case.parts("trades"):
        row.only(("date", "price", "tonnes"))
        day, price, tonnes = row.several("date", "price", "tonnes")
        kg = exact(str(tonnes.value), KG_PER_T, tonnes.place, "tonnes")
        traded.append(TradedDay(day.day(), price.cents(), kg))
    found = mean_of(traded, first, last)
    if found is None:
        case.at("trades").wrong(f"nothing was traded from {first} to {last}", "give the price in the key price")
    return found


def _instalments(case: FilePart) -> dict[str, Any]:
    from airshed.compliance.late import instalments

    total, parts = case.at("total").cents(), case.at("parts").whole(1, MOST_PARTS)
    months = case.at("every_months").whole(1, MOST_PARTS) if case.has("every_months") else 1
    due = instalments(total, parts, case.at("first").day(), months)
    return {"penalty": _plain(total), "instalments": [[day.isoformat(), _plain(part)] for day, part in due]}


def _changes(case: FilePart) -> list[Change]:
    from airshed.compliance.late import Change

    found = []
    for one, other in (("payments", "payment"), ("adjustments", "adjustment")):
        if case.has(one) and case.has(other):
            case.at(other).wrong(f"{one} are given too", f"write all of them under {one}")
    for key, sign in CHANGES.items():
        for row in case.parts(key) if case.has(key) else ():
            row.only((*DAYS, "amount"))
            named = [name for name in DAYS if row.has(name)]
            name = named[0] if named else DAYS[0]
            for again in named[1:]:
                if row.at(again).day() != row.at(name).day():
                    row.at(again).wrong(f"is another day than {name}", "give the day on which it counts, once")
            day, amount = row.several(name, "amount")
            if sign < 0 and amount.cents() < 0:
                raise Malformed(amount.place, "a payment is below zero", "write what raises the debt as an adjustment")
            found.append(Change(day.day(), sign * amount.cents()))
    return found


def _plain(cents: int) -> str:
    return yuan(cents).replace(",", "")


#: What of an answer stands in a place of its own.
_OWN_PLACE = ("kind", "penalty", "instalments", "differs")


def _rest(row: Mapping[str, Any]) -> str:
    kept = {key: value for key, value in row.items() if key not in _OWN_PLACE and value}
    kept |= {day: part for day, part in row.get("instalments", ())}
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in kept.items())


#: What reckons each kind of case.
KINDS: Mapping[str, Callable[[FilePart], dict[str, Any]]] = {
    "overdue": _overdue,
    "late_interest": _late_interest,
    "shortfall": _shortfall,
    "instalments": _instalments,
}
#: What each kind reads.
KEYS: Mapping[str, tuple[str, ...]] = {
    "overdue": ("base", "start", "end", "daily_rate", "cap_times", *CHANGES),
    "late_interest": ("base", "start", "end", "rates", *CHANGES),
    "shortfall": ("period", "missing_t", "terms", "price", "trades", "deadline", "cycle", "index", "index_base"),
    "instalments": ("total", "parts", "first", "every_months"),
}
#: What the terms of a shortfall say beside, by method.
TERMS: Mapping[str, tuple[str, ...]] = {
    "flat": ("flat",),
    "fixed_per_tonne": ("per_tonne",),
    "indexed_per_tonne": ("per_tonne",),
    "price_multiple": ("multiple", "mean"),
}
#: What of its answer a case of each kind may state, and is held to.
STATED: Mapping[str, tuple[str, ...]] = {
    "overdue": ("days", "capped_on"),
    "late_interest": ("days",),
    "shortfall": ("from_period", "method", "makeup_kg"),
    "instalments": (),
}
