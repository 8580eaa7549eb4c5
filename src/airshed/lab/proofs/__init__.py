"""Proofs worked out again: what a certificate says is believed only as far as plain sums show it.

Nothing here knows a solver or the curves of `airshed.lab.equilibrium`: a mistake there cannot hide here. `check` takes
any certificate of the lab, `told` says what one shows, `hold_to_case` whether it is of
a case that somebody else has.
"""

from airshed.lab.proofs.any_kind import check, told
from airshed.lab.proofs.same_case import hold_to_case

__all__ = ["check", "hold_to_case", "told"]
