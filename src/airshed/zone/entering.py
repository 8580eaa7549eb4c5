"""Who and what of a zone is entered in a book: the people of its market, and each works with account and stacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from airshed.engine import commands as c
from airshed.model.provenance import SIMULATED
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.zone.regulated import regulated
from airshed.zone.zone import Stack, Zone, ZoneSource, outlets_of

#: The exchange, the settlement bank and the monitoring host of a zone.
EXCHANGE, BANK, HOST = "zone-exchange", "settlement-bank", "monitoring-host"
#: Whoever has one of these commands does the work of the exchange, the bank, the host, a verifier, an operator.
OPENS, RECEIVES, SEALS, VERIFIES, ANSWERS = "OpenSession", "Deposit", "SealDay", "VerifyYear", "ReportYear"


def reviewer(actor: str) -> str:
    """The second person at a verifier, at the bank, in a city or at a firm."""
    return f"{actor}-review"


def people_of(zone: Zone, rules: Rulebook) -> Iterator[c.RegisterActor]:
    """Who does the work of the market of a zone, beside those that the law founds it with."""
    houses = [(name, VERIFIES) for name in zone.verifiers]
    second = [(reviewer(name), VERIFIES) for name in zone.verifiers]
    for name, work in (
        (EXCHANGE, OPENS),
        (BANK, RECEIVES),
        (reviewer(BANK), RECEIVES),
        (HOST, SEALS),
        *houses,
        *second,
    ):
        yield c.RegisterActor(name, lookup.role_for(rules, work))


def works_of(
    rules: Rulebook, source: ZoneSource, outlets: Sequence[Stack]
) -> Iterator[c.OpenAccount | c.RegisterActor | c.RegisterSource]:
    """A works: the account of its firm, somebody who acts for it, and the source with what its stacks owe for."""
    owed: dict[str, str] = {rule.measured: rule.code for rule in lookup.owed(rules, source.sector)}
    stacks = tuple(
        c.StackEntry(stack.stack, tuple(owed[pollutant] for pollutant in stack.monitors if pollutant in owed))
        for stack in outlets
    )
    yield c.OpenAccount(source.account, "operator", source.name_en, source.jurisdiction, source.group or "")
    yield c.RegisterActor(source.account, lookup.role_for(rules, ANSWERS, "operator"), source.account)
    yield c.RegisterSource(
        source.source,
        source.name_en,
        source.account,
        source.jurisdiction,
        source.sector,
        source.origin == SIMULATED,
        stacks,
    )


def second_people(zone: Zone, rules: Rulebook) -> Iterator[c.RegisterActor]:
    """For a rehearsal: two officials of each city, where a role is bound to one, and a second person of each firm."""
    bureau = next((role.code for role in rules.people if role.bound == "jurisdiction"), "")
    places = [(f"{place.code.lower()}-bureau", place.code) for place in rules.jurisdictions if bureau]
    for name, place in (*places, *((reviewer(name), place) for name, place in places)):
        yield c.RegisterActor(name, bureau, "", place)
    firm = lookup.role_for(rules, ANSWERS, "operator")
    for account in dict.fromkeys(source.account for source in zone.sources):
        yield c.RegisterActor(reviewer(account), firm, account)


def entered(zone: Zone, rules: Rulebook) -> Iterator[c.OpenAccount | c.RegisterActor | c.RegisterSource]:
    """Everybody and everything of a zone, in an order in which nothing is named before it is there."""
    yield from people_of(zone, rules)
    zone = regulated(zone, rules)
    accounts: set[str] = set()
    outlets = outlets_of(zone)
    for source in zone.sources:
        for body in works_of(rules, source, outlets[source.source]):
            if isinstance(body, c.RegisterSource) or source.account not in accounts:
                yield body
        accounts.add(source.account)
