"""What the tests stand on stands itself: a fork is as alone as a process, and what is shared is made once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from inner_loop import LONG
from shared import Once
from shells import Shell


def test_a_command_has_the_folder_the_environment_and_the_status_of_a_process(shell: Shell, tmp_path: Path) -> None:
    said, status = shell.run("airshed book show no.book")
    assert (said, status) == ("error: no.book: there is no such book; airshed demo makes one\n", 2)
    (tmp_path / "no.book").write_text("hello\n" * 1000)
    said, status = shell.run("cd ..; airshed book show */no.book 2>/dev/null; echo $?; airshed --version")
    assert (said, status) == ("2\nairshed 0.2.0\n", 0)
    assert shell.run("airshed --version | cat; TZ=Asia/Shanghai airshed --version >&2") == ("airshed 0.2.0\n" * 2, 0)


def test_nothing_of_one_command_reaches_the_next(shell: Shell) -> None:
    first = shell.run("airshed rules show dianzhong")
    assert shell.run("airshed rules show acidrain --json") != first
    assert shell.run("airshed rules show dianzhong") == first
    assert shell.run("airshed rules show dianzhong") == first


def test_a_signal_reaches_the_command_and_a_command_without_an_asker_ends(shell: Shell) -> None:
    """A gateway stops in order when it is told to, and dies with the script that asked for it."""
    begin = "airshed gateway --port 0 --devices devices.csv --evidence kept --json > log 2>&1 & asker=$!; "
    until = "until grep -qs listening log; do sleep 0.1; done; "
    register = "airshed simulate device --mn 010000A8900016F000169DC0 --register devices.csv"
    assert shell.run(register) == ("1 device: devices.csv\n", 0)
    said, status = shell.run(begin + until + "kill $asker; wait $asker; echo $?; grep -c stopped log")
    assert (said, status) == ("0\n1\n", 0)
    closed = "port=$(grep -o '\"port\":[0-9]*' log | cut -d: -f2); kill -9 $asker; "
    closed += "while (echo > /dev/tcp/127.0.0.1/$port); do sleep 0.1; done; grep -c stopped log; echo gone"
    said, status = shell.run(f"exec 2> errors; {begin}{until}{closed}")
    assert (said, status) == ("0\ngone\n", 0)


def test_what_two_need_is_made_by_one(tmp_path: Path) -> None:
    both, made = Barrier(2), []

    def make() -> list[int]:
        made.append("once")
        return [42]

    def need(_: int) -> list[int]:
        both.wait()
        return Once(tmp_path).value("answer", make)

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(need, range(2)))
    assert found == [[42], [42]]
    assert found[0] is not found[1]
    assert made == ["once"]


def test_what_could_not_be_made_is_tried_again(tmp_path: Path) -> None:
    def half(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        Once(tmp_path).folder("it", half)
    whole = Once(tmp_path).folder("it", lambda folder: (folder / "whole").touch())
    assert [path.name for path in whole.iterdir()] == ["whole"]


def test_what_the_inner_loop_leaves_out_is_there() -> None:
    files = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert files > LONG
