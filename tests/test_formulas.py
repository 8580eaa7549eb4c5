"""Published formulas at the shell: each is computed by the function that the engine uses, and bad terms are named."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.lab.formulas import FORMULAS, computed
from airshed.model.refusal import Malformed
from airshed.mrv.flue_gas import hourly_mass_kg
from shells import Shell


@pytest.mark.parametrize(
    ("name", "terms", "value"),
    [  # worked values of HJ 212-2017 D.2, of ECMPS and of the functions' own documentation
        ("hj212-33", {"measured": "100.5816", "flow": "1041757.13"}, hourly_mass_kg(100.5816, 1_041_757.13)),
        ("hj212-20", {"ppm": "100", "gas": "SO2"}, 285.714),
        ("hj212-26", {"measured": "1", "oxygen": "20.7", "reference": "6"}, None),
        ("part75-F-1", {"so2_ppm_wet": "350.2", "flow_scfh": "25000000"}, 1453.3),
        ("part75-BAF", {"mean_difference": "-9", "confidence_coefficient": "2.2", "monitor_mean": "181.3"}, 1),
        ("overdue", {"base_fen": "100000000", "days": "10"}, 3_865_643),
        ("power-quota", {"capacity_mw": "300", "heat_mj": "0", "quota_mg_kwh": "350"}, 577_500),
        (
            "measure-cost",
            {"measure": "limestone forced oxidation FGD", "mw": "500", "capacity_factor": "0.65"},
            24_750_000 + 4_000_000 + 6_548_100,
        ),
    ],
)
def test_a_formula_gives_its_published_value(name: str, terms: dict[str, str], value: float | None) -> None:
    got = computed(name, terms)
    assert got == (None if value is None else pytest.approx(value, rel=1e-5))


@pytest.mark.parametrize(
    ("name", "terms", "said"),
    [
        ("hj212-3", {}, "did you mean"),
        ("hj212-33", {"measured": "1"}, "flow not given"),
        ("hj212-33", {"measured": "1", "flow": "2", "wind": "3"}, "no such term 'wind'"),
        ("hj212-33", {"measured": "one", "flow": "2"}, "'one' is no figure"),
        ("hj212-33", {"measured": "nan", "flow": "2"}, "is no figure"),
        ("hj212-33", {"measured": "1e308", "flow": "1e308"}, "no value for these terms"),
        ("hj212-20", {"ppm": "1", "gas": "CO"}, "no value for these terms"),
        ("hj212-27", {"oxygen": "21"}, "no value for these terms"),
        ("method19-1", {"nox_ppm_dry": "1", "o2_dry_percent": "21", "fd": "9780"}, "nothing burns"),
        ("overdue", {"base_fen": "1.5", "days": "1"}, "'1.5' is no figure"),
    ],
)
def test_a_term_that_is_missing_or_no_figure_is_named(name: str, terms: dict[str, str], said: str) -> None:
    with pytest.raises(Malformed, match=said):
        computed(name, terms)


@given(st.sampled_from(sorted(FORMULAS)), st.lists(st.decimals(allow_nan=True) | st.text(max_size=5), max_size=5))
def test_whatever_is_given_there_is_a_figure_or_a_word(name: str, figures: list[Decimal | str]) -> None:
    terms = {term: str(figure) for term, figure in zip(FORMULAS[name].terms, figures, strict=False)}
    try:
        value = computed(name, terms)
    except Malformed:
        return
    assert value is None or isinstance(value, int | float)


def test_the_shell_lists_and_computes(shell: Shell) -> None:
    said, status = shell.run("airshed lab formula")
    assert status == 0
    assert all(name in said for name in FORMULAS)
    said, status = shell.run("airshed lab formula part75-F-1 so2_ppm_wet=350.2 flow_scfh=25000000")
    assert (status, "1453.3 lb/h" in said) == (0, True), said
    said, status = shell.run("airshed lab formula part75-F-1 350.2")
    assert (status, said.startswith("error: part75-F-1")) == (2, True), said
