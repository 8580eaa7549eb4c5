"""The zone-wide call: one session in which all jurisdictions and vintages of a pollutant clear together.

`clear` takes orders, what the air allows (`CallAir`) and the rules of the call, and gives `ZoneCleared` or
`NotCleared`; `clear_in_rounds` does the same where the law wants the city served first. `solve_in_rounds` also gives
the solver's answers, from which `settle_in_rounds` comes to the same without a solver. Nothing here knows of accounts
or books. How prices come about: `docs/explanation/zone-call.md`; with a pencil: `docs/tutorials/prices/zone-call.md`.
"""

from airshed.market.zonecall.answer import Round, RoundedAnswer
from airshed.market.zonecall.call import clear, clear_in_rounds, settle_in_rounds, solve_in_rounds
from airshed.market.zonecall.certificate import certificate, check
from airshed.market.zonecall.nouns import (
    Area,
    CallAir,
    CallOffer,
    CallRules,
    CoverBid,
    NotCleared,
    Receptor,
    ZoneCleared,
)

__all__ = [
    "Area",
    "CallAir",
    "CallOffer",
    "CallRules",
    "CoverBid",
    "NotCleared",
    "Receptor",
    "Round",
    "RoundedAnswer",
    "ZoneCleared",
    "certificate",
    "check",
    "clear",
    "clear_in_rounds",
    "settle_in_rounds",
    "solve_in_rounds",
]
