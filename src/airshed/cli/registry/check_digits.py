"""`airshed registry check-digits`: the check digits of account numbers, for a file of them."""

from __future__ import annotations

from typing import Annotated

import typer

from airshed.cli.options import Json
from airshed.cli.read import CsvLine, read_table
from airshed.cli.show import as_json, console, table
from airshed.model.refusal import Malformed
from airshed.registry.account_number import AccountNumber

REGISTRY, TYPE, IDENTIFIER, PERIOD, DIGITS = "registry", "account_type", "identifier", "period", "check_digits"


def check_digits(
    numbers: Annotated[
        str, typer.Argument(metavar="FILE.csv", help="CSV with columns registry, account_type, identifier, period.")
    ],
    json: Json = False,
) -> None:
    """The check digits of account numbers, and the whole numbers; an empty period is 0. 账号校验码。

    Where the file has a column check_digits, digits that do not fit are named, and the exit status is 1.

    Example: airshed registry check-digits numbers.csv --json
    """
    rows: list[dict[str, str | int]] = []
    wrong: list[str] = []
    for line in read_table(numbers, (REGISTRY, TYPE, IDENTIFIER, PERIOD), None):
        number = _number(line)
        row: dict[str, str | int] = {
            REGISTRY: number.registry,
            TYPE: number.type,
            IDENTIFIER: number.identifier,
            PERIOD: number.period,
            DIGITS: number.check_digits,
            "number": str(number),
        }
        stated = line.whole(DIGITS)
        if stated is not None:
            row["agrees"] = stated == number.check_digits
            if stated != number.check_digits:
                wrong.append(f"{line.place} {DIGITS}: {stated} does not fit {number}; compare each figure")
        rows.append(row)
    if json:
        for row in rows:
            as_json(row)
    else:
        columns = (REGISTRY, f"{TYPE}#", f"{IDENTIFIER}#", f"{PERIOD}#", f"{DIGITS}#", "number")
        table("", columns, [[row[column.rstrip("#")] for column in columns] for row in rows])
        for each in wrong:
            console.print(each)
    if wrong:
        raise typer.Exit(1)


def _number(line: CsvLine) -> AccountNumber:
    figures = [line.whole(column) for column in (TYPE, IDENTIFIER, PERIOD)]
    kind, identifier, period = figures
    for column, figure in ((TYPE, kind), (IDENTIFIER, identifier)):
        if figure is None:
            raise Malformed(f"{line.place} {column}", "it is missing", "write its figures")
    assert kind is not None
    assert identifier is not None
    try:
        return AccountNumber(line.text(REGISTRY).upper(), kind, identifier, period or 0)
    except Malformed as error:
        raise Malformed(f"{line.place} {error.place}", error.what, error.cure) from None
