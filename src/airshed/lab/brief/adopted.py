"""A design as a law: the text of the law in hand with what the design says otherwise, and where that comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from airshed.lab.brief.designs import AXES, GUARD, NAMED, SOLD, BriefDesign, every
from airshed.lab.brief.world import CEILING
from airshed.market.claims import ALL_BASIS_POINTS
from airshed.model.measures import KG_PER_T
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.amend import Keys, amended, rows_amended
from airshed.rulebook.check_allocation import FILE as CLASSES
from airshed.rulebook.check_allocation import keys_of
from airshed.rulebook.load import MAIN, ROLES, load_texts
from airshed.rulebook.schema import Rulebook

#: Calls of a year, over which a guard on receptors is parted.
CALLS = 12
#: The term of rights in years where they last for five, and the least where they have no end.
FIVE = 5
#: Days of the year on which a law auctions that had none; assumed, a day in the middle of each quarter.
AUCTIONED = ("02-10", "05-12", "08-11", "11-10")
#: Orders of the listed market, which a design that trades by calls has not; and of calls that see no receptor.
LISTED, UNGUARDED = "PlaceOrder", "PlaceCallOrder"


class Told(NamedTuple):
    """Where a design comes from: the command of the brief, and what it assumes, in a sentence."""

    command: str
    assumed: str


def code_of(design: BriefDesign) -> str:
    """The code of a design: its seven choices in order.

    >>> code_of(BriefDesign(sale="part"))
    'zone-none-benchmark-part-year-none-continuous'
    """
    return "-".join(str(getattr(design, axis)) for axis in AXES)


def design_of(code: str) -> BriefDesign:
    """The design of a code, or of a name. Malformed, naming the choice that is none."""
    if code in NAMED:
        return NAMED[code]
    options = code.split("-")
    if len(options) != len(AXES):
        cure = f"give {'-'.join(axis.upper() for axis in AXES)}, or one of {', '.join(NAMED)}"
        raise Malformed("--design", f"{code[:80]!r} is no design", cure)
    for (axis, known), option in zip(AXES.items(), options, strict=True):
        if option not in known:
            raise Malformed("--design", f"no such {axis} {option[:40]!r}", near(option[:40], known))
    design = BriefDesign(*options)  # type: ignore[arg-type]
    if design not in every():
        guarded = design.border == "guarded"
        what = "a guard on receptors needs calls" if guarded else "where all is sold no method shares anything"
        raise Malformed("--design", what, "end with calls" if guarded else f"write {BriefDesign().method}")
    return design


def adopted(files: Mapping[str, bytes], design: BriefDesign, told: Told) -> dict[str, bytes]:
    """The files of a law that says the design and is else as these files are. Malformed where a city's own law varies
    what the design says.
    """
    rules = load_texts(files)
    code = code_of(design)
    _alone(rules)
    text = files[MAIN].decode("utf-8-sig")
    for section, keys in _sections(rules, design).items():
        text = _cited(text, rules, section, keys, design, told)
    for rule in rules.pollutants:
        text = _priced(text, rules, rule.code, design, told)
    head = f"# Drafted from {rules.programme.id} {rules.programme.version} by: {told.command}\n# Design {code}.\n"
    version = {"version": f"{rules.programme.version}-{code}"}
    text = head + f"# {told.assumed}\n\n" + amended(text, "programme", version)
    found = {name: raw for name, raw in files.items() if name != CLASSES} | {MAIN: text.encode()}
    for name, change in _tables(rules, design, told).items():
        if name in files:
            found[name] = rows_amended(files[name].decode("utf-8-sig"), change).encode()
    return found


def _alone(rules: Rulebook) -> None:
    for each in rules.variations:
        if each.key.split(".")[0] in ("allocation", "allowance", "trade_rules", "terms", "pollutants"):
            place = f"vary/{each.jurisdiction}.toml"
            raise Malformed(place, f"it says {each.key} itself", "take that out before a design is written")


def _sections(rules: Rulebook, design: BriefDesign) -> dict[str, Keys]:
    """What the design says, by section."""
    sold = round(SOLD[design.sale] * ALL_BASIS_POINTS)
    kept = min(rules.allocation.reserve_basis_points, ALL_BASIS_POINTS - sold)
    years = {"year": 1, "five": FIVE, "open": max(FIVE, rules.terms.longest_years)}[design.term]
    lease = min(rules.lease.longest_years, years)
    closed = design.border == "cities"
    allocation = {
        **keys_of(design.method, rules.allocation),
        "auction_basis_points": sold,
        "reserve_basis_points": kept,
    }
    trade: dict[str, str | tuple[str, ...]] = {"crossing": "never" if closed else "free"}
    if design.wall == "none":
        trade["walled_sectors"] = ()
    return {
        "auction": {"days": AUCTIONED} if sold and not rules.auction.days else {},
        "allowance": {"admitted": "jurisdiction" if closed else "zone"},
        "trade_rules": trade,
        "allocation": allocation,
        "terms": {
            "longest_years": years,
            "open_rights": design.term == "open",
            "review_years": min(rules.terms.review_years, years),
            "rights_basis_points": 0 if design.term == "year" else ALL_BASIS_POINTS - sold - kept,
        },
        "lease": {"longest_years": lease},
    }


def _cited(text: str, rules: Rulebook, section: str, keys: Keys, design: BriefDesign, told: Told) -> str:
    """The section with these keys and, where one of them is new, with where they come from."""
    law = getattr(rules, section)
    if all(getattr(law, key) == value for key, value in keys.items()):
        return text
    cite = f"{law.cite}; design {code_of(design)} of a brief (assumed): {told.command}"
    return amended(text, section, {**keys, "cite": cite, "status": "to confirm"}, note="As the design has it.")


def _priced(text: str, rules: Rulebook, code: str, design: BriefDesign, told: Told) -> str:
    """The collar of a pollutant: bounds of every price, and the office's standing offer at the floor."""
    rule = next(each for each in rules.pollutants if each.code == code)
    tick = rules.trading.tick_fen_per_t
    floor = rule.reserve_fen_per_t // tick * tick
    ceiling = round(CEILING * rule.reference_fen_per_t) // tick * tick
    collar = {"floor_fen_per_t": floor, "ceiling_fen_per_t": ceiling, "repurchase_fen_per_t": max(floor, tick)}
    keys: Keys = collar if design.collar == "collar" else {"floor_fen_per_t": 0, "ceiling_fen_per_t": 0}
    if all(getattr(rule, key) == value for key, value in keys.items()):
        return text
    cite = f"{rule.cite}; collar {design.collar} of design {code_of(design)} of a brief (assumed): {told.command}"
    told_keys = {**keys, "cite": cite, "status": "to confirm"}
    return amended(text, "pollutants", told_keys, code=code, note="As the design has it.")


def _tables(
    rules: Rulebook, design: BriefDesign, told: Told
) -> dict[str, Callable[[dict[str, str]], Mapping[str, str] | None]]:
    """What becomes of rows: markets that the design has not are closed, receptors have its guard."""
    found: dict[str, Callable[[dict[str, str]], Mapping[str, str] | None]] = {}
    closed = [LISTED] if design.trading == "calls" else []
    closed += [UNGUARDED] if design.border == "guarded" else []
    if closed:
        found[ROLES] = lambda row: None if row["command"].strip() in closed else row
    if design.border == "guarded":
        found["receptors.csv"] = partial(_guarded, rules, told)
    return found


def _guarded(rules: Rulebook, told: Told, row: dict[str, str]) -> Mapping[str, str]:
    """A receptor's row: a call may add so much of what the caps of the first vintage bring there."""
    first = min(each.vintage for each in rules.caps.rows)
    caps = {
        each.jurisdiction: each.count * rules.allowance.size_kg / KG_PER_T
        for each in rules.caps.rows
        if each.pollutant == row["pollutant"] and each.vintage == first
    }
    load = sum(
        float(each.coefficient) * caps.get(each.jurisdiction, 0.0)
        for each in rules.transfer.rows
        if (each.pollutant, each.receptor) == (row["pollutant"], row["receptor"])
    )
    cite = f"assumed: {GUARD:.0%} of what the caps of {first} bring, in {CALLS} calls a year; {told.command}"
    return {**row, "limit": f"{GUARD * load / CALLS:.6f}", "cite": cite, "status": "to confirm"}
