"""What the keys of a rulebook may hold: shares, prices, counts, days, names and their bounds."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

#: Whether a figure was read in its source.
Status = Literal["confirmed", "to confirm"]
#: A share in hundredths of a percent, up to all.
Share = Annotated[int, Meta(ge=0, le=10_000)]
#: A share that may be more than the whole, in hundredths of a percent.
Multiple = Annotated[int, Meta(ge=0, le=1_000_000)]
#: A price in fen per tonne, which may be nothing.
Price = Annotated[int, Meta(ge=0, le=10_000_000_000)]
#: A price or a step of price in fen per tonne, more than nothing.
Step = Annotated[int, Meta(ge=1, le=10_000_000_000)]
#: Allowances, more than none.
Count = Annotated[int, Meta(ge=1, le=1_000_000_000_000)]
#: What a works does, as `sources.csv` of a zone calls it.
ProcessName = Annotated[str, Meta(min_length=1, max_length=40, examples=["BF-BOF"])]
#: A calendar year.
Year = Annotated[int, Meta(ge=2000, le=2100)]
#: A day as ISO date.
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}\Z", examples=["2027-01-01"])]
#: Month and day.
MonthDay = Annotated[str, Meta(pattern=r"^\d{2}-\d{2}\Z", examples=["06-30"])]
#: A time of day.
Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d\Z", examples=["10:00"])]
#: A zone of the IANA time-zone database.
TimeZone = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_+/-]{1,39}\Z", examples=["Europe/Berlin"])]
#: A short name, used in the book and in file names.
Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,39}\Z", examples=["a-short-name"])]
#: A data flag of HJ 212.
Flag = Annotated[str, Meta(pattern=r"^[A-Z]\Z", examples=["N"])]

#: How allowances change hands for money (the kinds of the tape; a test keeps them equal).
TradeKind = Literal[
    "listed", "call", "zone_call", "block", "transfer", "auction", "one_way", "sale", "repurchase", "reverse_auction"
]

#: What an operator may say of hours (the marks that `mrv.marks` knows).
MarkName = Literal["stopped", "start_up", "shut_down", "maintenance", "calibration", "fault"]
#: How baseline years make one figure: their mean, their median, or the mean of the highest so many.
Baseline = Literal["mean", "median", "best_1", "best_2", "best_3", "best_4", "best_5"]
#: What a source asks for when a cap is shared out; "by_class" is the claim of the class that it is in.
ClaimName = Literal["history", "heat_input", "benchmark", "output_based", "intensity", "limit", "equal_cut", "by_class"]
#: The methods of allocation (`market.sharing.named`; a test keeps them equal), and a plan that the law writes itself.
MethodName = Literal[
    "history",
    "history_median",
    "history_best",
    "heat_input",
    "benchmark",
    "output_based",
    "limit",
    "equal_cut",
    "paid",
    "entropy",
    "least_gini",
    "zero_sum_dea",
    "shapley",
    "nucleolus",
    "proportional",
    "equal_awards",
    "equal_losses",
    "talmud",
    "random_arrival",
    "reserve",
    "early_action",
    "scarcity",
    "lowest_shortage",
    "tiers",
    "plan",
]
#: How equal bids at the clearing price share what is left (`market.auction.ties`).
TieRule = Literal["random", "pro-rata", "time"]
#: How a bid is kept from readers of the book until the close.
SealingWay = Literal["open", "commitment", "key"]
#: What the price is when the bids do not reach the volume.
UndersubscribedRule = Literal["lowest-bid", "reserve", "cancel"]
#: What a bid book is trimmed by before it is cleared.
TrimStep = Literal["purchase", "holding", "guarantee"]
#: Whether a bid that is too much loses its excess lots or is refused whole.
ExcessRule = Literal["trim", "refuse"]

#: The questions that the engine can ask of a report (a test keeps them equal).
CheckName = Literal[
    "days_present",
    "marks_decided",
    "marks_applied",
    "declared_complete",
    "substituted_share",
    "stopped_share",
    "findings",
    "corrected_days",
    "last_year",
    "improvements_carried",
]
