"""`airshed book reserve` and `buy-back`: what a government reserve holds and why; the notice of a reverse auction."""

from __future__ import annotations

from typing import Annotated

import typer

from airshed.cli.options import BookPath, Json
from airshed.cli.show import as_json, showing, table
from airshed.model.measures import tonnes, yuan


def reserve(
    book: BookPath,
    series: Annotated[str, typer.Option(help="One series only, as SO2-KM-2027.")] = "",
    json: Json = False,
) -> None:
    """The statement of the government reserves: what came in and went out, by series and reason.

    Example: airshed book reserve demo/dianzhong.book --series SO2-KM-2027
    """
    from airshed.engine.apply.reserve import REASONS
    from airshed.service.book.addressed import to_read
    from airshed.service.book.reserve import flows_of

    with showing(to_read(book)) as opened, opened.named():
        flows = flows_of(opened, series)
    left: dict[str, int] = {}
    shown: dict[str, list[tuple[str, ...]]] = {}
    for flow in flows:
        name = flow.series
        left[name] = left.get(name, 0) + flow.signed
        en, zh = REASONS[flow.reason]
        if json:
            said = {"series": name, "direction": flow.direction, "flow": flow.reason, "count": flow.count}
            as_json({**said, "en": en, "zh": zh})
        came, went = (tonnes(flow.count), "") if flow.direction == "in" else ("", tonnes(flow.count))
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
    from airshed.service.book.addressed import to_read
    from airshed.service.book.reserve import buy_back_of

    with showing(to_read(book)) as opened, opened.named():
        done = buy_back_of(opened, name)
    if json:
        as_json({"repurchase": name, **done._asdict()})
        return
    rows = [
        ("wanted 拟购 [t]", tonnes(done.wanted)),
        ("asked 申报 [t]", tonnes(done.asked)),
        ("bought 购入 [t]", tonnes(done.bought)),
        ("price 价格 [yuan/t]", "–" if done.price is None else yuan(done.price)),
        ("paid 付款 [yuan]", yuan(done.paid_fen)),
        ("of a budget of 预算 [yuan]", yuan(done.budget_fen)),
        ("ceiling 最高限价 [yuan/t]", yuan(done.ceiling)),
        ("sellers 申报人", ", ".join(done.sellers) or "–"),
        ("HHI of what was bought 集中度", "–" if done.hhi is None else f"{done.hhi:,}"),
    ]
    spread = done.asks
    if spread is not None:
        quarters = (spread.lowest, spread.lower_quarter, spread.median, spread.upper_quarter, spread.highest)
        rows.append(("asks, in quarters 申报分位 [yuan/t]", " | ".join(map(yuan, quarters))))
        rows.append(("mean ask 申报均价 [yuan/t]", yuan(spread.mean)))
    table(f"{name}: {done.series} bought back 反向拍卖公告", ["what", "figure"], rows)
