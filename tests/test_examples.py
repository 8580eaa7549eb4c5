"""The examples of the reference are a story: it plays from end to end, and no command of it is refused."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from airshed.cli.reference.story import examples, story
from airshed.engine.commands import Body
from airshed.engine.invariants import check as check_state
from airshed.engine.journal import MemoryJournal
from airshed.engine.runner import Runner
from airshed.model.period import BEIJING
from laws import RULES


def test_the_story_of_the_reference_plays_without_a_refusal() -> None:
    runner = Runner(MemoryJournal(), RULES)
    for at, command in story(RULES):
        instant = datetime.fromisoformat(at).replace(tzinfo=BEIJING)
        answer = runner.send(command, int(instant.timestamp() * 1000))
        assert answer.refusal is None, f"{at} {command.body}: {answer.refusal}"
    check_state(runner.state)
    assert runner.state.years["KM-KILN-1", 2027].due_fen["VOC"] == 0


def test_every_command_has_an_example() -> None:
    assert set(examples(RULES)) == set(get_args(Body))
