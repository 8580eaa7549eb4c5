"""Blocks of commands in a text, run as a reader would run them, and held to what the text says they print."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryFile

from forked import SERVER, ask

HERE = Path(__file__).parent
BLOCK = re.compile(r"^```(console|file (\S+))\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: A line that bash would do nothing to but split it into words.
PLAIN = re.compile(r"airshed( +([\w./,:=@%+-]+|'[^']*'|\"[^\"\\$`!]*\"))*")
#: Of a process of Python: each gives sets of words another order.
SEEDS = ("1", "2")
MANNER = {"PYTHONPATH": str(HERE.parent / "src"), "COLUMNS": "150", "NO_COLOR": "1", "TZ": "UTC"}
#: What has hung by then on any machine.
LONGEST_S = 600


def begin_servers(folder: Path, end: str) -> None:
    """Begin two servers of forked commands, in which sets of words have two orders, and write the script that asks.

    They end when nobody has the pipe `end` open for writing, whoever began them.
    """
    script = folder / "airshed"
    script.write_text(f"#!{sys.executable} -IS\n{(HERE / 'forked.py').read_text('utf-8')}", "utf-8")
    script.chmod(0o755)
    answers, said = os.pipe()
    for seed in SEEDS:
        words = [sys.executable, str(HERE / "forkserver.py"), str(folder / f"{seed}.sock")]
        files = [(os.POSIX_SPAWN_OPEN, 0, end, os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, said, 1)]
        environment = {**os.environ, **MANNER, "PYTHONHASHSEED": seed}
        os.posix_spawn(sys.executable, words, environment, file_actions=files)
    os.close(said)
    with os.fdopen(answers, "rb") as answering:
        assert answering.read() == b"listening\n" * len(SEEDS)


class Shell:
    """Runs the commands of one text in one folder.

    Each `airshed` runs as if it were a process of its own, in a fork of a server. A command that stands there again is
    asked of the other server the next time, so that "twice the same" is not for sets being in the same order.
    """

    def __init__(self, folder: Path, sockets: list[str]) -> None:
        self.folder = folder
        self.sockets = sockets
        self.asked: Counter[str] = Counter()
        path = f"{Path(sockets[0]).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, **MANNER, "PATH": path}

    def expect(self, commands: str) -> int:
        """Run each command of a block and hold what it says to what stands below it; how many they were."""
        parts = re.split(r"^\$ ", commands, flags=re.MULTILINE)[1:]
        for part in parts:
            command, _, expected = part.partition("\n")
            status = 0
            match = re.search(r"^\(exit (\d+)\)\n?\Z", expected, re.MULTILINE)
            if match:
                status = int(match[1])
                expected = expected[: match.start()]
            said, ended = self.run(command)
            printed = "".join(line.rstrip() + "\n" for line in said.splitlines())
            assert pattern(expected).fullmatch(printed), f"$ {command}\nprinted:\n{printed}\nexpected:\n{expected}"
            assert ended == status, f"$ {command} ended with {ended}, not {status}\n{printed}"
        return len(parts)

    def run(self, command: str) -> tuple[str, int]:
        """What a command prints on both streams, and its status."""
        group = " ".join(command.partition("airshed ")[2].split()[:2])
        server = self.sockets[self.asked[group] % len(self.sockets)]
        self.asked[group] += 1
        with TemporaryFile() as output, open(os.devnull, "rb") as nothing:
            if PLAIN.fullmatch(command):
                files = [nothing.fileno(), output.fileno(), output.fileno()]
                words = shlex.split(command)[1:]
                status = ask(server, words, str(self.folder), self.environment, files, LONGEST_S)
            else:
                status = subprocess.run(
                    ["bash", "-c", command],
                    cwd=self.folder,
                    env={**self.environment, SERVER: server},
                    stdin=nothing,
                    stdout=output,
                    stderr=output,
                    timeout=LONGEST_S,
                    check=False,
                ).returncode
            output.seek(0)
            return output.read().decode(), status


def pattern(expected: str) -> re.Pattern[str]:
    """What `...` leaves open, as a line alone any lines, in a line any text; spaces at the end do not count."""
    lines = []
    for line in expected.splitlines():
        if line.strip() == "...":
            lines.append(r"(?:.*\n)*?")
        else:
            lines.append(".*".join(re.escape(part) for part in line.rstrip().split("...")) + r"[ ]*\n")
    return re.compile("".join(lines))
