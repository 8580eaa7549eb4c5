"""The part of the example story that is about new entrants, the reserve, reverse auctions and the way back."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine import commands as c

YEAR = 2027
OFFICE, INSPECTOR = "dianzhong-office", "dianzhong-inspector"
CEMENT, STEEL = "cement-li", "steel-wang"
SERIES, LATER = "SO2-KM-2027", "SO2-KM-2028"
STRAND, KILN = "KM-SINTER-1", "KM-KILN-2"

#: Commands of one actor at one instant.
Scene = tuple[str, str, list[c.Body]]


#: What is sent on a day of the year, in its order: an error of the allocation is mended, a new source
#: is served, the reserve is fed and drawn, the government buys back from who asks least.
DURING: dict[str, list[tuple[str, c.Body]]] = {
    "2027-06-02": [
        (OFFICE, c.ReverseAllocation(STRAND, SERIES, 500, "a line was counted twice")),
        (INSPECTOR, c.ConfirmAct(2)),
    ],
    "2027-06-03": [
        (STEEL, c.ApplyForReserve(KILN, SERIES, "new", 40_000)),
        (CEMENT, c.ApplyForReserve("KM-KILN-1", SERIES, "extension", 8_000)),
    ],
    "2027-06-10": [(CEMENT, c.DropApplication(2, "the second burner will not be built"))],
    "2027-10-08": [(OFFICE, c.GrantReserve(SERIES)), (INSPECTOR, c.ConfirmAct(3))],
    "2027-10-09": [(OFFICE, c.FeedReserve(SERIES, 5_000, "set aside for the dry season"))],
    "2027-10-10": [(OFFICE, c.DrawReserve(SERIES, 2_000, "auction", "the last auction was short"))],
    "2027-11-01": [(OFFICE, c.OpenRepurchase("SO2-KM-2027-back", SERIES, 5_000, 2_000_000))],
    "2027-11-02": [(CEMENT, c.AskRepurchase("SO2-KM-2027-back", "kunming-cement", 2_000, 300_000))],
    "2027-11-03": [(OFFICE, c.CloseRepurchase("SO2-KM-2027-back", 20_271_103))],
    "2028-01-01": [(OFFICE, c.ReleaseUnused(SERIES))],
}


def returned() -> Iterator[Scene]:
    """An excess is noticed, appealed, withdrawn; what is withheld is forfeited or freed."""
    excess = c.NoticeWithdrawal(STRAND, SERIES, "excess", "verified output of 2027", 300_000, 401_000)
    yield "2028-07-05T09:00", OFFICE, [excess]
    yield "2028-07-05T10:00", INSPECTOR, [c.ConfirmAct(7)]
    yield "2028-07-08T09:00", STEEL, [c.AppealWithdrawal(1, "the strand was rebuilt for a month")]
    yield "2028-07-20T09:00", INSPECTOR, [c.DecideAppeal(1, False, "the rebuilding is in the verified output")]
    yield "2028-08-10T09:00", OFFICE, [c.WithdrawAllowances(1)]
    late = [c.Withhold(KILN, SERIES, "unverified_year", YEAR, count, "no report of 2027") for count in (1_000, 500)]
    yield "2028-08-11T09:00", OFFICE, [*late]
    yield from _closed()
    yield "2029-02-15T09:00", OFFICE, [c.ForfeitWithheld(1, "still no report of 2027")]
    yield "2029-02-15T10:00", INSPECTOR, [c.ConfirmAct(10)]
    mass_g = {"NOx": 0, "PM": 0, "SO2": 1_000_000, "VOC": 0}
    yield "2029-03-01T09:00", OFFICE, [c.DetermineYear(KILN, YEAR, mass_g, "the operator did not report")]
    yield "2029-03-01T10:00", INSPECTOR, [c.ConfirmAct(11)]
    yield "2029-03-01T11:00", STEEL, [c.ReleaseWithheld(2)]


def _closed() -> Iterator[Scene]:
    """The strand is found to have stood since December; part of its vintage is sold on; then it is shown wrong."""
    yield "2028-08-11T10:00", STEEL, [c.TrustAccount("kunming-forge", "qujing-trade")]
    yield "2028-08-20T09:00", STEEL, [c.Transfer("kunming-forge", "qujing-trade", LATER, 1_000)]
    yield "2028-09-01T09:00", OFFICE, [c.CloseSource(STRAND, "2027-12-20", "inspection of 30 August 2028")]
    yield "2028-09-01T10:00", OFFICE, [c.NoticeWithdrawal(STRAND, LATER, "closure", "closed in 2027")]
    yield "2028-09-02T09:00", INSPECTOR, [c.ConfirmAct(8)]
    yield "2028-10-10T09:00", "settlement-bank", [c.Deposit("treasury", 200_000_000)]
    yield "2028-10-10T10:00", OFFICE, [c.WithdrawAllowances(2)]
    yield "2028-10-11T09:00", STEEL, [c.PayBack(2)]
    yield "2028-11-20T09:00", OFFICE, [c.ReopenSource(STRAND, "it burnt on, on the second stack")]
    yield "2028-11-20T10:00", OFFICE, [c.RestoreWithdrawn(2, "it burnt on, on the second stack")]
    yield "2028-11-21T09:00", INSPECTOR, [c.ConfirmAct(9)]
