"""Seeds: what is tied in an auction or a call is ordered by a seed that was sealed before there was an order."""

from __future__ import annotations

from airshed.engine.procedures.guards import no
from airshed.model.refusal import Refusal, Why
from airshed.model.seal import seal_of
from airshed.rulebook.schema import Rulebook

SHOWN = 12


def unsealed(rules: Rulebook, section: str, what: str, seal: str) -> Refusal | None:
    """What opens has the seal of its seed, where the law asks for one."""
    if seal or not rules.trading.seal_required:
        return None
    return no(
        rules, section, Why.SEAL_MISSING, f"{what} opens with the seal of its seed; give SHA-256 of seed and salt"
    )


def not_of_seal(rules: Rulebook, section: str, what: str, seal: str, seed: int, salt: str) -> Refusal | None:
    """What closes is closed with the seed and the salt that were sealed when it opened."""
    if not seal:
        if not salt:
            return None
        return no(rules, section, Why.SEAL_DIFFERS, f"{what} was opened without a seal; leave the salt out")
    found = seal_of(seed, salt)
    if found == seal:
        return None
    known = f"{what} was opened with the seal {seal[:SHOWN]}..., seed {seed} with this salt has {found[:SHOWN]}..."
    return no(rules, section, Why.SEAL_DIFFERS, f"{known}; give the seed and the salt that were sealed")
