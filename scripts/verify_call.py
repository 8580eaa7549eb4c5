#!/usr/bin/env python3
"""Check the certificate of a zone-wide call without Airshed: verify_call.py FILE.

Prints `ok` with gain and gap of each round, or the first thing that does not hold, and then ends with status 1.
"""

import hashlib
import json
import sys
from collections import defaultdict
from fractions import Fraction as F
from math import ceil, floor
from pathlib import Path


def need(holds, what):
    if not holds:
        sys.exit(f"does not hold: {what}")


def check(call):
    rest = {key: value for key, value in call.items() if key != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    need(hashlib.sha256(text.encode()).hexdigest() == call["digest"], "digest")
    orders, ratios, bounds = {o["order"]: o for o in call["orders"]}, call["ratios"], call["bounds"]
    duals = {(c["place"], c["year"], c["wall"]): F(c["dual"]) for c in call["covers"]}
    need(len(orders) == len(call["orders"]) and len(duals) == len(call["covers"]), "something stands twice")
    need(all(F(b["dual"]) >= 0 for b in bounds), "a dual of the air is below zero")

    def ratio(issued, place):  # kilograms of cover of an allowance, 0 where it may not go
        return F(1) if issued == place or ratios is None else F(ratios.get(f"{issued}>{place}") or 0)

    def wall(order):
        return order["sector"] if order["sector"] in call["walls"] else "open"

    def worth(offer, place, year, side):  # what an allowance of an offer covers there
        fits = side == wall(offer) and year - call["vintages_back"] <= offer["year"] <= year
        return ratio(offer["issued"], place) * (fits and (call["trade"] != "city" or place == offer["place"]))

    def air(place):  # sum over k of H[k, place] lambda_k, in fen per tonne
        return sum(F(b["per_t"].get(place, 0)) * F(b["dual"]) for b in bounds)

    filled, loads = defaultdict(F), [F(0)] * len(bounds)
    for offer, bid, count in ((orders[o], orders[b], count) for o, b, count in call["deliveries"]):
        cover = worth(offer, bid["place"], bid["year"], wall(bid))
        need(offer["side"] == "offer" and bid["side"] == "bid" and count > 0 and cover > 0, "a delivery")
        filled[offer["order"]] += count
        filled[bid["order"]] += count * cover
        for k, b in enumerate(bounds):
            relief = ratio(offer["issued"], offer["place"]) * F(b["per_t"].get(offer["place"], 0))
            loads[k] += count * (cover * F(b["per_t"].get(bid["place"], 0)) - relief) / 1000
    need(all(load == F(b["load"]) <= F(b["most"]) for load, b in zip(loads, bounds, strict=True)), "a limit of the air")

    gain, most, zone = F(0), sum(F(b["dual"]) * F(b["most"]) for b in bounds), 0
    for name, o in orders.items():
        buys = o["side"] == "bid"
        sign, part = (1, F(1)) if buys else (-1, ratio(o["issued"], o["place"]))
        ways = [worth(o, *key) * dual for key, dual in duals.items() if not buys and worth(o, *key)]
        own = duals[o["place"], o["year"], wall(o)] if buys else max(ways, default=None)
        price = F(0) if own is None else own + part * air(o["place"])
        paid = max(0, ceil(price) if buys else floor(price)) if filled[name] else 0
        need(0 <= filled[name] == F(o["filled"]) <= o["count"], f"the fill of {name}")
        need(o["price"] == paid and o["fen"] == floor(filled[name] * paid / 1000 + F(1, 2)), f"the money of {name}")
        need(not filled[name] or sign * (o["limit"] - paid) >= 0, f"the limit of {name}")
        gain, zone = gain + sign * filled[name] * o["limit"] / 1000, zone + sign * o["fen"]
        most += 0 if own is None else max(F(0), sign * (o["limit"] - price)) * o["count"] / 1000
    sums = (zone, gain, most, most - gain)
    need(sums == (call["zone_fen"], F(call["gain"]), F(call["bound"]), F(call["gap"])), "a sum")
    print(f"ok: gain {float(gain):.2f} fen, gap {float(most - gain):.2f} fen, digest {call['digest']}")


rounds = json.loads(Path(sys.argv[1]).read_text("utf-8"))["rounds"]
for each in rounds:
    check(each)
if rounds[1:]:  # the zone's round has what the city's left of each order
    left = {o["order"]: o["count"] - ceil(F(o["filled"])) for o in rounds[0]["orders"]}
    now = {o["order"]: o["count"] for o in rounds[1]["orders"]}
    need(rounds[0]["trade"] == "city" and now == {o: n for o, n in left.items() if n}, "what the first round left")
