"""A second opinion on a source's year: days, reports, opinions, surrender, settlement, banking (I9 to I11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from math import ceil

from airshed.engine import events as e
from airshed.lab.simulator.mirror.credits import Credits
from airshed.lab.simulator.mirror.figures import count_of, day_of, days_after, half_up, last_day, worth
from airshed.lab.simulator.mirror.flow import Flow
from airshed.lab.simulator.mirror.groups import Groups
from airshed.lab.simulator.mirror.late import Late
from airshed.lab.simulator.mirror.opting import Opting
from airshed.lab.simulator.mirror.periods import Periods
from airshed.lab.simulator.mirror.prices import Prices
from airshed.lab.simulator.mirror.sales import Sales
from airshed.registry.moves import Delivered
from airshed.rulebook.compliance_sections import ShortfallRule
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.tables import ShortfallPeriod

Claim = Callable[[str, bool, str], None]
Held = dict[tuple[str, str], list[tuple[int, int]]]
Place = tuple[str, str]


class Years:
    """Follows years; `claim` counts a check, `held` is what the mirror says that accounts hold."""

    def __init__(self, claim: Claim, held: Held, prices: Prices, blocked: Callable[[], Counter[Place]]) -> None:
        self._claim = claim
        self._held = held
        self._prices = prices
        self._blocked = blocked
        self.flow = Flow(claim, held)
        self._sales = Sales()
        self.periods = Periods(claim)
        self.credits = Credits(claim, held)
        self.groups = Groups(claim)
        self.opting = Opting(claim)
        self._sealed: dict[tuple[str, str], str] = {}
        self._masses: dict[tuple[str, str], dict[str, int]] = {}
        self._difference: dict[tuple[str, str], dict[str, int]] = {}
        self._stacks: dict[str, tuple[str, ...]] = {}
        self._stands: dict[str, str] = {}
        self._places: dict[str, str] = {}
        self._sectors: dict[str, str] = {}
        self._entered: dict[str, int] = {}
        self._reports: dict[tuple[str, int], dict[str, int]] = {}
        #: By source and year: pollutant and mass by the digest of the file that each is calculated from.
        self._estimates: dict[tuple[str, int], dict[str, tuple[str, int]]] = {}
        self._reporter: dict[tuple[str, int], str] = {}
        self._counts: set[tuple[str, int]] = set()
        self._obliged: Counter[tuple[str, int, str]] = Counter()
        self._given: Counter[tuple[str, int, str]] = Counter()
        self._closed: set[tuple[str, int]] = set()
        self.penalties = Late(claim)
        self._excluded: set[tuple[str, int]] = set()
        #: Of settled years: what was missing and fined, and what a correction added, until which day.
        self._missing: Counter[tuple[str, int, str]] = Counter()
        self._extra: Counter[tuple[str, int, str]] = Counter()
        self._until: dict[tuple[str, int], str] = {}
        #: Allowances that the next allocation of a source withholds, by pollutant.
        self.makeup: Counter[tuple[str, str]] = Counter()

    def follow(self, event: e.Event, at: int, rules: Rulebook) -> None:
        """Take in a fact; holdings are those after it."""
        self.flow.follow(event, rules)
        self._sales.follow(event)
        self.periods.follow(event, rules)
        self.groups.follow(event)
        self.opting.follow(event, at, rules)
        match event:
            case e.SourceRegistered():
                self._stands[event.source] = event.account
                self._stacks[event.source] = tuple(entry.stack for entry in event.stacks)
                self._places[event.source] = event.jurisdiction
                self._sectors[event.source] = event.sector
                self._entered[event.source] = int(day_of(at, rules)[:4])
            case e.CreditsIssued():
                self.credits.issued(event, at, rules)
            case e.CreditsVoided():
                self._void(event, at, rules)
            case e.SourceTransferred():
                self._passes(event)
            case e.DaySealed():
                self._day(event)
            case e.EstimateFiled():
                there = self._estimates.setdefault((event.source, event.year), {})
                self._claim("I9", not event.replaces or event.replaces in there, f"{event} replaces what is not there")
                there.pop(event.replaces, None)
                there[event.evidence] = (event.pollutant, event.mass_mg)
            case e.MonitorTested():
                self._tested(event, rules)
            case e.DayReversed():
                self._reversed(event)
            case e.YearReported():
                self._reported(event, rules)
            case e.YearVerified() | e.YearDetermined():
                self._verified(event, rules)
            case e.Surrendered():
                self._surrendered(event, at, rules)
            case e.SurrenderReversed():
                self._unsurrendered(event, at, rules)
            case e.YearClosed():
                self._settled(event, at, rules)
            case e.YearExcluded():
                year = (event.source, event.year)
                owes = any(self._obliged[key] for key in self._obliged if key[:2] == year)
                self._claim("I11", not owes and year not in self._excluded, f"{year} is excluded and owes")
                self._excluded.add(year)
            case e.YearIncluded():
                self._excluded.remove((event.source, event.year))
            case e.YearAmended():
                self._amended(event, at, rules)
            case e.GroupSettled():
                self._group(event, at, rules)
            case e.PenaltyPaid():
                self.penalties.paid(event, at, rules)
            case e.InstalmentsAsked():
                self.penalties.asked(event)
            case e.InstalmentsRefused():
                self.penalties.refused(event)
            case e.InstalmentsGranted():
                self.penalties.granted(event, at, rules)
            case _:
                pass

    def owed(self, account: str, pollutant: str) -> int:
        """What the sources of an account have to surrender yet: of settled years only what corrections added."""
        total = 0
        for key, owed in self._obliged.items():
            if self._stands[key[0]] == account and key[2] == pollutant:
                settled = (account, key[1]) in self._closed
                total += self._extra[key] if settled else owed - self._given[key]
        return total

    def _passes(self, event: e.SourceTransferred) -> None:
        """What is owed goes with the source, no more and no less, and no year is settled twice or never."""
        before = {side: self._of(side) for side in (event.origin, event.target)}
        both = {year for side, year in self._closed if side in before}
        theirs = [self._entered[each] for each, account in self._stands.items() if account == event.target]
        settled = []
        for year in sorted(both):
            one, other = ((side, year) in self._closed for side in (event.origin, event.target))
            if one and not other:
                settled.append(year)
                self._claim("I11", all(entered > year for entered in theirs), f"{event} settles {year} of others")
            elif other and not one:
                self._claim("I11", self._entered[event.source] > year, f"{event} settles {year} that nobody settled")
        self._claim("I11", list(event.settled) == settled, f"{event} says {event.settled}, settled are {settled}")
        fined = self.penalties.owing(event.source)
        self._claim("I11", not fined, f"{event} passes the penalties {fined} on")
        self._stands[event.source] = event.target
        self._closed |= {(event.target, year) for year in settled}
        moved = {key: count for key, count in event.owed.items() if count}
        for side, sign in ((event.origin, -1), (event.target, 1)):
            now, then = self._of(side), before[side]
            change = {name: now[name] - then[name] for name in {*now, *then} if now[name] != then[name]}
            right = {name: sign * count for name, count in moved.items()}
            self._claim("I11", change == right, f"{event}: {side} owes {change} more, its event says {right}")

    def _of(self, account: str) -> Counter[str]:
        """What an account owes, by pollutant."""
        return Counter({name: self.owed(account, name) for _, _, name in self._obliged})

    def _day(self, event: e.DaySealed) -> None:
        key = (event.stack, event.day)
        self._claim("I9", self._sealed.get(key, "") == event.replaces, f"{key} is sealed already")
        self._sealed[key] = event.evidence
        before = self._masses.get(key, {})
        booked = self._difference.pop(key, {})
        change = {name: mass - before.get(name, 0) for name, mass in event.mass_mg.items()}
        self._claim("I9", not before or booked == change, f"{key} changes by {change}, its entry says {booked}")
        self._masses[key] = event.mass_mg
        for pollutant, hours in event.hours.items():
            self._claim("I10", sum(hours) == 24 and min(hours) >= 0, f"{key} {pollutant} has {hours}")

    def _reversed(self, event: e.DayReversed) -> None:
        key = (event.stack, event.day)
        self._claim("I9", self._masses.get(key) == event.mass_mg, f"{key} takes back what was never booked")
        self._difference[key] = event.difference_mg

    def _reported(self, event: e.YearReported, rules: Rulebook) -> None:
        stacks = self._stacks[event.source]
        first, last = (f"{event.year}-{day}" for day in rules.calendar.season or ("01-01", "12-31"))
        if any(row.check == "days_present" and row.severity == "blocking" for row in rules.reporting.rows):
            days = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
            for stack in stacks:
                sealed = sum(1 for known, day in self._masses if known == stack and first <= day <= last)
                self._claim("I10", sealed == days, f"{event.source} reports {event.year}: {stack} has {sealed} days")
        filed = self._estimates.get((event.source, event.year), {})
        for pollutant, files in event.files.items():
            mass = sum(filed[file][1] for file in files)
            whole = sorted(file for file, (code, _) in filed.items() if code == pollutant) == sorted(files)
            right = whole and event.declared_mg[pollutant] == mass
            self._claim("I9", right, f"{event.source} declares {event.declared_mg} of {pollutant}, files say {mass}")
        self._reports[event.source, event.year] = {**event.measured_mg, **event.declared_mg}
        self._reporter[event.source, event.year] = event.actor
        for pollutant, mass in event.measured_mg.items():
            booked = sum(
                day.get(pollutant, 0)
                for (stack, iso), day in self._masses.items()
                if stack in stacks and first <= iso <= last
            )
            self._claim("I9", mass == booked, f"{event.source} reports {mass} mg of {pollutant}, {booked} are sealed")

    def _tested(self, event: e.MonitorTested, rules: Rulebook) -> None:
        """What failed puts hours out of control, up to now or to a test that passed."""
        kind = "velocity" if event.of == "velocity" else "PM" if event.about == ("PM",) else "gas"
        row = next(row for row in rules.quality_tests.rows if (row.test, row.of) == (event.test, kind))
        passed = event.result <= row.pass_basis_points
        failed = event.result > row.fail_basis_points
        said = "passed" if passed else "failed" if failed else "between"
        self._claim("I10", event.outcome == said, f"test {event.number} {event.outcome}, its result says {said}")
        out = [span for span in event.out if span.why == "failed" and span.first <= event.hour <= (span.last or "9")]
        self._claim("I10", not failed or bool(out), f"test {event.number} failed, and no hour is out of control")

    def _verified(self, event: e.YearVerified | e.YearDetermined, rules: Rulebook) -> None:
        year = (event.source, event.year)
        if isinstance(event, e.YearVerified):
            reporter = self._reporter.get(year)
            self._claim(
                "I11",
                reporter is not None and event.actor != reporter,
                f"{event.actor} verifies a report of {reporter}",
            )
            if event.opinion == "adverse":
                nothing = not event.mass_mg and not event.obligation
                self._claim("I11", nothing, f"{year} counts {event.mass_mg} mg on an adverse opinion")
                return
            said = self._reports[year]
            self._claim("I11", event.mass_mg == said, f"{year} counts {event.mass_mg} mg, its report says {said}")
        self._counts.add(year)
        owes = self.opting.owes(event.source, event.year, rules)
        self._claim("I11", owes or not event.obligation, f"{year} owes {event.obligation} and need not")
        for pollutant, owed in event.obligation.items():
            key = (event.source, event.year, pollutant)
            self._obliged[key] = owed
        for move in event.entry:
            assert isinstance(move, Delivered)
            self._given[event.source, event.year, self.credits.covers(move.series)] -= count_of(move)
            self._back(event.source, event.year, move)
        for key, given in self._given.items():
            if key[:2] == (event.source, event.year) and event.obligation:
                self._claim("I11", given <= self._obliged[key], f"{key} has given {given} of {self._obliged[key]}")

    def _unsurrendered(self, event: e.SurrenderReversed, at: int, rules: Rulebook) -> None:
        """It can still be given anew, and no more comes back than was given."""
        key = (event.source, event.year, event.pollutant)
        last = last_day(rules, event.year)
        self._claim(
            "I11", day_of(at, rules) <= last, f"{key} is given back on {day_of(at, rules)}, the last day was {last}"
        )
        moves = [move for move in event.entry if isinstance(move, Delivered)]
        back = sum(map(count_of, moves))
        for move in moves:
            self._back(event.source, event.year, move)
        self._given[key] -= back
        right = back == event.count and self._given[key] >= 0
        self._claim("I11", right, f"{key} gets {back} of {event.count} back, {self._given[key]} are left")

    def _surrendered(self, event: e.Surrendered, at: int, rules: Rulebook) -> None:
        key = (event.source, event.year, event.pollutant)
        last = last_day(rules, event.year)
        if (self._stands[event.source], event.year) in self._closed:
            last = self._until[key[:2]]
            self._claim("I11", event.count <= self._extra[key], f"{key} is settled, {self._extra[key]} are open")
            self._extra[key] -= event.count
        by_law = event.how == "deducted"
        right = day_of(at, rules) > last and rules.compliance.deducts if by_law else day_of(at, rules) <= last
        self._claim("I11", right, f"{key} is surrendered for on {day_of(at, rules)}, the last day was {last}")
        self._claim("I11", key[:2] in self._counts, f"{key} is surrendered for and was never verified")
        self._given[key] += event.count
        over = self._given[key] - self._obliged[key]
        self._claim("I11", over <= 0, f"{key} surrenders {over} too many")
        given = 0
        moves = [move for move in event.entry if isinstance(move, Delivered)]
        oldest_first = self.flow.given(event, rules) or self.credits.order(event, moves, rules)
        self._claim("I11", oldest_first, f"{key} does not give its oldest vintage first")
        for move in event.entry:
            assert isinstance(move, Delivered)
            jurisdiction = move.series.split("-")[1]
            if not move.target.startswith("cancelled-"):
                given += count_of(move)
            counts = self.credits.counts(move.series, event, rules)
            if rules.allowance.admitted == "jurisdiction":
                counts = counts and jurisdiction == self._places[event.source]
            self._claim("I11", counts, f"{move.series} does not count for {key}")
            left = [first for first, _ in self._held[move.origin, move.series]]
            lowest = not left or min(left) > max(block.last for block in move.blocks)
            self._claim(
                "I11", lowest or event.how == "named", f"{move.series} of {key} does not give its lowest serials"
            )
            self._claim("I11", move.origin == self._stands[event.source], f"{move.origin} pays for {event.source}")
        self._claim("I11", given == event.count, f"{given} given, {event.count} counted")
        self.credits.given(event, moves, self._obliged, rules)

    def _back(self, source: str, year: int, move: Delivered) -> None:
        self.flow.back(source, year, move)
        self.credits.back(source, year, move)

    # --- the end of a year

    def _settled(self, event: e.YearClosed, at: int, rules: Rulebook) -> None:
        key, last = (event.account, event.year), last_day(rules, event.year)
        self._claim("I11", key not in self._closed, f"{key} is settled twice")
        self._closed.add(key)
        self._claim(
            "I11", day_of(at, rules) > last, f"{key} is settled on {day_of(at, rules)}, surrender is open until {last}"
        )
        mine = {source for source, account in self._stands.items() if account == event.account}
        mine -= {source for source, year in self._excluded if year == event.year}
        mine = {source for source in mine if self.opting.owes(source, event.year, rules)}
        for source in mine:
            self._claim("I11", (source, event.year) in self._counts, f"{source} {event.year} settles unverified")
        owed = {each for each in self._obliged if each[0] in mine and each[1] == event.year}
        said = {(each.source, event.year, each.pollutant) for each in event.settlements}
        self._claim("I11", owed == said, f"{key} settles {said}, owed are {owed}")
        verified, given = Counter[str](), Counter[str]()
        for each in event.settlements:
            where = (each.source, event.year, each.pollutant)
            self._short(each, where, last, event.pay_by, rules)
            verified[each.pollutant] += self.periods.whole[where]
            given[each.pollutant] += self._given[where]
        self._late(event, at, rules)
        banked: dict[str, int] = {}
        for pollutant in verified:
            banked |= self._carried(event, pollutant, verified[pollutant], given[pollutant], rules)
        self._claim("I11", event.banked == banked, f"{key} carries {event.banked} on, by the law {banked}")
        self._sales.settled(event.account)

    def _short(self, each: e.Settlement, where: tuple[str, int, str], last: str, pay_by: str, rules: Rulebook) -> None:
        """What is missing; what that costs and makes up, the law says."""
        short = self._obliged[where] - self._given[where]
        figures = (each.obligation, each.surrendered, each.shortfall)
        due = (self._obliged[where], self._given[where], short)
        self._claim("I11", figures == due, f"{where} is settled by {figures}, the book says {due}")
        self._missing[where] = short
        self._costs(each, short, where, last, pay_by, rules)

    def _late(self, event: e.YearClosed, at: int, rules: Rulebook) -> None:
        """What corrections added, and is past its day, is missing with the next settlement, all of it."""
        passed = {
            key: count
            for key, count in self._extra.items()
            if count and self._stands[key[0]] == event.account and day_of(at, rules) > self._until[key[:2]]
        }
        said = {(each.source, each.year, each.pollutant): each.shortfall for each in event.late}
        self._claim("I11", said == passed, f"{event.account} settles {said} late, by the book {passed}")
        for each in event.late:
            where = (each.source, each.year, each.pollutant)
            self._missing[where] += self._extra.pop(where)
            self._costs(each, each.shortfall, where, self._until[where[:2]], each.pay_by, rules)

    def _amended(self, event: e.YearAmended, at: int, rules: Rulebook) -> None:
        """A settled year is corrected: more is open, less is first taken from what nobody paid."""
        year = (event.source, event.year)
        self._claim("I11", (self._stands[event.source], event.year) in self._closed, f"{year} is not settled")
        settled = {each[2] for each in self._obliged if each[:2] == year}
        self._claim("I11", {each.pollutant for each in event.amended} == settled, f"{year} is settled for {settled}")
        back = Counter[str]()
        for move in event.entry:
            assert isinstance(move, Delivered)
            back[self.credits.covers(move.series)] += count_of(move)
            self._back(event.source, event.year, move)
        self._until[year] = event.until
        if any(each.extra for each in event.amended):
            self._claim("I11", day_of(at, rules) <= event.until, f"{year} is to be surrendered for until {event.until}")
        for each in event.amended:
            key = (event.source, event.year, each.pollutant)
            more = each.obligation - self._obliged[key]
            self._given[key] -= back[each.pollutant]
            open_before = self._extra[key] + self._missing[key]
            if more >= 0:
                due = (self._extra[key] + more, self._missing[key], 0)
            else:
                due = (
                    max(0, self._extra[key] + more),
                    min(self._missing[key], max(0, open_before + more)),
                    max(0, -more - open_before),
                )
            figures = (each.extra, each.shortfall, back[each.pollutant])
            self._claim("I11", figures == due, f"{key} is corrected to {figures}, by the book {due}")
            self._claim("I11", sum(due[:2]) + self._given[key] == each.obligation, f"{key} does not add up")
            owed = sum(map(self.penalties.left, self.penalties.missing(key)))
            self._claim("I11", each.due_fen <= owed, f"{key}: {each.due_fen} fen are due, {owed} before")
            self.penalties.lowered(key, each.due_fen)
            self.makeup[event.source, each.pollutant] -= each.makeup_less
            self._claim("I11", self.makeup[event.source, each.pollutant] >= 0, f"{key} makes up less than nothing")
            self._obliged[key], self._extra[key], self._missing[key] = each.obligation, each.extra, each.shortfall

    def _void(self, event: e.CreditsVoided, at: int, rules: Rulebook) -> None:
        """As many are owed again as were given, of a settled year until a day that is to come."""
        self.credits.voided(event, at, self._held, rules)
        for use in event.uses:
            key = (use.source, use.year, event.pollutant)
            self._given[key] -= use.count
            self._claim("I11", self._given[key] >= 0, f"{key} gave fewer than are void")
            closed = (self._stands[use.source], use.year) in self._closed
            self._claim("I11", closed == bool(use.until), f"{use} of a year that is settled: {closed}")
            if closed:
                days = rules.compliance.credits_replace_days or 0
                self._claim("I11", use.until == days_after(day_of(at, rules), days), f"{use} is due otherwise")
                waits = any(count for each, count in self._extra.items() if each[:2] == key[:2])
                before = self._until.get(key[:2], "") if waits else ""
                self._until[key[:2]] = max(before, use.until)
                self._extra[key] += use.count

    def _group(self, event: e.GroupSettled, at: int, rules: Rulebook) -> None:
        """What a group owes besides is open in settled years, until a day that is to come."""
        self.groups.settled(event, self.periods.whole, self._stands, rules)
        for line in event.lines:
            key = (line.source, event.year, event.pollutant)
            closed = (self._stands[line.source], event.year) in self._closed
            self._claim("I11", closed and line.source in self._stands, f"{key} is not settled, and its group is")
            if line.more:
                self._claim("I11", day_of(at, rules) <= event.until, f"{event.group} surrenders until {event.until}")
                waits = any(count for each, count in self._extra.items() if each[:2] == key[:2])
                before = self._until.get(key[:2], "") if waits else ""
                self._until[key[:2]] = max(before, event.until)
                self._obliged[key] += line.more
                self._extra[key] += line.more
                self.periods.besides[key] += line.more

    def _costs(
        self,
        each: e.Settlement | e.LateSettlement,
        short: int,
        where: tuple[str, int, str],
        last: str,
        pay_by: str,
        rules: Rulebook,
    ) -> None:
        """What is missing costs by the method of the law, and what is made up is rounded up to the whole."""
        law: ShortfallRule | ShortfallPeriod = rules.shortfall
        for row in sorted(rules.shortfall.periods, key=lambda row: row.period):
            law = row if row.period <= where[1] else law
        year, month = int(last[:4]), int(last[5:7])
        before = f"{year}-{month - 1:02}" if month > 1 else f"{year - 1}-12"
        first = f"{where[1]}-01" if isinstance(law, ShortfallPeriod) and law.mean == "cycle" else before
        mean = self._prices.of_months(each.pollutant, first, before)
        price = law.fixed_fen_per_t if mean is None else mean
        self._claim("I11", each.price == price, f"{where} is fined at {each.price}, the mean of {before} is {price}")
        kilograms = short * rules.allowance.size_kg
        fixed = Fraction(kilograms * 1_000_000 * law.fixed_fen_per_t, rules.shortfall.tonne_mg)
        index = {row.period: row.index_thousandths for row in rules.shortfall.rows}.get(where[1], 0)
        penalty = {
            "price_multiple": worth(kilograms, price * law.price_multiple),
            "fixed_per_tonne": half_up(fixed),
            "indexed_per_tonne": half_up(fixed * Fraction(index, rules.shortfall.index_base_thousandths)),
            "flat": law.flat_fen if short else 0,
        }[law.penalty]
        self._claim(
            "I11", each.penalty_fen == penalty, f"{where} is fined {each.penalty_fen} fen, {penalty} by the law"
        )
        makeup = ceil(Fraction(short * law.makeup_percent, 100))
        self._claim("I11", each.makeup == makeup, f"{where} makes up {each.makeup}, {makeup} by the law")
        self.makeup[each.source, each.pollutant] += makeup
        if penalty and rules.cases.shortfall == "automatic":
            self.penalties.imposed((*where, 0), penalty, pay_by)

    def _carried(
        self, event: e.YearClosed, pollutant: str, verified: int, given: int, rules: Rulebook
    ) -> Mapping[str, int]:
        """What goes on of a pollutant, youngest vintage first, and that the rest goes, but for what is blocked."""
        moved = {move.series: count_of(move) for move in event.entry if isinstance(move, Delivered)}
        there = {
            series: sum(last - first + 1 for first, last in blocks) + moved.get(series, 0)
            for (account, series), blocks in self._held.items()
            if account == event.account and series.startswith(f"{pollutant}-")
        }
        there = {series: count for series, count in there.items() if count}
        law, back = rules.banking, rules.allowance.vintages_back
        old = sum(count for series, count in there.items() if int(series[-4:]) <= event.year)
        sold = max(0, self._sales.of(event.account, pollutant))
        of = {"holdings": old, "surrendered": given, "verified": verified, "net_sold": sold}[law.of]
        room = of * law.limit_basis_points // 10_000 + (law.basic_count or 0) if law.open else 0
        blocked = self._blocked()
        carried: dict[str, int] = {}
        for series in sorted(there, key=lambda name: (-int(name[-4:]), name)):
            vintage, count = int(series[-4:]), there[series]
            if vintage > event.year:
                kept = count
            elif vintage + back <= event.year:
                kept = 0
            else:
                kept = min(count, room)
                room -= kept
            if kept:
                carried[series] = kept
            goes = min(count - kept, count - blocked[event.account, series])
            self._claim(
                "I11",
                moved.get(series, 0) == goes,
                f"{event.account} loses {moved.get(series, 0)} of {series} after {event.year}, {goes} by the law",
            )
        return carried
