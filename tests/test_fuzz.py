"""The fuzz run of the repository: a short one in every test run, and proof that it finds what is broken."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from airshed.mrv.hj212 import stream
from airshed.mrv.hj212.sm4 import encrypt

SCRIPT = Path(__file__).parents[1] / "scripts" / "fuzz.py"


@pytest.fixture
def fuzz() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("fuzz", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["fuzz"]


def test_no_broken_frame_breaks_the_decoder_or_the_gateway(fuzz: ModuleType) -> None:
    said: list[str] = []
    assert fuzz.fuzz(7, count=400, said=said.append) == 0, said
    names = {line.split(maxsplit=1)[1] for line in said[:-2]}
    assert {"frame", "received", "encrypted", "deciphered", "written again", "rejected crc", "rejected syntax"} <= names


def test_the_same_seed_gives_the_same_cases(fuzz: ModuleType) -> None:
    frames = fuzz.corpus()
    assert [fuzz.case(7, number, frames)[1] for number in range(50)] == [
        fuzz.case(7, number, frames)[1] for number in range(50)
    ]
    assert fuzz.case(8, 0, frames)[1] != fuzz.case(7, 0, frames)[1]


@pytest.mark.parametrize("what", ["splitter", "cipher", "decoder"])
def test_an_error_that_is_planted_is_found_with_the_line_that_repeats_it(
    fuzz: ModuleType, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    if what == "splitter":  # searches for the line end instead of trusting the length
        monkeypatch.setattr(stream.Splitter, "_frame_end", lambda self, held, at, ended: at)
    elif what == "cipher":  # pads, as many libraries do
        monkeypatch.setattr(fuzz, "encrypted_frame", lambda raw, key: encrypt(raw + b"\x10" * 16, key))
    else:  # forgets what a name was
        monkeypatch.setattr(fuzz, "encode", lambda frame: b"##0000")
    said: list[str] = []
    assert fuzz.fuzz(7, count=200, said=said.append) == 1
    assert said[0].startswith("FAILED: ")
    assert said[-1].startswith("again: scripts/fuzz.py --seed 7 --first ")
    number = int(said[-1].split()[-3])
    assert fuzz.fuzz(7, first=number, count=1, said=said.append) == 1
