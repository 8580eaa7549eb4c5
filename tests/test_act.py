"""Every command can be built from options, in the units that people use, and comes to the same body as its JSON."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airshed.cli.act.command import ALONE, WITH_WORD, parted
from airshed.cli.act.help import catalogue, explained, shell_line
from airshed.cli.main import run
from airshed.cli.reference.examples import examples
from airshed.cli.reference.write import TRANSCRIPTS
from airshed.engine.commands import Command
from airshed.engine.edge import well_formed
from airshed.engine.events import DealSettled, Event
from airshed.model.allowance import SerialBlock
from airshed.model.civil import civil
from airshed.model.measures import LARGEST, Unit
from airshed.model.refusal import Malformed
from airshed.registry.moves import Delivered, Paid
from airshed.rulebook.load import find, load
from airshed.service.forms.form import BODIES, body_of, options_of, slots
from airshed.service.forms.measures import ANY_LAW, Terms, read, write
from airshed.service.forms.sample import sample
from airshed.service.forms.told import told

BERLIN = civil("Europe/Berlin")
DOLLARS = Terms(1000, "dollars", ("dollars", "美元", "USD"), BERLIN)
TERMS = [ANY_LAW, DOLLARS, Terms(907, "yuan", ("yuan", "元", "CNY"), BERLIN)]
NAMES = st.one_of(
    st.sampled_from(
        ["SO2", "KM-KILN-1", "a, b", "x: y", 'he "said" so', "(old)", "a; b=c", "--at", "昆明（老厂）", "；"]
    ),
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=12),
)
TEXTS = st.one_of(NAMES, st.just(""), st.just("two\nlines"), st.just('"'))
DAYS = st.dates().map(lambda day: day.isoformat())


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Whatever a field may hold, amounts below zero left out: nobody writes those."""
    info = msgspec.inspect
    match kind:
        case info.Metadata(extra_json_schema={"title": str(title)}) if title.startswith("day"):
            return DAYS
        case info.Metadata(extra_json_schema={"title": str(title)}) if title.startswith("hour"):
            return st.tuples(DAYS, st.integers(0, 23)).map(lambda pair: f"{pair[0]}T{pair[1]:02d}")
        case info.Metadata(extra_json_schema={"title": str(title)}) if title.startswith("fraction"):
            return st.sampled_from(["3", "7/4", "-2"])
        case info.Metadata(extra_json_schema={"title": str(title)}) if title.startswith("encrypted"):
            return st.just("0" * 1_120)
        case info.Metadata(extra_json_schema={"title": str()}):
            return st.sampled_from(["", "0" * 64])
        case info.Metadata(type=inner):
            return values(inner)
        case info.IntType(ge=least, le=most):
            return st.integers(max(least or 0, 0), 10**12 if most is None else most)
        case info.StrType(min_length=least, max_length=most):
            return (NAMES if least else TEXTS).filter(lambda text: len(text) <= (most or 100))
        case info.BoolType():
            return st.booleans()
        case info.NoneType():
            return st.none()
        case info.LiteralType(values=words):
            return st.sampled_from(words)
        case info.EnumType(cls=cls):
            return st.sampled_from(list(cls))
        case info.VarTupleType(item_type=item):
            return st.lists(values(item), max_size=3).map(tuple)
        case info.TupleType(item_types=items):
            return st.tuples(*(values(item) for item in items))
        case info.DictType(key_type=key, value_type=value):
            return st.dictionaries(values(key), values(value), max_size=3)
        case info.StructType(cls=cls):
            return any_of(cls)
        case info.UnionType(types=types):
            return st.one_of(*(values(each) for each in types))
    raise AssertionError(kind)


@cache
def any_of(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """Any struct of a kind; made once, for its parts stand in many others."""
    info = msgspec.inspect.type_info(kind)
    assert isinstance(info, msgspec.inspect.StructType)
    return st.builds(kind, **{field.name: values(field.type) for field in info.fields})


def can_be_kept(body: Any) -> bool:
    try:
        kept: bool = well_formed(Command("a", "k", body)).body == body
    except Malformed:
        return False
    return kept


@pytest.mark.parametrize("name", BODIES)
def test_random_bodies_of_every_command_come_back_from_their_options(name: str) -> None:
    """What options are written from a body make the same body, whatever the law is."""

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
    @given(any_of(BODIES[name]).filter(can_be_kept), st.sampled_from(TERMS))
    def there_and_back(body: Any, terms: Terms) -> None:
        words = [f"--{option}={text}" for option, text in options_of(body, terms)]
        assert body_of(BODIES[name], parted(words)[1], terms) == body

    there_and_back()


def test_every_example_of_the_manual_can_be_built_from_options() -> None:
    found = examples(TRANSCRIPTS)
    assert set(found) == set(BODIES)
    for example in found.values():
        body = msgspec.json.decode(example.line, type=Command).body
        assert body_of(type(body), options_of(body, ANY_LAW), ANY_LAW) == body


@pytest.mark.parametrize("name", BODIES)
def test_the_help_of_every_command_is_whole_and_its_example_can_be_sent(name: str) -> None:
    kind = BODIES[name]
    options = [slot.option for slot in slots(kind)]
    assert len(set(options)) == len(options)
    assert {f"--{option}" for option in options} & {*ALONE, *WITH_WORD, "--help"} == set()
    text = "\n".join(explained(kind))
    assert all(f"  --{option} " in text for option in options)
    assert can_be_kept(sample(kind))
    assert body_of(kind, options_of(sample(kind), ANY_LAW), ANY_LAW) == sample(kind)
    assert shell_line(sample(kind), "my.book", "ACTOR", ANY_LAW) in text
    assert "in fen" not in text
    assert "milligram" not in text


def test_the_list_has_every_command_once() -> None:
    first = [line.split()[0] for line in catalogue() if line.startswith("  ")]
    assert first == list(BODIES)


# --- units

UNITS = [None, *(unit for unit in Unit if unit is not Unit.MS)]


@given(st.integers(0, LARGEST), st.sampled_from(UNITS), st.sampled_from(TERMS))
def test_an_amount_that_is_written_is_read_back(value: int, unit: Unit | None, terms: Terms) -> None:
    assert read(write(value, unit, terms), unit, terms, "--count") == value


@pytest.mark.parametrize(
    ("text", "unit", "size", "value"),
    [
        ("40 t", Unit.ALLOWANCES, 1, 40_000),
        ("40t", Unit.ALLOWANCES, 1, 40_000),
        ("40 t", Unit.ALLOWANCES, 1000, 40),
        ("40,000 kg", Unit.ALLOWANCES, 1000, 40),
        ("40 allowances", Unit.ALLOWANCES, 1000, 40),
        ("2 万吨", Unit.ALLOWANCES, 1, 20_000_000),
        ("1.5 吨", Unit.ALLOWANCES, 1, 1_500),
        ("0", Unit.ALLOWANCES, 1, 0),
        ("4,100 yuan/t", Unit.FEN_PER_T, 1, 410_000),
        ("4100 元/吨", Unit.FEN_PER_T, 1, 410_000),
        ("4.1 yuan/kg", Unit.FEN_PER_T, 1, 410_000),
        ("4,100 CNY per tonne", Unit.FEN_PER_T, 1, 410_000),
        ("4.1 yuan/allowance", Unit.FEN_PER_T, 1, 410_000),
        ("4,100 yuan/allowance", Unit.FEN_PER_T, 1000, 410_000),
        ("800 yuan/t a year", Unit.FEN_PER_T_YEAR, 1, 80_000),
        ("800 元/吨/年", Unit.FEN_PER_T_YEAR, 1, 80_000),
        ("50 万元", Unit.FEN, 1, 50_000_000),
        ("0.01 yuan", Unit.FEN, 1, 1),
        ("1.5 kg", Unit.G, 1, 1_500),
        ("2.4 t", Unit.MG, 1, 2_400_000_000),
        ("12.5 %", Unit.BASIS_POINTS, 1, 1_250),
        ("1,234", None, 1, 1_234),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, unit: Unit | None, size: int, value: int) -> None:
    assert read(text, unit, ANY_LAW._replace(size_kg=size), "--x") == value


@pytest.mark.parametrize(
    ("text", "unit", "size", "says"),
    [
        ("1.5 kg", Unit.ALLOWANCES, 1, "not a whole number of allowances of 1 kg; write 1 kg or 2 kg"),
        ("40.5 t", Unit.ALLOWANCES, 1000, "not a whole number of allowances of 1 t; write 40 t or 41 t"),
        ("500 kg", Unit.ALLOWANCES, 1000, "write 0 kg or 1,000 kg"),
        ("4,100.005 yuan/t", Unit.FEN_PER_T, 1, "write 4,100 yuan/t or 4,100.01 yuan/t"),
        ("12.345 %", Unit.BASIS_POINTS, 1, "write 12.34 % or 12.35 %"),
        ("40", Unit.ALLOWANCES, 1, "does not say of what; there are t, kg, g, allowances"),
        ("40 yuan", Unit.ALLOWANCES, 1, "is in 'yuan'; there are t, kg, g, allowances"),
        ("4,100 yuan", Unit.FEN_PER_T, 1, "did you mean 'yuan/t'?"),
        ("4,100 dollars/t", Unit.FEN_PER_T, 1, "there are yuan/t, yuan/kg"),
        ("-40 t", Unit.ALLOWANCES, 1, "is below zero"),
        ("4,1 yuan/t", Unit.FEN_PER_T, 1, "is in ',1 yuan/t'"),
        ("４０ t", Unit.ALLOWANCES, 1, "is not an amount"),
        ("1e9 t", Unit.ALLOWANCES, 1, "is in 'e9 t'"),
        ("40 t", None, 1, "is a plain number and has no unit"),
        ("forty", None, 1, "is not a whole number"),
        ("9" * 10_000_000, Unit.ALLOWANCES, 1, "is longer than 80 characters"),
    ],
)
def test_an_amount_that_cannot_be_is_told_with_its_cure(text: str, unit: Unit | None, size: int, says: str) -> None:
    with pytest.raises(Malformed) as error:
        read(text, unit, ANY_LAW._replace(size_kg=size), "--count")
    assert str(error.value).startswith("--count: ")
    assert says in str(error.value)
    assert len(str(error.value)) < 400


def test_the_money_is_that_of_the_law() -> None:
    terms = Terms.of(load(find("acidrain")))
    assert read("150 dollars/t", Unit.FEN_PER_T, terms, "--limit") == 15_000
    with pytest.raises(Malformed, match="there are dollars/t, dollars/kg"):
        read("150 yuan/t", Unit.FEN_PER_T, terms, "--limit")


# --- the shell

REGISTER = (
    "RegisterSource {book} --as a --source S --name N --account a --jurisdiction KM --sector steel --simulated yes"
)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from airshed.model.provenance import Simulation
    from airshed.rulebook.load import texts
    from airshed.service.book.opening import begin

    path = tmp_path_factory.mktemp("act") / "a.book"
    begin(path, texts(find("dianzhong")), 1_796_000_000_000, Simulation("a test"))
    return path


def airshed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["airshed", *words])
    with pytest.raises(SystemExit) as end:
        run()
    said = capsys.readouterr()
    return int(end.value.code or 0), said.out, said.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["Transfr"], "act: there is no command 'Transfr'"),
        (["setcap"], "it is written SetCap"),
        (["--count", "5"], "act: names no command"),
        (["SetCap", "{book}"], "act SetCap: does not say who acts"),
        (["SetCap", "--vintage", "2027"], "act SetCap: names no book"),
        (["SetCap", "{book}", "--as", "a", "--vintage", "2027"], "--pollutant, --jurisdiction are missing"),
        (["SetCap", "{book}", "--as", "a", "--vintge", "2027"], "did you mean '--vintage'?"),
        (["SetCap", "{book}", "--as", "a", "--vintage", "2027", "--vintage", "2027"], "--vintage: is given twice"),
        (["SetCap", "{book}", "--as", "a", "--as", "b"], "--as: is given twice"),
        (["SetCap", "{book}", "--as", "a", "--vintage"], "--vintage: has no value"),
        (["SetCap", "{book}", "--as", "a", "--vintage", "--pollutant", "SO2"], "--vintage: has no value"),
        (["ThawAccount", "{book}", "--as", "a", "--account", "st\u0435el"], "--account: "),
        (["ThawAccount", "{book}", "--as", "st\u0435el", "--account", "a"], "--as: "),
        (["ThawAccount", "{book}", "--as", "a", "--account", "a\x1b[2J"], "--account: 'a\\x1b[2J' is not plain text"),
        (["ThawAccount", "{book}", "--as", "a", "--account", "x" * 10_000_000], "--account: is longer than"),
        (["ThawAccount", "{book}", "--as", "a", "--account", ""], "--account: is empty"),
        (["ThawAccount", "{book}", "--as", "a", "--account", "b", "--again", "1"], "--again"),
        (["ThawAccount", "{book}", "--as", "a", "--account", "b", "--again", "2", "--key", "k"], "goes without --key"),
        (["ThawAccount", "{book}", "--as", "a", "--account", "b", "--key", "a\x00b"], "--key: "),
        (["ThawAccount", "{book}", "other", "--as", "a", "--account", "b"], "unexpected extra argument"),
        (["ThawAccount", "nothing.book", "--as", "a", "--account", "b"], "nothing.book: there is no such book"),
        (["OpenSession", "{book}", "--as", "a", "--day", "2027-02-30"], "--day: '2027-02-30' is not a day"),
        ([*REGISTER.split(), "--stack", "ST1"], "--stack: 'ST1' has no colon"),
        ([*REGISTER.split(), "--stack", 'ST1: SO2, "NOx'], "--stack: a quotation mark is not closed"),
        ([*REGISTER.split(), "--stack", "(" * 900_000], "--stack: "),
        ([*REGISTER.split(), "--stack", "ST1)"], "closes a bracket"),
    ],
)
def test_a_line_that_cannot_be_read_is_one_line_with_place_and_cure(
    words: list[str], says: str, book: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = book.read_bytes()
    given = [word.replace("{book}", str(book)) for word in words]
    status, out, err = airshed(capsys, monkeypatch, "act", *given)
    assert (status, out) == (2, "")
    assert says in err
    assert (err.count("\n"), err[:7]) == (1, "error: ")
    assert len(err) < 2_000
    assert book.read_bytes() == before


def test_a_preview_writes_nothing_and_a_line_sent_twice_is_done_once(
    book: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = ["act", "OpenAccount", str(book), "--as", "dianzhong-registrar", "--account", "forge", "--kind", "trader"]
    line += ["--name", "Forge", "--jurisdiction", "KM", "--json"]

    def said(*more: str) -> dict[str, Any]:
        status, out, err = airshed(capsys, monkeypatch, *line, *more)
        assert (status, err) == (0, "")
        found: dict[str, Any] = json.loads(out)
        return found

    foreseen = said("--dry-run", "--at", "2026-12-02T09:00")
    assert foreseen["happens"]
    first = said("--at", "2026-12-02T09:00")
    assert (first["answered"], first["key"]) == (False, foreseen["key"])
    again = said("--at", "2026-12-02T10:00")
    assert (again["answered"], again["seq"], again["hash"]) == (True, first["seq"], first["hash"])
    status, _, err = airshed(capsys, monkeypatch, *line, "--at", "2026-12-03T09:00")
    assert status == 2
    assert "did exactly this; say --again 2 if it is meant once more" in err
    meant = said("--at", "2026-12-03T09:00", "--again", "2")
    assert meant["refusal"]["why"] == "already_exists"
    tried = said("--at", "2026-12-03T09:30", "--again", "2")  # what was refused is tried anew
    assert tried["seq"] == meant["seq"] + 1


# --- what has happened, in people's words

EVENTS: list[type[msgspec.Struct]] = list(get_args(Event))


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: str(kind.__name__))
def test_every_event_can_be_told(kind: type[msgspec.Struct]) -> None:
    @settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(any_of(kind))
    def is_told(event: Any) -> None:
        lines = list(told((event,), ANY_LAW))
        assert lines[0].startswith(f"{kind.__name__}: ")
        assert all(line.startswith("  ") for line in lines[1:])

    is_told()


def test_figures_of_events_are_told_in_the_units_of_a_screen() -> None:
    entry = (Delivered("a", "b", "SO2-KM-2027", (SerialBlock(1, 40_000),)), Paid("b", "a", 16_400_000))
    settled = DealSettled(1, "transfer", "a", "b", "SO2-KM-2027", 40_000, 410_000, 16_400_000, 0, 123_000, entry)
    assert list(told((settled,), ANY_LAW))[1:] == [
        "  deal 1, kind transfer, seller a, buyer b, series SO2-KM-2027, count 40 t, price 4,100 yuan/t, "
        "amount 164,000 yuan, seller fee 1,230 yuan",
        "  40 t of SO2-KM-2027: a -> b",
        "  164,000 yuan: b -> a",
    ]


def test_spaces_between_groups_and_a_plus_are_read_as_people_mean_them() -> None:
    for text in ("1 000 kg", "1\u00a0000 kg", "+1,000 kg", "1\u2009000 千克"):
        assert read(text, Unit.ALLOWANCES, ANY_LAW, "--count") == 1_000, text
    for text in ("10 00 kg", "1 0000 kg", "1234 567 kg", "+-5 kg"):
        with pytest.raises(Malformed):
            read(text, Unit.ALLOWANCES, ANY_LAW, "--count")


def test_a_sign_of_money_and_a_number_that_begins_with_its_point_are_read() -> None:
    assert read("¥4,100/t", Unit.FEN_PER_T, ANY_LAW, "--limit") == 410_000
    assert read("￥2万", Unit.FEN, ANY_LAW, "--amount") == 2_000_000
    assert read(".5 t", Unit.ALLOWANCES, ANY_LAW, "--count") == 500
    for text, unit in (("$4,100", Unit.FEN), ("¥5", Unit.ALLOWANCES), (".", Unit.ALLOWANCES), ("¥", Unit.FEN)):
        with pytest.raises(Malformed):
            read(text, unit, ANY_LAW, "--amount")
