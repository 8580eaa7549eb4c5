"""The part of the example story that is about terms (pledges, leases, rights), by the day on which it plays."""

from __future__ import annotations

from airshed.engine import commands as c

OFFICE, STEEL, TRADER = "dianzhong-office", "steel-wang", "trader-chen"
FIRM, LENDER = "kunming-forge", "qujing-trade"
STRIP = "SO2-KM-2027..2028"

#: What is sent on a day, in the order in which it is sent.
SCENES: dict[str, list[tuple[str, c.Body]]] = {
    "2027-03-12": [
        (OFFICE, c.SetCap("SO2", "KM", 2028)),
        (
            OFFICE,
            c.Allocate(
                "SO2",
                "KM",
                2028,
                (
                    c.ActivityLine("KM-KILN-1", (2025, 2026), (50_000, 49_000), (910_000, 905_000)),
                    c.ActivityLine("KM-SINTER-1", (2025, 2026), (60_000, 60_500), (405_000, 398_000)),
                ),
                {"above SO2-KM-2028": 5_349_478},
            ),
        ),
        (STEEL, c.PledgeAllowances(FIRM, LENDER, STRIP, 5_000, 1_000_000, "2027-03-31")),
        (STEEL, c.PledgeAllowances(FIRM, LENDER, "SO2-KM-2027", 8_000, 3_000_000, "2027-03-31")),
        (STEEL, c.PledgeAllowances(FIRM, LENDER, "SO2-KM-2027", 1_000, 400_000, "2027-03-31")),
        (TRADER, c.AcceptPledge(1)),
        (TRADER, c.AcceptPledge(2)),
        (TRADER, c.ReleasePledge(3)),
    ],
    "2027-03-14": [
        (STEEL, c.OfferLease(FIRM, LENDER, STRIP, 2_000, 20_000, "yearly")),
        (STEEL, c.OfferLease(FIRM, LENDER, STRIP, 1_000, 20_000, "once")),
        (TRADER, c.AcceptLease(1)),
        (TRADER, c.DropLease(2)),
        (TRADER, c.PayRent(1)),
    ],
    "2027-03-16": [
        (OFFICE, c.GrantRight(FIRM, "SO2", "KM", 1_000, 2027, 0)),
        (OFFICE, c.GrantRight(FIRM, "SO2", "KM", 500, 2028, 2028)),
        (OFFICE, c.RenewRight(1)),
        (STEEL, c.OfferRight(1, LENDER, 2028, 1_800_000)),
        (TRADER, c.AcceptRight(1)),
        (STEEL, c.OfferRight(2, LENDER, 2028, 900_000)),
        (TRADER, c.DropRight(2)),
    ],
    "2027-03-20": [(STEEL, c.RedeemPledge(1)), (TRADER, c.EndLease(1))],
    "2027-04-01": [(TRADER, c.CallPledge(2))],
    "2027-05-01": [
        (TRADER, c.SellPledge(2, "pledge-2", "SO2-KM-2027", 100, 380_000)),
        (OFFICE, c.CloseAuction("pledge-2", 2027)),
        (TRADER, c.EnforcePledge(2)),
    ],
}
