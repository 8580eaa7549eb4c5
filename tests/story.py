"""A small programme told in commands, played from end to end: a book with most of what a book can hold.

Two firms of Kunming and a trader of Qujing: accounts, caps, an auction, a session, a year, and what it ends with.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise

from msgspec.structs import replace

from airshed.engine import commands as c
from airshed.model.period import days_of
from airshed.model.provenance import EXAMPLES, Simulation
from airshed.model.seal import seal_of
from airshed.rulebook import lookup
from airshed.rulebook.digest import digest
from airshed.rulebook.schema import Rulebook
from story_primary import DURING, returned
from story_terms import SCENES

#: A command and the Beijing instant at which it is sent, as `airshed book send --at` takes it.
Told = tuple[str, c.Command]

YEAR = 2027
#: Whoever seals a seed draws it.
SALT = "5f1d9c0be42a7716"
OFFICE, EXCHANGE, BANK, HOST, VERIFIER = (
    "dianzhong-office",
    "zone-exchange",
    "settlement-bank",
    "monitoring-host",
    "verifier-kunming",
)
#: Who confirm what the office and the verifier have proposed.
INSPECTOR, REVIEWER = "dianzhong-inspector", "verifier-kunming-review"
#: Who registers people and opens accounts.
REGISTRAR = "dianzhong-registrar"
#: Who confirms at once what an office has proposed, and which acts these are.
SECOND = {OFFICE: INSPECTOR, REGISTRAR: "dianzhong-registrar-2", BANK: f"{BANK}-review"}
AT_ONCE = (c.RegisterActor, c.Deposit, c.Withdraw, c.SetCap, c.Allocate, c.GrantRight, c.RenewRight)
CEMENT, STEEL, TRADER = "cement-li", "steel-wang", "trader-chen"
#: The day on which the operator marks hours.
MARKED_DAY = "2027-04-06"
#: What the office knows when it closes the year of the cement works.
KNOWN = {
    "lost SO2-KM-2027": 3_405_441,
    "short KM-KILN-1 NOx 2027, penalty 16,425,150.00 yuan": 328_503,
    "short KM-KILN-1 PM 2027, penalty 1,095,150.00 yuan": 21_903,
    "short KM-KILN-1 SO2 2027, penalty 150.00 yuan": 3,
    "short KM-KILN-1 VOC 2027, penalty 4,250.00 yuan": 85,
}
#: What the kiln stack emits on every day of the year, in milligrams.
DAY_MASS_MG = {"NOx": 900_000_000, "PM": 60_000_000, "SO2": 120_000_000}


def story(rules: Rulebook) -> Iterator[Told]:
    """The commands in the order in which they are sent; under the shipped rulebook none of them is refused."""
    for sent, (at, actor, body) in enumerate(_by_two(rules), 1):
        yield at, c.Command(actor, f"example-{sent}", body)


def _by_two(rules: Rulebook) -> Iterator[tuple[str, str, c.Body]]:
    """Every act of an office is confirmed at once; those of which more is told are confirmed where the story says so.

    There an act is named by how many of its kind came before it.
    """
    acts = 0
    told: list[int] = []
    for at, actor, bodies in _scenes(rules):
        for body in bodies:
            if isinstance(body, c.ConfirmAct | c.RejectAct):
                yield at, actor, replace(body, act=told[body.act - 1])
                continue
            yield at, actor, body
            if type(body).__name__ not in rules.roles.second or (isinstance(body, c.AdoptRulebook) and not acts):
                continue
            acts += 1
            if isinstance(body, AT_ONCE):
                by = lookup.people(rules)[body.role].confirmed_by if isinstance(body, c.RegisterActor) else None
                yield at, INSPECTOR if by else SECOND[actor], c.ConfirmAct(acts)
            else:
                told.append(acts)


def _scenes(rules: Rulebook) -> Iterator[tuple[str, str, list[c.Body]]]:
    programme = rules.programme
    yield (
        "2026-12-01T09:00",
        OFFICE,
        [
            c.AdoptRulebook(programme.id, programme.version, digest(rules), Simulation(EXAMPLES)),
        ],
    )
    yield (
        "2026-12-01T09:00",
        REGISTRAR,
        [
            c.OpenAccount("kunming-cement", "operator", "Kunming Cement (example)", "KM", "Example Group"),
            c.OpenAccount("kunming-forge", "operator", "Kunming Forge (example)", "KM"),
            c.OpenAccount("qujing-trade", "trader", "Qujing Trade (example)", "QJ"),
            c.RegisterActor(CEMENT, "operator", "kunming-cement"),
            c.RegisterActor(STEEL, "operator", "kunming-forge"),
            c.RegisterActor(TRADER, "trader", "qujing-trade"),
            c.RegisterActor(EXCHANGE, "exchange"),
            c.RegisterActor(BANK, "bank"),
            c.RegisterActor(SECOND[BANK], "bank"),
            c.RegisterActor(HOST, "monitor"),
            c.RegisterActor(VERIFIER, "verifier"),
            c.RegisterActor(REVIEWER, "verifier"),
        ],
    )
    yield (
        "2026-12-01T09:00",
        OFFICE,
        [
            c.RegisterSource(
                "KM-KILN-1",
                "Kiln 1 (example)",
                "kunming-cement",
                "KM",
                "cement",
                True,
                (c.StackEntry("KM-KILN-1-A", ("SO2", "NOx", "PM")),),
            ),
            c.RegisterSource("KM-KILN-2", "Kiln 2, new (example)", "kunming-forge", "KM", "cement", True),
            c.RegisterSource("KM-SINTER-1", "Sinter strand 1 (example)", "kunming-forge", "KM", "steel", True),
        ],
    )
    yield from _issued()
    yield from _sold()
    yield from _traded()
    yield from _dealt()
    hours = {name: (22, 2, 0) for name in DAY_MASS_MG}
    for day, following in pairwise([*days_of(YEAR), f"{YEAR + 1}-01-01"]):
        if day == MARKED_DAY:
            yield from _marked()
        yield f"{following}T08:00", HOST, [_sealed(day, hours)]
        for actor, body in (*SCENES.get(following, []), *DURING.get(following, [])):
            yield f"{following}T09:00", actor, [body]
        if day == "2027-04-19":
            yield from _decided()
    yield from _settled()


def _sealed(day: str, hours: dict[str, tuple[int, int, int]]) -> c.SealDay:
    evidence = sha256(f"the frames of {day}".encode()).hexdigest()
    return c.SealDay("KM-KILN-1-A", day, hours, DAY_MASS_MG, evidence, marks=(1, 2) if day == MARKED_DAY else ())


def _marked() -> Iterator[tuple[str, str, list[c.Body]]]:
    """Two marks of a day on which the kiln was lit: one is proven and approved, one lapses, so the day is corrected."""
    proof = sha256(b"the log of the burner").hexdigest()
    yield (
        f"{MARKED_DAY}T20:00",
        CEMENT,
        [
            c.MarkHours("KM-KILN-1-A", "start_up", f"{MARKED_DAY}T08", f"{MARKED_DAY}T11", "lit after a repair"),
            c.MarkHours("KM-KILN-1-A", "maintenance", f"{MARKED_DAY}T14", f"{MARKED_DAY}T15", "probe cleaned"),
            c.ProveMark(1, proof),
        ],
    )


def _decided() -> Iterator[tuple[str, str, list[c.Body]]]:
    """The office approves the first mark, another confirms it; the second lapses, and its day is sealed again."""
    yield f"{YEAR}-04-20T09:00", OFFICE, [c.DecideMark(1, True, "the log shows it"), c.LapseMark(2)]
    yield f"{YEAR}-04-20T10:00", INSPECTOR, [c.ConfirmAct(1)]
    mended = c.SealDay(
        "KM-KILN-1-A",
        MARKED_DAY,
        {name: (24, 0, 0) for name in DAY_MASS_MG},
        {name: mass + 3_000_000 for name, mass in DAY_MASS_MG.items()},
        evidence := sha256(f"the frames of {MARKED_DAY}".encode()).hexdigest(),
        evidence,
        "mark 2 lapsed",
        (1,),
    )
    yield f"{YEAR}-04-20T11:00", HOST, [mended]


def _issued() -> Iterator[tuple[str, str, list[c.Body]]]:
    activities = (
        c.ActivityLine("KM-KILN-1", (2024, 2025, 2026), (52_000, 50_000, 49_000), (900_000, 910_000, 905_000)),
        c.ActivityLine("KM-SINTER-1", (2024, 2025, 2026), (61_000, 60_000, 60_500), (400_000, 405_000, 398_000)),
    )
    yield (
        "2026-12-10T09:00",
        OFFICE,
        [c.SetCap("SO2", "KM", YEAR), c.Allocate("SO2", "KM", YEAR, activities, {"above SO2-KM-2027": 5_548_105})],
    )
    yield (
        "2027-01-05T09:00",
        BANK,
        [
            c.Deposit("kunming-cement", 1_000_000_000),
            c.Deposit("kunming-forge", 50_000_000),
            c.Deposit("qujing-trade", 200_000_000),
        ],
    )
    yield (
        "2027-02-10T09:00",
        OFFICE,
        [c.OpenAuction("SO2-KM-2027-1", "SO2-KM-2027", 20_000, seal=seal_of(20_270_210, SALT))],
    )
    yield "2027-02-10T09:30", STEEL, [c.ConsignLot("SO2-KM-2027-1", "kunming-forge", 1_000)]
    yield "2027-02-10T10:00", TRADER, [c.PlaceBid("SO2-KM-2027-1", "qujing-trade", 20_000, 410_000)]
    yield "2027-02-10T14:00", OFFICE, [c.CloseAuction("SO2-KM-2027-1", 20_270_210, SALT)]


def _sold() -> Iterator[tuple[str, str, list[c.Body]]]:
    """A sale at the fixed price: one firm pays in instalments, the other pays nothing after the first."""
    yield "2027-02-15T09:00", OFFICE, [c.OpenSale("SO2-KM-2027-sale", "SO2-KM-2027", 1, 40_000, "2027-03-31")]
    yield "2027-02-16T09:00", CEMENT, [c.BuyAllocation("SO2-KM-2027-sale", "KM-KILN-1", 10_000, 4_000)]
    yield "2027-02-17T09:00", STEEL, [c.BuyAllocation("SO2-KM-2027-sale", "KM-SINTER-1", 20_000, 5_000)]
    yield "2027-02-20T09:00", OFFICE, [c.CloseSale("SO2-KM-2027-sale")]


def _traded() -> Iterator[tuple[str, str, list[c.Body]]]:
    yield (
        "2027-02-22T09:00",
        TRADER,
        [c.TrustAccount("qujing-trade", forge) for forge in ("kunming-forge", "kunming-cement")],
    )
    yield "2027-02-22T10:00", TRADER, [c.DistrustAccount("qujing-trade", "kunming-cement")]
    yield "2027-03-01T09:30", EXCHANGE, [c.OpenSession("2027-03-01")]
    yield "2027-03-01T10:00", CEMENT, [c.PlaceOrder("kunming-cement", "SO2-KM-2027", "sell", 5_000, 412_000)]
    yield "2027-03-01T10:01", TRADER, [c.PlaceOrder("qujing-trade", "SO2-KM-2027", "buy", 3_000, 415_000)]
    yield "2027-03-01T10:30", CEMENT, [c.CancelOrder(1)]
    yield "2027-03-01T15:00", EXCHANGE, [c.CloseSession("2027-03-01")]
    yield "2027-03-02T09:00", TRADER, [c.Transfer("qujing-trade", "kunming-forge", "SO2-KM-2027", 1_000)]
    yield "2027-03-02T11:00", CEMENT, [c.Transfer("kunming-cement", "kunming-forge", "SO2-KM-2027", 100)]
    yield (
        "2027-03-02T11:01",
        CEMENT,
        [c.CancelTransfer(2), c.Transfer("kunming-cement", "kunming-forge", "SO2-KM-2027", 200)],
    )
    yield "2027-03-03T09:00", OFFICE, [c.FreezeAccount("qujing-trade", "an inquiry into its orders of 1 March")]
    yield "2027-03-03T12:00", EXCHANGE, [c.ExecuteTransfers()]
    yield "2027-03-10T09:00", OFFICE, [c.ThawAccount("qujing-trade")]
    yield "2027-03-11T09:00", BANK, [c.Withdraw("qujing-trade", 10_000_000)]
    yield from _called()


def _called() -> Iterator[tuple[str, str, list[c.Body]]]:
    """A zone-wide call: an offer, a bid that it fills, a bid that is taken back, and the solver's answer."""
    yield "2027-03-11T09:30", EXCHANGE, [c.OpenZoneCall("zone-SO2-1", "SO2", seal_of(20_270_401, SALT))]
    offer = c.PlaceZoneOffer("zone-SO2-1", "qujing-trade", "SO2-KM-2027", "QJ", 4_000, 400_000)
    yield "2027-03-11T10:00", TRADER, [offer]
    bid = c.PlaceZoneBid("zone-SO2-1", "kunming-forge", "KM", YEAR, 3_000, 420_000)
    yield "2027-03-11T10:05", STEEL, [bid, c.PlaceZoneBid("zone-SO2-1", "kunming-forge", "KM", YEAR, 500, 350_000)]
    yield "2027-03-11T10:10", STEEL, [c.DropZoneOrder("zone-SO2-1", 3)]
    answer = c.ZoneAnswer(
        (c.BookPrice("KM", YEAR, "open", "400000"),),
        tuple(c.LimitPrice(f"receptor {name}", "0") for name in ("chuxiong", "kunming", "mengzi", "qujing", "yuxi")),
        (c.FlowLine("KM", YEAR, "QJ", "KM", YEAR, "open", 3_000),),
    )
    close = c.CloseZoneCall("zone-SO2-1", 20_270_401, (c.ZoneRound(answer),), SALT)
    yield "2027-03-11T15:00", EXCHANGE, [close]


def _dealt() -> Iterator[tuple[str, str, list[c.Body]]]:
    """Deals between two, a call, a halt, a holder's own auction, and leave to buy elsewhere."""
    deal = c.OfferDeal("transfer", "kunming-cement", "kunming-forge", "SO2-KM-2027", 500, 405_000)
    yield "2027-03-12T09:00", CEMENT, [deal, deal]
    yield "2027-03-12T10:00", STEEL, [c.AcceptDeal(1), c.DropDeal(2)]
    yield "2027-03-15T09:00", EXCHANGE, [c.OpenCall("SO2-KM-2027-03", "SO2-KM-2027", "", seal_of(20_270_315, SALT))]
    yield (
        "2027-03-15T10:00",
        CEMENT,
        [
            c.PlaceCallOrder("SO2-KM-2027-03", "kunming-cement", "sell", 300, 400_000),
            c.PlaceCallOrder("SO2-KM-2027-03", "kunming-cement", "sell", 200, 420_000),
            c.DropCallOrder("SO2-KM-2027-03", 2),
        ],
    )
    yield "2027-03-15T11:00", TRADER, [c.PlaceCallOrder("SO2-KM-2027-03", "qujing-trade", "buy", 500, 410_000)]
    yield "2027-03-15T15:00", EXCHANGE, [c.CloseCall("SO2-KM-2027-03", 20_270_315, SALT)]
    yield "2027-03-16T09:00", EXCHANGE, [c.HaltMarket("SO2-KM-2027", "a notice on the cap is awaited")]
    yield "2027-03-17T09:00", EXCHANGE, [c.ResumeMarket("SO2-KM-2027")]
    yield "2027-03-18T09:00", CEMENT, [c.OfferAuction("cement-1", "kunming-cement", "SO2-KM-2027", 1_000, 400_000)]
    yield (
        "2027-03-19T09:00",
        OFFICE,
        [c.AllowCrossing("kunming-forge", "QJ", "2027-12-31", "Kunming offers too little")],
    )


def _settled() -> Iterator[tuple[str, str, list[c.Body]]]:
    following = YEAR + 1
    slow = c.FindingLine("flat_line", "NOx", f"{YEAR}-08-01T00", f"{YEAR}-08-01T13", 14, "14 equal hours of NOx")
    yield f"{following}-01-10T09:00", HOST, [c.NoteFindings("KM-KILN-1-A", YEAR, (slow,))]
    said = {"corrected_days": "the mark of 6 April lapsed; its hours count as measured", "findings": "steady burning"}
    yield f"{following}-02-15T09:00", CEMENT, [c.ReportYear("KM-KILN-1", YEAR, {"VOC": 85_000}, said)]
    ask = c.RequestImprovement("KM-KILN-1", YEAR, "keep the log of the burner with the monitor")
    yield f"{following}-03-20T09:00", VERIFIER, [ask]
    yield f"{following}-03-28T09:00", CEMENT, [c.AnswerImprovement("KM-KILN-1", YEAR, 1, "it is kept there now")]
    yield (
        f"{following}-04-10T09:00",
        VERIFIER,
        [c.CloseImprovement("KM-KILN-1", YEAR, 1, True), c.VerifyYear("KM-KILN-1", YEAR, "satisfactory")],
    )
    yield f"{following}-04-11T09:00", REVIEWER, [c.ConfirmAct(4)]
    mass_g = {"NOx": 40_000_000, "PM": 9_000_000, "SO2": 60_500_000, "VOC": 300_000}
    yield (
        f"{following}-04-28T09:00",
        OFFICE,
        [c.DetermineYear("KM-SINTER-1", YEAR, mass_g, "the operator did not report")],
    )
    yield f"{following}-04-28T10:00", INSPECTOR, [c.ConfirmAct(5)]
    yield f"{following}-05-10T09:00", OFFICE, [c.ReopenYear("KM-SINTER-1", YEAR, "the operator found its records")]
    yield f"{following}-05-10T10:00", INSPECTOR, [c.RejectAct(6, "the records are not signed")]
    yield f"{following}-06-30T10:00", CEMENT, [c.Surrender("KM-KILN-1", YEAR, "SO2", 43_800)]
    yield f"{following}-06-30T11:00", CEMENT, [c.OfferRepurchase("kunming-cement", "SO2-KM-2027", 2_000)]
    yield f"{following}-06-30T12:00", CEMENT, [c.PayInstalment(1)]
    yield f"{following}-07-01T09:00", OFFICE, [c.CloseYear("kunming-cement", YEAR, KNOWN)]
    yield f"{following}-07-02T09:00", CEMENT, [c.PayPenalty("KM-KILN-1", YEAR, "VOC")]
    yield from returned()
    yield f"{following + 1}-03-15T09:00", OFFICE, [c.WithdrawUnpaid(2)]
