"""The proof of an equilibrium under a law as plain values, which `airshed.lab.proofs` adds up."""

from __future__ import annotations

from typing import Any

from airshed.lab.equilibrium.certificate import written
from airshed.lab.equilibrium.lawful import LawfulEquilibrium
from airshed.lab.proofs.flows import FORMAT
from airshed.lab.proofs.reading import digest
from airshed.model.refusal import Malformed


def lawful_certificate(answer: LawfulEquilibrium, law: str) -> dict[str, Any]:
    """The certificate of an equilibrium under the law of that name, ready for JSON.

    Malformed where auctions that follow the number in circulation did not settle: then there is nothing to prove.
    """
    if not answer.settled:
        raise Malformed(
            "supply.csv",
            "its rule jumps, and banks that answer it were not found",
            "draw its thresholds apart, or lower its share; without a certificate the last round is shown",
        )
    programme, found = answer.programme, answer.found
    made = {
        "format": FORMAT,
        "law": law,
        "pollutant": answer.terms.pollutant,
        "left_out": list(answer.terms.left_out),
        "zones": [market.name for market in answer.markets],
        "years": list(answer.supply.case.years),
        "discount": answer.supply.case.discount.tolist(),
        "curves": [{"zone": market.name, **written(market.curve)} for market in answer.markets],
        "rows": [
            {"name": row.name, "least": row.least, "abated": [list(cell) for cell in row.abated]}
            for row in programme.rows
        ],
        "flows": [
            {
                "name": flow.name,
                "cost": flow.cost,
                "most": flow.most,
                "cells": [list(cell) for cell in flow.cells],
                "moved": moved,
            }
            for flow, moved in zip(programme.flows, found.moved.tolist(), strict=True)
        ],
        "duals": found.duals.tolist(),
        "abated": found.abated.tolist(),
        "cost": found.cost,
        "bound": found.bound,
        "gap": found.gap,
    }
    return {**made, "digest": digest(made)}
