"""What `airshed rules` prints, and the reference page that is generated from the schema."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from airshed.cli.rules import app
from airshed.rulebook import schema, tables
from airshed.rulebook.comments import comments
from airshed.rulebook.digest import digest
from airshed.rulebook.load import find, load
from airshed.rulebook.reference import markdown
from airshed.rulebook.strict import kinds

SHIPPED = find("dianzhong")
STRUCTS = [
    held
    for module in (schema, tables)
    for held in vars(module).values()
    if isinstance(held, type) and issubclass(held, msgspec.Struct) and held.__module__ == module.__name__
]


def airshed(*arguments: str) -> tuple[int, str, str]:
    """Exit status, what is printed, and what is said on the error channel."""
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A copy of the shipped rulebook, to be changed."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "draft"))


def amend(folder: Path, old: str, new: str) -> None:
    law = folder / "rulebook.toml"
    text = law.read_text("utf-8")
    assert old in text
    law.write_text(text.replace(old, new), "utf-8")


def test_a_rulebook_that_holds_is_named_with_its_digest() -> None:
    status, printed, said = airshed("check", "dianzhong")

    assert (status, said) == (0, "")
    assert printed.startswith(f"ok dianzhong 2027.1 sha256:{digest(load(SHIPPED))} (5 jurisdictions, 4 pollutants, ")
    assert printed.count("\n") == 1


def test_every_fault_is_one_line_and_the_status_is_2(draft: Path) -> None:
    amend(draft, "lot = 100", "lott = 100")

    status, printed, said = airshed("check", "dianzhong", str(draft))

    assert status == 2
    assert printed.startswith("ok dianzhong")
    assert len(said.splitlines()) == 6
    assert said.startswith(f"error: {draft}/rulebook.toml [auction]: no such key 'lott'; there are rule, lot, ")


def test_check_gives_programs_one_document(draft: Path) -> None:
    amend(draft, "makeup_percent", "makeup_percnt")

    status, printed, _ = airshed("check", "dianzhong", str(draft), "nowhere", "--json")
    good, bad, nowhere = json.loads(printed)["checked"]

    assert status == 2
    assert (good["ok"], good["id"], good["counts"]["pollutants"]) == (True, "dianzhong", 4)
    assert bad["errors"][0]["place"] == f"{draft}/rulebook.toml [shortfall]"
    assert nowhere["errors"][0]["place"] == "rulebooks/nowhere"


def test_a_section_is_shown_with_measures_citation_and_mark() -> None:
    status, printed, _ = airshed("show", "dianzhong", "trading")

    assert status == 0
    assert "[trading]" in printed
    assert "Demonstration measures (assumed), art. 18; band of 10 percent" in printed
    assert "to confirm" in printed
    assert "band_basis_points" in printed
    assert "10 %" in printed
    assert "[calendar]" not in printed


def test_the_whole_rulebook_is_shown_with_every_row_and_source() -> None:
    status, printed, _ = airshed("show", "dianzhong")
    rules = load(SHIPPED)

    assert status == 0
    for source in (*(row.cite for row in rules.limits.rows), *(row.cite for row in rules.benchmarks.rows)):
        assert source in printed
    for limit in rules.limits.rows:
        assert limit.limit_set in printed
    for jurisdiction in rules.jurisdictions:
        assert jurisdiction.name_zh in printed
    assert "…" not in printed


def test_show_gives_programs_the_section_or_the_whole() -> None:
    assert json.loads(airshed("show", "dianzhong", "trading", "--json")[1])["trading"]["lot"] == 100
    whole = json.loads(airshed("show", "dianzhong", "--json")[1])
    assert whole["digest"] == digest(load(SHIPPED))
    assert msgspec.convert(whole["rulebook"], schema.Rulebook) == load(SHIPPED)


def test_an_unknown_section_is_refused_with_those_there_are() -> None:
    status, printed, said = airshed("show", "dianzhong", "tradin")

    assert (status, printed) == (2, "")
    assert said.startswith("error: dianzhong: no such section 'tradin'; there are programme, ")
    assert said.endswith("(did you mean 'trading'?)\n")


def test_a_comparison_says_what_changes_and_on_what_it_rests(draft: Path) -> None:
    assert airshed("diff", "dianzhong", str(draft)) == (0, "no difference\n", "")
    amend(draft, "band_basis_points = 1_000", "band_basis_points = 800")

    status, printed, _ = airshed("diff", "dianzhong", str(draft))

    assert status == 0
    assert printed.splitlines()[0] == "[trading] band_basis_points: 10 % becomes 8 %"
    assert printed.splitlines()[1].startswith("    Demonstration measures (assumed), art. 18;")
    assert printed.splitlines()[2] == "1 change"
    document = json.loads(airshed("diff", "dianzhong", str(draft), "--json")[1])
    assert document["old"]["digest"] != document["new"]["digest"]
    assert [(each["section"], each["key"], each["new"]) for each in document["changes"]] == [
        ("trading", "band_basis_points", "8 %")
    ]


def test_a_comparison_with_a_broken_draft_is_refused(draft: Path) -> None:
    (draft / "caps.csv").write_text("pollutant\n")

    status, printed, said = airshed("diff", "dianzhong", str(draft))

    assert (status, printed) == (2, "")
    assert said == f"error: {draft}/caps.csv line 1: column 'jurisdiction' is missing; add jurisdiction\n"


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: str(struct.__name__))
def test_every_key_of_the_schema_has_a_meaning(struct: type[msgspec.Struct]) -> None:
    if struct is not schema.Rulebook:
        assert {key for key, said in comments(struct).items() if said} == set(kinds(struct))
    assert struct.__doc__


def test_the_reference_page_is_that_of_the_schema() -> None:
    page = Path(__file__).parents[1] / "docs" / "reference" / "rulebook.md"

    assert page.read_text("utf-8") == markdown(), "run python -m airshed.rulebook.reference docs/reference/rulebook.md"
