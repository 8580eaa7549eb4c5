"""What the sections on terms may still get wrong: parts of a cap that are more than it, terms beyond the longest."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook

WHOLE = 10_000


def terms(rules: Rulebook, file: str) -> Iterator[Malformed]:
    """Rights leave room for the parts set apart; neither a review nor a lease lies beyond the longest term."""
    law, allocation = rules.terms, rules.allocation
    others = allocation.reserve_basis_points + allocation.auction_basis_points
    apart = law.rights_basis_points + others
    if others <= WHOLE < apart:  # more than all without the rights is a fault of its own
        what = f"rights, reserve and auction may take {apart / 100:g} % of the cap together"
        yield Malformed(f"{file} [terms] rights_basis_points", what, f"at most 100 % ({WHOLE}) can be set apart")
    for section, key, years in (
        ("terms", "review_years", law.review_years),
        ("lease", "longest_years", rules.lease.longest_years),
    ):
        if years > law.longest_years:
            what = f"{key} {years} is more than longest_years of [terms], {law.longest_years}"
            yield Malformed(f"{file} [{section}]", what, "write no more than the longest term")
