"""`airshed book reserve` and `buy-back`: what a government reserve holds and why; the notice of a reverse auction."""

from __future__ import annotations

from typing import Annotated

import typer

from airshed.cli.options import BookPath, Json
from airshed.cli.show import as_json, showing, table
from airshed.model.measures import tonnes, yuan
from airshed.model.near import near
from airshed.model.refusal import Malformed

SQL = """
SELECT series, direction, flow, sum(count) FROM flows WHERE ? IN ('', series)
GROUP BY series, direction, flow ORDER BY series, direction, flow
"""


def reserve(
    book: BookPath,
    series: Annotated[str, typer.Option(help="One series only, as SO2-KM-2027.")] = "",
    json: Json = False,
) -> None:
    """The statement of the government reserves: what came in and went out, by series and reason.

    Example: airshed book reserve demo/dianzhong.book --series SO2-KM-2027
    """
    from airshed.engine.apply.reserve import REASONS
    from airshed.service.book.sqlite import Book

    with showing(Book.read(book)) as opened, opened.named():
        rows = opened.sql.execute(SQL, (series,)).fetchall()
        known = [name for (name,) in opened.sql.execute("SELECT DISTINCT series FROM flows ORDER BY series")]
    if series and series not in known:
        raise Malformed("--series", f"the reserves hold nothing of {series!r}", near(series, known))
    left: dict[str, int] = {}
    shown: dict[str, list[tuple[str, ...]]] = {}
    for name, direction, flow, count in rows:
        left[name] = left.get(name, 0) + (count if direction == "in" else -count)
        en, zh = REASONS[flow]
        if json:
            as_json({"series": name, "direction": direction, "flow": flow, "count": count, "en": en, "zh": zh})
        came, went = (tonnes(count), "") if direction == "in" else ("", tonnes(count))
        shown.setdefault(name, []).append((name, f"{en} {zh}", came, went, ""))
    for name, count in left.items():
        shown[name].append((name, "held 结存", "", "", tonnes(count)))
        if json:
            as_json({"series": name, "held": count})
    if not json:
        lines = [line for each in shown.values() for line in each]
        table("Government reserve 政府储备", ["series", "why", "in [t]", "out [t]", "held [t]"], lines)


def buy_back(
    book: BookPath,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the reverse auction.", show_default=False)],
    json: Json = False,
) -> None:
    """What is published of a reverse auction that is over: price, sum, names, spread, concentration. 反向拍卖公告。

    Never who asked what or sold how much. While it is open its asks are sealed.

    Example: airshed book buy-back my.book spring
    """
    from airshed.market.auction.notice import dispersion, hhi
    from airshed.service.book.sqlite import Book

    with showing(Book.read(book)) as opened, opened.named():
        tenders = opened.sql.execute("SELECT * FROM tenders WHERE repurchase = ?", (name,)).fetchall()
        asks = opened.sql.execute(
            "SELECT account, count, price FROM asks WHERE repurchase = ? AND count > 0", (name,)
        ).fetchall()
        sold = opened.sql.execute(
            "SELECT coalesce(nullif(corporate_group, ''), buybacks.account), sum(buybacks.count) FROM buybacks "
            "JOIN accounts USING (account) WHERE repurchase = ? GROUP BY 1",
            (name,),
        ).fetchall()
    if not tenders:
        raise Malformed(str(book), f"there is no reverse auction {name!r}", "airshed book show BOOK tenders lists them")
    _, series, count, budget, ceiling, still_open, price, bought, paid = tenders[0]
    if still_open:
        raise Malformed(str(book), f"the reverse auction {name} is open and its asks are sealed", "close it first")
    spread = dispersion((each[2], each[1]) for each in asks)
    concentration = hhi(each[1] for each in sold)
    sellers = sorted({each[0] for each in asks})
    if json:
        said = {"repurchase": name, "series": series, "wanted": count, "budget_fen": budget, "ceiling": ceiling}
        said |= {"price": price, "bought": bought, "paid_fen": paid, "asked": sum(each[1] for each in asks)}
        as_json({**said, "sellers": sellers, "asks": spread, "hhi": concentration})
        return
    rows = [
        ("wanted 拟购 [t]", tonnes(count)),
        ("asked 申报 [t]", tonnes(sum(each[1] for each in asks))),
        ("bought 购入 [t]", tonnes(bought)),
        ("price 价格 [yuan/t]", "–" if price is None else yuan(price)),
        ("paid 付款 [yuan]", yuan(paid)),
        ("of a budget of 预算 [yuan]", yuan(budget)),
        ("ceiling 最高限价 [yuan/t]", yuan(ceiling)),
        ("sellers 申报人", ", ".join(sellers) or "–"),
        ("HHI of what was bought 集中度", "–" if concentration is None else f"{concentration:,}"),
    ]
    if spread is not None:
        quarters = (spread.lowest, spread.lower_quarter, spread.median, spread.upper_quarter, spread.highest)
        rows.append(("asks, in quarters 申报分位 [yuan/t]", " | ".join(map(yuan, quarters))))
        rows.append(("mean ask 申报均价 [yuan/t]", yuan(spread.mean)))
    table(f"{name}: {series} bought back 反向拍卖公告", ["what", "figure"], rows)


def register(app: typer.Typer) -> None:
    """Add the commands to a room."""
    app.command()(reserve)
    app.command()(buy_back)
