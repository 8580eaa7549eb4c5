"""The story that other tests read plays from end to end, and no command of it is refused."""

from __future__ import annotations

from datetime import datetime

from airshed.engine.invariants import check as check_state
from airshed.engine.journal import MemoryJournal
from airshed.engine.runner import Runner
from beijing import BEIJING
from laws import RULES
from story import story


def test_the_story_plays_without_a_refusal() -> None:
    runner = Runner(MemoryJournal(), RULES)
    for at, command in story(RULES):
        instant = datetime.fromisoformat(at).replace(tzinfo=BEIJING)
        answer = runner.send(command, int(instant.timestamp() * 1000))
        assert answer.refusal is None, f"{at} {command.body}: {answer.refusal}"
    check_state(runner.state)
    assert runner.state.years["KM-KILN-1", 2027].due_fen["VOC"] == 0
