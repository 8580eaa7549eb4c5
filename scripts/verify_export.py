#!/usr/bin/env python3
"""Verify an exported book without Airshed: chain, bytes, keys, order in time, serials, money, trades, auctions, days,
reports, surrenders, penalties, tree heads.

Usage: airshed book export demo/dianzhong.book | python3 scripts/verify_export.py [FILE] [N:HASH] [checkpoint:FILE]
       [holdings:FILE] [law:FOLDER]
N:HASH is a head that was published (`airshed book head`), of this or an earlier record; so are checkpoints and
statements of holdings (`airshed proof`; several may be given, and are then consistent; `scripts/verify_proof.py` checks
who signed them). FOLDER is the rulebook whose penalties and make-up every closed year is held to.
Prints `ok N records, digest D` and what it did not check, or the first record that is wrong and why, with status 1.
"""

import base64
import csv
import hashlib
import json
import sys
import tomllib
from collections import defaultdict
from fractions import Fraction
from types import SimpleNamespace

LONGEST = 1 << 26  # bytes of a line
end = SimpleNamespace(hash="0" * 64, seq=0, at=0)  # of the book so far
keys, open_accounts, of_the_law, caps, orders, auctions, days, years = {}, {"bank"}, set(), {}, {}, {}, {}, {}
acts = {}  # who proposed what waits for a second person, and until when it can be confirmed
sealed, sealing = {}, set()  # sealed bids that wait, by venue, name and number; where bids are sealed
masses, differences = defaultdict(dict), {}  # milligrams by stack, day and pollutant; by (stack, day) and pollutant
stacks = {}  # by source
flows = {}  # banked allowances that count one for one yet, by account, of each (year, pollutant) under flow control
kept_back = defaultdict(int)  # what auctions held back and reserves keep, by series
supply = {}  # what was stated of the number in circulation, by (year, pollutant)
settled, due, added, cases = {}, {}, {}, {}  # the first short by (year, pollutant); fen and interest by penalty
emitted, deferred, reopened = {}, {}, set()  # milligrams of years; of years, until when how many wait; years to mend
for_group = defaultdict(int)  # what groups above their level owe, by (source, year, pollutant)
covers, used = {}, defaultdict(int)  # by credit its pollutant; credits used by (source, year, credit)
given = defaultdict(int)  # allowances surrendered by (source, year, pollutant)
cash, blocks = defaultdict(int), defaultdict(list)  # fen by account; [first, last] by (account, series)
ever, peaks = {"bank"}, []  # accounts that were ever opened; (hash, leaves) of whole subtrees, largest first
law = {}  # what the rulebook says of a shortfall, if it was given


def stop(what):
    sys.exit("".join(each if each.isprintable() else "?" for each in what)[:500])


def need(holds, what):
    if not holds:
        stop(f"record {end.seq + 1}: {what}")


def no_number(text):
    raise ValueError(f"{text} is no whole number")


decoder = json.JSONDecoder(parse_float=no_number, parse_constant=no_number)
encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def count(moved):
    return sum(last - first + 1 for first, last in moved)


def value(allowances, price):
    return (allowances * price + 500) // 1000  # fen per tonne, an allowance is a kilogram, half upwards


def joined(held):
    merged = []
    for first, last in sorted(held):
        if merged and first == merged[-1][1] + 1:
            merged[-1][1] = last
        else:
            merged.append([first, last])
    return merged


def grow(peaks, entry):  # RFC 6962: two whole subtrees of one size become one
    peaks.append((hashlib.sha256(b"\0" + entry).digest(), 1))
    while len(peaks) > 1 and peaks[-1][1] == peaks[-2][1]:
        (left, size), (right, _) = peaks[-2:]
        peaks[-2:] = [(hashlib.sha256(b"\1" + left + right).digest(), 2 * size)]


def root(peaks):
    reached = peaks[-1][0]
    for left, _ in reversed(peaks[:-1]):
        reached = hashlib.sha256(b"\1" + left + reached).digest()
    return base64.b64encode(reached).decode()


def holdings():  # accounts, and the root over what each holds, in the order of their names
    leaves = []
    for account in sorted(ever):
        held = [[name, joined(mine)] for (holder, name), mine in sorted(blocks.items()) if holder == account and mine]
        leaf = json.dumps([account, cash[account], held], ensure_ascii=False, separators=(",", ":"))
        grow(leaves, leaf.encode())
    return [str(len(ever)), root(leaves)]


def adds_up(mass, name, year, own):  # of the season of the law; without the law, of days that follow each other
    first, last = (f"{year}-{day}" for day in law.get("season", ("01-01", "12-31")))
    sums = [0]
    for day, there in sorted((day, stack) for stack in own for day in masses[stack] if first <= day <= last):
        sums.append(sums[-1] + masses[there][day].get(name, 0))
    return mass == sums[-1] if law else not {each - mass for each in sums}.isdisjoint(sums)


def by_law(each, year):
    missing, fixed = each["shortfall"], Fraction(law["fixed_fen_per_t"] * 10**6, law["tonne_mg"])
    rate = {
        "price_multiple": lambda: Fraction(each["price"] * law["price_multiple"], 1000),
        "fixed_per_tonne": lambda: fixed,
        "indexed_per_tonne": lambda: fixed * law["index"][year] / law["index_base_thousandths"],
        "flat": lambda: Fraction(law["flat_fen"], missing * law["size_kg"] or 1),
    }[law["penalty"]]()
    return int(rate * missing * law["size_kg"] + Fraction(1, 2)), -(-missing * law["makeup_percent"] // 100)


def carry_out(entry):
    for kind, origin, target, *what in entry:
        need({origin, target} <= open_accounts, f"moves between {origin} and {target}, which are not both open")
        if kind == "cash":
            need(what[0] > 0, f"I3: {what[0]} fen from {origin}")
            cash[origin] -= what[0]
            cash[target] += what[0]
        else:
            series, held = what[0], blocks[origin, what[0]]
            for first, last in what[1]:
                home = next((block for block in held if block[0] <= first <= last <= block[1]), None)
                need(home, f"I1: {origin} does not hold {series} {first}-{last}")
                held.remove(home)
                held += [side for side in ([home[0], first - 1], [last + 1, home[1]]) if side[0] <= side[1]]
            blocks[target, series] = joined(blocks[target, series] + what[1])
    for origin in {move[1] for move in entry if move[0] == "cash"} - {"bank"}:
        need(cash[origin] >= 0, f"I4: {origin} has {cash[origin]} fen")


def trade(event):
    maker, taker = orders[event["maker"]], orders[event["taker"]]
    buy, sell = (maker, taker) if maker["side"] == "buy" else (taker, maker)
    need(buy["side"] == "buy" and sell["side"] == "sell", "I5: both orders are on one side")
    need(sell["limit"] <= event["price"] <= buy["limit"], f"I5: {event['price']} is beyond a limit")
    need(event["price"] == maker["limit"], "I5: not at the price of the order that waited")
    need(event["fen"] == value(event["count"], event["price"]), f"I5: {event['fen']} is not count times price")
    moves = [["cash", buy["account"], sell["account"], event["fen"]]]
    moves += [["cash", buy["account"], "exchange", event["buyer_fee"]]] * (event["buyer_fee"] > 0)
    moves += [["cash", sell["account"], "exchange", event["seller_fee"]]] * (event["seller_fee"] > 0)
    need([move for move in event["entry"] if move[0] == "cash"] == moves, "I5: is paid otherwise than it says")
    given = [move for move in event["entry"] if move[0] != "cash"]
    stem, _, last = event["series"].partition("..")  # of a strip, every vintage
    head, _, first = stem.rpartition("-")
    series = [f"{head}-{year}" for year in range(int(first), int(last or first) + 1)]
    due = [[sell["account"], buy["account"], each] for each in series]
    need([move[1:4] for move in given] == due, "I5: delivers otherwise")
    need(all(count(move[4]) == event["count"] for move in given), "I5: delivers another count")
    for order in (maker, taker):
        order["left"] -= event["count"]
        need(order["left"] >= 0 and order["series"] == event["series"], "I7: fills more than the order")


def clear(event):
    auction, price, sold = auctions.pop(event["auction"]), event["price"], event["sold"]
    need(sold == sum(award["count"] for award in event["awards"]), "I8: sells otherwise than it says")
    holders = sum(each["count"] for each in event["proceeds"])
    own = sold + event["unsold"] + event["withheld"] - holders - event["released"]
    need(own == auction["count"] and holders <= auction["lots"], "I8: sells more than is on offer")
    most = (auction["cost_containment"] or {"count": 0})["count"]
    need(0 <= event["released"] <= most, "I8: adds more than the reserve gave")
    for account, won, fen in ((award["account"], award["count"], award["fen"]) for award in event["awards"]):
        mine = [bid for bid in auction["bids"] if bid["account"] == account and bid["limit"] >= price]
        need(won <= sum(bid["count"] for bid in mine), f"I8: {account} wins more than it bid for")
        need(
            fen == value(won, price) or auction["terms"]["rule"] != "uniform",
            f"I8: {account} pays {fen} fen, not the one price {price}",
        )
        need(fen <= sum(value(bid["count"], bid["limit"]) for bid in mine), f"I8: {account} pays more than it bid")
        moves = [move for move in event["entry"] if account in move[1:3]]
        need(won == sum(count(move[4]) for move in moves if move[0] != "cash"), f"I8: {account} does not get {won}")
        due = fen + next(award.get("fee", 0) for award in event["awards"] if award["account"] == account)
        paid = sum(move[3] for move in moves if move[0] == "cash" and move[1] == account)
        need(due == paid, f"I8: {account} does not pay {due}")
    for account, fen in ((each["account"], each["fen"]) for each in event["proceeds"]):
        got = [move[3] for move in event["entry"] if move[0] == "cash" and move[1:3] == ["treasury", account]]
        need(fen == sum(got), f"I8: {account} does not get its {fen} fen")


def penalty_of(event):
    return event["source"], event["year"], event["pollutant"], event.get("case", 0)


def close(event, year):
    for each in event["settlements"]:
        source, name, short = each["source"], each["pollutant"], each["shortfall"]
        need(each["obligation"] == years[source, year, name], f"I11: {source} owes another {name}")
        need(each["surrendered"] == given[source, year, name], f"I11: {source} gave up another {name}")
        need(short == each["obligation"] - each["surrendered"], f"I11: {source} is short of another {name}")
        fen, makeup = each["penalty_fen"], each["makeup"]
        if not event.get("by_case"):
            due[source, year, name, 0] = fen
        need(short or not fen + makeup, f"I11: {source} pays for nothing")
        owed = by_law(each, year) if law else (fen, makeup)
        need((fen, makeup) == owed, f"I11: {source} pays {fen} fen and makes up {makeup}, the law says {owed}")
        one = settled.setdefault((year, name), each) if short else each  # under one law, all who fall short pay alike
        within = short + one["shortfall"]
        for mine, its in ((fen, one["penalty_fen"]), (makeup, one["makeup"])):
            alike = mine == its or abs(mine * one["shortfall"] - its * short) <= within
            need(alike, f"I11: {source} pays or makes up for {name} at another rate than {one['source']}")


def flow_stated(event):  # of what was banked at the end of a year, r = share x budget / bank counts one for one
    year, name, rooms = event["year"], event["pollutant"], event.get("one_for_one")
    of_year = sum(cap for series, cap in caps.items() if series.split("-")[::2] == [name, str(year)])
    banked = defaultdict(int)
    for (account, series), held in blocks.items():
        code, _, vintage = series.split("-")
        if code == name and year - law.get("vintages_back", year) <= int(vintage) < year and account not in of_the_law:
            banked[account] += count(held)
    bank, right = sum(banked.values()), event["budget"] == of_year
    need(right and (event["bank"] == bank if law else event["bank"] <= bank), f"I11: the bank of {name} is {bank}")
    if law and law.get("flow_basis_points") is not None:
        part = of_year * law["flow_basis_points"]
        mine = {account: own * part // (bank * 10**4) for account, own in banked.items() if bank * 10**4 > part}
        want = {account: room for account, room in mine.items() if room}
        need((rooms or {}) == want and (rooms is None) == (bank * 10**4 <= part), f"I11: one for one count {want}")
    if rooms is not None:
        need(all(room <= banked[account] for account, room in rooms.items()), "I11: more than is banked counts")
        flows[year, name] = defaultdict(int, rooms)


def flow_controlled(event, besides, key):
    firsts = [m for m in event["entry"] if m[2].startswith("surrendered-") and m[3].split("-")[0] not in covers]
    single = sum(count(move[4]) for move in firsts if int(move[3][-4:]) < event["year"]) - event.get("pairs", 0)
    if key in flows:
        flows[key][event["entry"][0][1]] -= single
        need(min(flows[key].values(), default=0) >= 0, f"I11: {single} banked ones do not all count one for one")
    need(not besides or key in flows, f"I11: {besides} go besides without flow control")
    right = "flow_ratio" not in law or besides == event.get("pairs", 0) * (law["flow_ratio"] - 1)
    need(right, f"I11: {besides} go besides for {event.get('pairs', 0)}")


def flow_back(year, entry):  # what counted one for one may do so again; which did is not told apart here
    for move in entry:
        if (year, move[3].split("-")[0]) in flows and int(move[3][-4:]) < year:
            flows[year, move[3].split("-")[0]][move[2]] += count(move[4])


def allocate(event):
    got = defaultdict(int)
    for award in event["awards"]:
        got[award["account"]] += award["count"] - award["made_up"]
    for move in event["entry"]:
        got[move[2]] -= count(move[4])
    odd = {account for account, left in got.items() if left} - of_the_law
    need(not odd, f"I2: {', '.join(sorted(odd))} gets another count than its share")


def true_up(event):  # each has in the end what its output brings, and the reserve has the other side of all of it
    place, got = event["series"].split("-")[1], defaultdict(int)
    got[f"cancelled-{place}"] = event["cancelled"]
    for each in event["lines"]:
        left = each["advance"] + each["more"] + each["cut"] - each["taken"] - each["due"]
        need(left == each["final"], f"I2: {each['source']} is settled with {left}")
        got[each["account"]] += each["more"] - each["made_up"] - each["taken"]
    for move in event["entry"]:
        got[move[1]] += count(move[4])
        got[move[2]] -= count(move[4])
    got.pop(f"reserve-{place}", None)
    odd = ", ".join(sorted(account for account, left in got.items() if left))
    need(not odd, f"I2: {odd} gets another count than is settled")


def covered(move):  # the pollutant whose obligation what is moved counts for
    code = move[3].split("-")[0]
    return covers.get(code, code)


def use_credits(event, sign):  # no more than their share of what is owed, when they are given
    source, year = event["source"], event["year"]
    for move in event["entry"]:
        code = move[3].split("-")[0]
        if code in covers:
            used[source, year, code] += sign * count(move[4])
    for code in {move[3].split("-")[0] for move in event["entry"]} & set(law.get("credits", ())) if sign > 0 else ():
        period = next((row for row in law["periods"] if row[0] <= year <= row[1]), (year, year))
        most = given_up = 0
        for each in range(period[0], year + 1):
            share = max(row for row in law["credits"][code] if row[0] <= each)[1]
            most += years.get((source, each, covers[code]), 0) * share
            given_up += used[source, each, code]
        need(given_up * 10**4 <= most, f"I11: {source} {year} uses {given_up} of {code}, more than its share")
    for codes, rows in law.get("together", {}).items() if sign > 0 else ():
        owed = years.get((source, year, covers.get(codes[0])), 0)
        alone = not any(row[0] <= year <= row[1] for row in law["periods"])
        most = max((row for row in rows if row[0] <= year), default=(0, 10**4))[1] * owed
        many = sum(used[source, year, code] for code in codes)
        need(not alone or covers.get(codes[0]) != event["pollutant"] or many * 10**4 <= most, f"I11: {many} of {codes}")


def figures(event, names):
    emitted.update({(event["source"], event["year"], name): event["mass_mg"][name] for name in names})
    if event["mass_mg"]:  # an adverse opinion mends nothing
        reopened.discard((event["source"], event["year"]))


def add_up(sources):  # what years oblige to, now and later, is what they emitted
    for key, mass in emitted.items():
        year, name = key[:2], key[2]
        if year[0] in sources and year not in reopened:
            waits = sum(of.get(name, 0) for (who, _), (until, of) in deferred.items() if (who, until) == year)
            borne = years[key] + deferred.get(year, (0, {}))[1].get(name, 0) - waits - for_group[key]
            need(abs(borne * 10**6 - mass) < 10**6, f"I11: {borne} for {mass} mg")


def take_in(event):
    kind, entry = event["is"], event.get("entry", [])
    need(end.seq or of_the_law or kind == "RulebookAdopted", "adopts no law, as the first record does")
    if kind == "RulebookAdopted":
        settled.clear()
        of_the_law.update(account["id"] for account in event["opened"])
        open_accounts.update(of_the_law)
        ever.update(of_the_law)
    elif kind == "ActProposed":
        need(event["actor"] == end.actor and event["body"] == end.body, "I11: proposes what another sent")
        acts[event["act"]] = (end.actor, event["until"])
    elif kind in ("ActConfirmed", "ActRejected", "ActLapsed"):
        by, until = acts.pop(event["act"])
        if kind == "ActConfirmed":
            need(event["proposer"] == by and event["actor"] == end.actor, f"I11: act {event['act']} is of others")
            need(by != end.actor, f"I11: {by} confirms act {event['act']}, which {by} proposed")
            need(until is None or end.now <= until, f"I11: act {event['act']} had lapsed")
    elif kind == "AccountOpened":
        open_accounts.add(event["account"]["id"])
        ever.add(event["account"]["id"])
    elif kind == "AccountClosed":
        account, entry = event["account"], carry_out(entry) or []
        left = [series for (holder, series), held in blocks.items() if holder == account and held]
        need(not left and not cash[account], f"I2, I4: {account} is closed and has {cash[account]} fen, {left}")
        open_accounts.remove(account)
    elif kind == "CapSet":
        need(event["series"] not in caps, f"I2: {event['series']} is issued already")
        caps[event["series"]] = event["count"]
        blocks[event["account"], event["series"]] = [[1, event["count"]]]
    elif kind == "CreditsIssued":
        series, last = event["series"], event["first"] + event["count"] - 1
        need(
            event["first"] == caps.get(series, 0) + 1 <= last, f"I2: {series} does not go on from {caps.get(series, 0)}"
        )
        caps[series], covers[series.split("-")[0]] = last, event["pollutant"]
        blocks[event["account"], series] = joined([*blocks[event["account"], series], [event["first"], last]])
    elif kind == "CreditsVoided":
        need(covers[event["series"].split("-")[0]] == event["pollutant"], f"I11: {event['series']} is of no credit")
        for use, move in zip(event["uses"], entry, strict=False):
            key = (use["source"], use["year"])
            need(move[1].startswith("surrendered-") and count(move[4]) == use["count"], f"I11: {use} gave otherwise")
            used[(*key, event["series"].split("-")[0])] -= use["count"]
            given[(*key, event["pollutant"])] -= use["count"]
            need(given[(*key, event["pollutant"])] >= 0, f"I11: {use} gave fewer")
        need(all(move[2].startswith("cancelled-") for move in entry), f"I2: void {event['series']} go elsewhere")
    elif kind == "OrderPlaced":
        orders[event["order"]] = {**event, "left": event["count"]}
    elif kind == "Traded":
        trade(event)
    elif kind == "AuctionOpened":
        auctions[event["auction"]] = {**event, "bids": [], "lots": 0}
    elif kind == "LotConsigned":
        auctions[event["auction"]]["lots"] += event["count"]
    elif kind == "LotReturned":
        auctions[event["auction"]]["lots"] -= event["count"]
    elif kind == "SealingBegan":
        sealing.add((event["venue"], event["name"]))
    elif kind == "BidSealed":
        sealed[event["venue"], event["name"], event["number"]] = event
    elif kind in ("SealedDropped", "SealedOpened", "SealedVoided"):
        was, body = sealed.pop((event["venue"], event["name"], event["number"])), end.body
        need(was["account"] == event["account"], "I8: is the sealed bid of another")
        if kind == "SealedOpened" and was["digest"]:
            shown = hashlib.sha256(f"{body['text']} {body['salt']}".encode()).hexdigest()
            need(shown == was["digest"], "I8: opens another bid than was sealed")
            end.wish = json.loads(body["text"])
    elif kind == "BidPlaced":
        if end.wish or ("auction", event["auction"]) in sealing:
            asked = end.wish or event  # encrypted ones are opened by a key, which is not tried here
            need(all(event[key] == asked[key] for key in ("auction", "account", "count", "limit")), "I8: another bid")
            need(end.body["do"] in ("OpenBid", "EndBidding"), "I8: a bid stands that was not sealed")
        auctions[event["auction"]]["bids"].append(event)
    elif kind == "AuctionCleared":
        left = [key for key in sealed if key[:2] == ("auction", event["auction"])]
        need(not left or event["sold"] == 0, f"I8: {left} were neither opened nor void")
        for key in left:
            del sealed[key]
        clear(event)
    elif kind == "DaySealed":
        day = (event["stack"], event["day"])
        need(days.get(day, "") == event["replaces"], f"I9: {day} is sealed already")
        need(all(sum(hours) == 24 and min(hours) >= 0 for hours in event["hours"].values()), f"I10: {day} lacks hours")
        before = days.get(day)
        days[day] = event["evidence"]
        changes = {name: mass - masses[day[0]].get(day[1], {}).get(name, 0) for name, mass in event["mass_mg"].items()}
        need(not before or differences.pop(day, None) == changes, f"I9: {day} changes by {changes}, its entry says not")
        masses[day[0]][day[1]] = event["mass_mg"]
    elif kind == "DayReversed":
        day = (event["stack"], event["day"])
        need(masses[day[0]].get(day[1]) == event["mass_mg"], f"I9: {day} takes back what was never booked")
        differences[day] = event["difference_mg"]
    elif kind == "SourceRegistered":
        stacks[event["source"]] = [each["stack"] for each in event["stacks"]]
    elif kind == "YearReported":
        for name, mass in event["measured_mg"].items():
            right = adds_up(mass, name, event["year"], stacks[event["source"]])
            need(right, f"I9: {name} is not the sum of its sealed days")
    elif kind in ("YearVerified", "YearDetermined"):
        for name, owed in event["obligation"].items():
            years[event["source"], event["year"], name] = owed
        figures(event, event["obligation"])
        for move in entry:
            given[event["source"], event["year"], covered(move)] -= count(move[4])
        flow_back(event["year"], entry)
        use_credits(event, -1)
        need(not entry or all(given[key] <= years[key] for key in given if key in years), "I11: gives too little back")
    elif kind == "YearAmended":
        for each in event["amended"]:
            key = (event["source"], event["year"], each["pollutant"])
            years[key] = each["obligation"]
            mine = [one for one in due if one[:3] == key and (not one[3] or cases[one[3]]["ground"] == "shortfall")]
            less = sum(due[one] for one in mine) - each["due_fen"]
            for one in sorted(mine, reverse=True):
                less, due[one] = less - min(less, due[one]), due[one] - min(less, due[one])
            need(less == 0, f"I11: {key} is fined more after a correction")
            flow_back(event["year"], [move for move in entry if covered(move) == each["pollutant"]])
            given[key] -= sum(count(move[4]) for move in entry if covered(move) == each["pollutant"])
            need(given[key] + each["shortfall"] + each["extra"] == years[key], f"I11: {key} does not add up")
        use_credits(event, -1)
        figures(event, (each["pollutant"] for each in event["amended"]))
    elif kind == "ObligationDeferred":
        need(event["year"] < event["until"] or not event["deferred"], f"I11: {event['year']} falls due too early")
        deferred[event["source"], event["year"]] = (event["until"], event["deferred"])
    elif kind == "GroupSettled":
        over = max(0, sum(line["emitted"] for line in event["lines"]) - event["level"])
        for line in event["lines"]:
            key = (line["source"], event["year"], event["pollutant"])
            need(abs(line["emitted"] * 10**6 - emitted[key]) < 10**6, f"I11: {line} emitted otherwise")
            need((over and line["emitted"] > line["own"]) or not line["more"], f"I11: {line} owes and is not above")
            years[key], for_group[key] = years[key] + line["more"], for_group[key] + line["more"]
    elif kind == "YearReopened":
        reopened.add((event["source"], event["year"]))
    elif kind == "FlowControlStated":
        flow_stated(event)
    elif kind == "HoldingsCut":
        moved = {(move[1], move[3]): count(move[4]) for move in entry}
        need(moved == {(cut["account"], cut["series"]): cut["count"] for cut in event["cuts"]}, "I2: cuts otherwise")
        for cut in event["cuts"]:
            held = count(blocks[cut["account"], cut["series"]])
            need(cut["base"] <= held and cut["count"] * 10**4 <= cut["base"] * event["share"], f"I2: {cut} is too much")
    elif kind == "CirculationStated":
        key, mine = (event["year"], event["pollutant"]), [each for each in blocks if each[0] not in of_the_law]
        there = [[*name.split("-"), count(blocks[who, name])] for who, name in mine]
        held = sum(many for code, _, vintage, many in there if code == key[1] and int(vintage) <= key[0])
        need(0 <= event["circulation"] <= held, f"I2: {event['circulation']} of {key} circulate, {held} are held")
        supply[key] = event
    elif kind == "SupplyAdjusted":
        code, place, _ = event["series"].split("-")
        left = supply[event["year"], code]["parts"].pop(place, 0)  # once for each city
        need(event["count"] == sum(count(move[4]) for move in entry) <= left, f"I2: {event['series']} is adjusted more")
        for move in entry:
            kept_back[move[3]] += count(move[4]) * (1 if event["way"] == "held" else -1)
    elif kind == "SupplyLapsed":
        kept = sum(many for name, many in kept_back.items() if name.split("-")[0] == event["pollutant"])
        need(event["kept"] == kept and event["count"] == kept - event["most"] > 0, f"I2: {kept} are kept, {event}")
        need(sum(count(move[4]) for move in entry) == event["count"], "I2: lapses by another count")
        for move in entry:
            kept_back[move[3]] -= count(move[4])
            need(kept_back[move[3]] >= 0 and move[2].startswith("cancelled-"), f"I2: {move} lapses")
    elif kind == "Surrendered":
        key = (event["source"], event["year"], event["pollutant"])
        given[key] += event["count"]
        need(given[key] <= years[key], f"I11: {key} surrenders more than it owes")
        besides = sum(count(move[4]) for move in entry if move[2].startswith("cancelled-"))
        need(event["count"] == sum(count(move[4]) for move in entry) - besides, "I11: gives another count up")
        flow_controlled(event, besides, key[1:])
        need(all(covered(move) == event["pollutant"] for move in entry), "I11: gives another pollutant up")
        use_credits(event, 1)
    elif kind == "SurrenderReversed":
        flow_back(event["year"], entry)
        use_credits(event, -1)
        given[event["source"], event["year"], event["pollutant"]] -= sum(count(move[4]) for move in entry)
    elif kind == "Allocated":
        allocate(event)
    elif kind == "TruedUp":
        true_up(event)
    elif kind == "YearClosed":
        close(event, event["year"])
        for each in event.get("late", []):
            key = (each["source"], each["year"], each["pollutant"], 0)
            due[key] = due.get(key, 0) + each["penalty_fen"] * (not event.get("by_case"))
    elif kind == "PenaltyPaid":
        key, interest = penalty_of(event), event.get("interest_fen", 0)
        paid, in_all = sum(move[3] for move in entry) - interest, added.get(key, 0) + interest
        need(0 <= paid <= due[key], f"I11: pays {paid} fen of {due[key]}")
        need(not interest or paid == due[key], "I11: pays interest before the penalty")
        need(not interest or in_all <= event["accrued_fen"], f"I11: pays {in_all} fen of interest, more than it says")
        due[key], added[key] = due[key] - paid, in_all
    elif kind == "CaseNoticed":
        cases[event["case"]] = {**event, "state": "noticed", "deciders": ()}
    elif kind == "CaseReplied":
        need(end.now <= cases[event["case"]]["reply_until"], f"I11: replies to case {event['case']} too late")
    elif kind == "CaseDecided":
        case, deciders = cases[event["case"]], (event["actor"], end.actor)
        need(case["state"] == "noticed" and 0 <= event["fen"] <= case["fen"], "I11: fines more than was proposed")
        case.update(fen=event["fen"], state="decided", deciders=deciders, appeal_until=event["appeal_until"])
        due[penalty_of(case)] = event["fen"]
    elif kind == "CaseAppealed":
        case = cases[event["case"]]
        need(case["state"] == "decided" and end.now <= case["appeal_until"], "I11: appeals too late")
        case.update(state="appealed", paid=case["fen"] - due.pop(penalty_of(case)) + added.pop(penalty_of(case), 0))
    elif kind == "CaseAppealDecided":
        case = cases[event["case"]]
        need(case["state"] == "appealed" and event["fen"] <= case["fen"], "I11: an appeal fines more")
        need(event["actor"] not in case["deciders"], f"I11: {event['actor']} decides on their own decision")
        back = sum(move[3] for move in entry)
        need(back == max(0, case["paid"] - event["fen"]), f"I11: {back} fen go back, {case['paid']} were paid")
        case.update(state="over", fen=event["fen"])
        due[penalty_of(case)] = max(0, event["fen"] - case["paid"])
    elif kind == "InstalmentsGranted":
        key, parts = penalty_of(event), sum(part["fen"] for part in event["parts"])
        need(parts == due[key], f"I11: {parts} fen in parts, {due[key]} are due")
    carry_out(entry)


def read(line):
    raw = line.rstrip(b"\n").partition(b" ")[2]
    end.hash = hashlib.sha256(end.hash.encode() + raw).hexdigest()
    need(line == end.hash.encode() + b" " + raw + b"\n", "its bytes do not give its hash")
    record = decoder.decode(raw.decode())
    need(
        encoder.encode(record).encode() == raw,
        "is not written as records are (a blank, a key that stands twice, an escape)",
    )
    need(record["seq"] == end.seq + 1, f"calls itself {record['seq']}")
    need(record["at"] >= end.at, "is earlier than what happened before")
    key, refusal, events = (record["actor"], record["key"]), record["refusal"], record["events"]
    need(bool(events) == (refusal is None), "has events and a refusal, or neither")
    if key in keys:
        need(refusal and refusal["why"] == "key_reused" and record["body"] != keys[key], f"I13: the key {key} again")
    keys.setdefault(key, record["body"])
    end.body, end.wish, end.actor, end.now = record["body"], None, record["actor"], record["at"]
    for event in events:
        take_in(event)
    add_up({event["source"] for event in events if event["is"] in ("YearVerified", "YearDetermined", "YearAmended")})
    end.seq = record["seq"]
    grow(peaks, f"{end.seq}:{end.hash}".encode())
    if refusal is None:  # what is refused moves no clock
        end.at = record["at"]


def read_head(word):
    seq, _, digest = word.lower().partition(":")
    if not (seq.isascii() and seq.isdigit() and len(digest) == 64 and set(digest) <= set("0123456789abcdef")):
        stop(f"{word}: is no head; write N:HASH, as airshed book head prints it")
    return int(seq), digest


def read_note(word):
    kind, _, name = word.partition(":")
    lines = read_text(name).split("\n")[kind == "holdings" :]
    return int(lines[1]), lines[2], lines[3:5] if kind == "holdings" else None, name


def read_text(name):
    try:
        with open(name, encoding="utf-8") as text:
            return text.read()
    except OSError as error:
        stop(f"{name}: cannot be read ({error.strerror})")


def read_law(folder):
    book = tomllib.loads(read_text(f"{folder}/rulebook.toml"))
    law.update({**book["shortfall"], **book["allowance"], **book["banking"], "folder": folder})
    law["season"] = book["calendar"].get("season", ("01-01", "12-31"))
    if law["penalty"] == "indexed_per_tonne":
        rows = csv.DictReader(read_text(f"{folder}/penalty_index.csv").splitlines())
        law["index"] = {int(row["period"]): int(row["index_thousandths"]) for row in rows}
    law["periods"] = [(int(row["first"]), int(row["last"])) for row in table(folder, "control_periods.csv")]
    law["credits"] = {row["credit"]: [(0, int(row["limit_basis_points"]))] for row in table(folder, "credits.csv")}
    for row in table(folder, "credit_limits.csv"):
        law["credits"][row["credit"]].append((int(row["period"]), int(row["limit_basis_points"])))
    law["together"] = defaultdict(list)
    for row in table(folder, "credits_together.csv"):
        law["together"][tuple(row["credits"].split())].append((int(row["period"]), int(row["limit_basis_points"])))


def table(folder, name):  # that a law may leave out
    try:
        with open(f"{folder}/{name}", encoding="utf-8") as text:
            return list(csv.DictReader(text))
    except FileNotFoundError:
        return []


def read_all(file, heads, notes):
    for line in iter(lambda: file.readline(LONGEST), b""):
        read(line)
        if any(seq == end.seq and digest != end.hash for seq, digest in heads):
            stop(f"record {end.seq}: its hash is not the published one: it or one before it is another")
        for _, said, accounts, name in (note for note in notes if note[0] == end.seq):
            if root(peaks) != said:
                stop(f"{name}: the tree of {end.seq} records has another root than the published one")
            if accounts and holdings() != accounts:
                stop(f"{name}: the accounts after {end.seq} records hold other than published")
    need(end.seq, "is missing: an empty export proves nothing")
    gone = [str(seq) for seq, *_ in [*heads, *notes] if not 1 <= seq <= end.seq]
    need(not gone, f"is missing: a head was published of record {', '.join(gone)}")
    for series, cap in caps.items():
        held = [block for (_, name), mine in blocks.items() if name == series for block in mine]
        need(joined(held) == [[1, cap]], f"I1, I2: the holders of {series} do not hold 1-{cap} between them")
    need(sum(cash.values()) == 0, "I3: money does not sum to zero")


names = [word for word in sys.argv[1:] if ":" not in word]
notes, heads = [], []
try:
    for word in sys.argv[1:]:
        if word.startswith(("checkpoint:", "holdings:")):
            notes.append(read_note(word))
        elif word.startswith("law:"):
            read_law(word[4:])
        elif ":" in word:
            heads.append(read_head(word))
except (LookupError, ValueError) as error:
    stop(f"{word}: cannot be read ({type(error).__name__}: {error})")
if len(names) > 1:
    stop(f"{names[1]}: one export at a time")
try:
    source = open(names[0], "rb") if names else sys.stdin.buffer  # noqa: SIM115 - closed below
except OSError as error:
    stop(f"{names[0]}: cannot be read ({error.strerror}); airshed book export BOOK --out FILE writes an export")
with source as file:
    try:
        read_all(file, heads, notes)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError, OSError) as error:
        stop(f"record {end.seq + 1}: cannot be read ({type(error).__name__}: {error})")
print(f"ok {end.seq} records, digest {end.hash}")
for size, said, accounts, name in notes:
    print(f"{name}: {f'the {accounts[0]} accounts' if accounts else f'root {said}'} after {size} records, as published")
if law:
    print(f"penalties and make-up as {law['folder']} says: {law['penalty']}, {law['makeup_percent']} %")
print("not checked: that the law decided so (airshed book verify does), that who is named sent each command, and,")
print("without a published head, that no other history was put in its place and nothing is missing at the end")
