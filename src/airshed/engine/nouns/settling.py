"""Flow control of a year as it was stated, and penalties that were imposed."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Source, year and pollutant of a penalty, and the case that imposed it; 0 for the settlement of the year.
PenaltyKey = tuple[str, int, str, int]


@dataclass(slots=True)
class FlowControl:
    """What was stated, and how many banked allowances of each account count one for one yet."""

    budget: int
    bank: int
    #: By account, as it was stated; None where all count one for one.
    one_for_one: dict[str, int] | None
    #: What of it is left.
    left: dict[str, int]


@dataclass(slots=True)
class Instalment:
    """A part of a penalty; one that is not granted in instalments has one."""

    pay_by: str
    fen: int
    paid_fen: int = 0


@dataclass(frozen=True, slots=True)
class PartsAsked:
    """In which parts somebody asks to pay: how many, the last day for the first, and months from one to the next."""

    parts: int
    first_due: str
    every_months: int

    def __str__(self) -> str:
        return f"{self.parts} from {self.first_due}, every {self.every_months} months"


@dataclass(slots=True)
class Penalty:
    """What was imposed for a source, year and pollutant, and how far it is paid."""

    account: str
    instalments: list[Instalment] = field(default_factory=list)
    #: Most parts that it ever had.
    most: int = 0
    #: The parts that were asked for and not answered yet; None where none were.
    asked: PartsAsked | None = None
    #: Whether the instalments were granted.
    granted: bool = False
    #: Whether an appeal waits, so that nothing is due.
    suspended: bool = False
    #: What bears interest becomes more or less from the day after a day on.
    flow: list[tuple[str, int]] = field(default_factory=list)
    #: Interest of what was paid late in full before a correction added more.
    before_fen: int = 0
    #: Interest for all late days, once the penalty itself is paid; None while it is not.
    interest_fen: int | None = None
    interest_paid_fen: int = 0

    @property
    def fen(self) -> int:
        """What was imposed in all."""
        return sum(part.fen for part in self.instalments)

    @property
    def paid_fen(self) -> int:
        """What of it is paid."""
        return sum(part.paid_fen for part in self.instalments)

    @property
    def due_fen(self) -> int:
        """What is still to be paid of it, interest aside; nothing while an appeal waits."""
        return 0 if self.suspended else self.fen - self.paid_fen

    @property
    def open(self) -> bool:
        """Whether anything is still to be paid, interest that is fixed included."""
        return self.due_fen > 0 or (self.interest_fen or 0) > self.interest_paid_fen

    def next_day(self) -> str | None:
        """Last day to pay the oldest part that is not paid."""
        return next((part.pay_by for part in self.instalments if part.paid_fen < part.fen and not self.suspended), None)

    def late_fen(self, day: str) -> int:
        """What was to be paid before a day and is not."""
        return sum(part.fen - part.paid_fen for part in self.instalments if part.pay_by < day and not self.suspended)
