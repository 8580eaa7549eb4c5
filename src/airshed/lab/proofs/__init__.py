"""Proofs worked out again: what a certificate says is believed only as far as plain sums show it.

Nothing here knows a solver or the curves of `airshed.lab.equilibrium`: a mistake there cannot hide here. `check` takes
any certificate of the lab, `told` says what one shows, `against` whether it is of
a case that somebody else has.
"""

from airshed.lab.proofs.against import against
from airshed.lab.proofs.any_kind import check, told

__all__ = ["against", "check", "told"]
