"""Whatever is given to a command of the shell ends in an answer or in one line with place and cure."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from airshed.cli.failing import NOBODY_READS, failing
from airshed.cli.files import only_files
from airshed.cli.main import ROOMS, build, run
from airshed.cli.reference.shell import leaves
from airshed.model.checked import insist
from airshed.model.refusal import Malformed
from airshed.service.book.sending import command_of
from airshed.service.book.sqlite import Book

DEEP = b'{"a":' * 200_000 + b"1" + b"}" * 200_000
#: A command that takes long.
LONG = ("sim", "--seed", "1", "--steps", "100000")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "src")}

#: Options that name what is read.
READ = ("rulebook", "zone", "book", "scenario", "devices", "evidence")

#: What a command may well take for the name of what it is to write.
MAY_BE_MADE = ("in no folder", "a folder", "half a letter")


@cache
def commands() -> tuple[tuple[str, Any], ...]:
    """Every command that wants something, with its words."""
    every = leaves(typer.main.get_command(build(ROOMS)), "airshed")
    return tuple((path, command) for path, command in every if any(wants(param) for param in command.params))


def wants(param: Any) -> bool:
    """Whether it must be given, and is no number."""
    return bool(param.required) and param.type_descriptor.annotation not in (int, float)


def given(path: str, command: Any, value: str) -> list[str]:
    """The command with `value` for everything that it wants and is no number."""
    words = path.split()[1:]
    for param in command.params:
        what = value if wants(param) else "1"
        if param.required and param.param_type_name == "argument":
            words.append(what)
        elif param.required:
            words += [param.opts[0], what]
    return words


def ended(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]) -> tuple[int, str]:
    """The status of a command and what it said of its error."""
    monkeypatch.setattr("sys.argv", ["airshed", *words])
    with pytest.raises(SystemExit) as end:
        run()
    return int(end.value.code or 0), capsys.readouterr().err


@pytest.fixture
def bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What should be a file or a name and is none, by what is wrong with it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep.json").write_bytes(DEEP)
    (tmp_path / "deep.toml").write_bytes(b"a = " + b"[" * 200_000)
    (tmp_path / "[b]x[/b]").parent.mkdir()
    (tmp_path / "[b]x[/b]").write_bytes(b"[/b]\xff\x00")
    (tmp_path / "empty").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    return {
        "too long": "n" * 5_000,
        "in no folder": "no/such/folder/[/b]/file",
        "nested": "deep.json",
        "nested toml": "deep.toml",
        "markup and no text": "[b]x[/b]",
        "nothing": "empty",
        "a pipe": "pipe",
        "a folder": str(tmp_path),
        "a loop": "loop",
        "half a letter": "\udce4.book",
    }


@pytest.mark.parametrize("path", [path for path, _ in commands()])
def test_what_is_no_file_ends_every_command_with_one_line(
    path: str, bad: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = dict(commands())[path]
    outputs = all(param.name == "out" for param in command.params if wants(param))
    for why, value in bad.items():
        if outputs and why in MAY_BE_MADE:
            continue
        status, error = ended(monkeypatch, capsys, given(path, command, value))
        if error:
            assert status == 2
            assert error.startswith("error: ") or "Usage" in error, (path, why, error)
            assert error.count("\n") == 1, (path, why, error)
            assert len(error) < 2_000, (path, why, error[:200])


@cache
def options() -> tuple[tuple[str, str, Any], ...]:
    """Every option that names a folder or a file to read, of the commands that want nothing."""
    every = leaves(typer.main.get_command(build(ROOMS)), "airshed")
    free = [(path, command) for path, command in every if path not in dict(commands())]
    return tuple(
        (path, param.opts[0], command) for path, command in free for param in command.params if param.name in READ
    )


@pytest.mark.parametrize(("path", "option"), [(path, option) for path, option, _ in options()])
def test_what_an_option_cannot_read_ends_the_command_with_one_line(
    path: str, option: str, bad: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = next(found for known, _, found in options() if known == path)
    for why, value in {**bad, "a device": "/dev/full"}.items():
        status, error = ended(monkeypatch, capsys, [*given(path, command, "x"), option, value])
        assert (status, error.count("\n")) == (2, 1), (path, option, why, error)
        assert error.startswith("error: "), (path, option, why, error)


def test_brackets_in_names_are_shown_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are markup to what prints the tables."""
    monkeypatch.chdir(tmp_path)
    office = '{"actor":"dianzhong-registrar","key":"[/b]%s","body":{"do":'
    lines = (
        office % 1 + '"OpenAccount","account":"[/b]","kind":"operator","name":"[red]x[/]","jurisdiction":"KM"}}',
        office % 2 + '"RegisterActor","actor":"[/b]","role":"bank"}}',
    )
    Path("wishes").write_text("\n".join(lines))
    for words, says in (
        ("book new my.book", "record 1"),
        ("book send my.book wishes", "2 AccountOpened"),
        ("book confirm my.book 1 --actor dianzhong-inspector", "ActorRegistered"),
        ("book show my.book accounts", "[red]x[/]"),
        ("book show my.book actors", "[/b]"),
        ("book statement my.book [/b]", "  [red]x[/]"),
        ("market summary my.book", ""),
        ("market page my.book --html page.html", "page.html"),
    ):
        monkeypatch.setattr("sys.argv", ["airshed", *words.split()])
        with pytest.raises(SystemExit) as end:
            run()
        printed = capsys.readouterr()
        assert (end.value.code or 0, printed.err) == (0, ""), words
        assert says in printed.out, words


def test_without_asserts_nothing_starts() -> None:
    """The invariants are asserts: 233 of them would be gone, and the book with them."""
    with pytest.raises(Malformed, match="asserts are switched off"):
        insist(False)
    for words in (["-O", "-m", "airshed", "rules", "check", "dianzhong"], ["-OO", "-m", "airshed", "--version"]):
        done = subprocess.run([sys.executable, *words], env=ENVIRONMENT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert done.stderr.startswith("error: python: asserts are switched off (-O or PYTHONOPTIMIZE)")
    variables = {**ENVIRONMENT, "PYTHONOPTIMIZE": "1"}
    engine = [sys.executable, "-c", "import airshed.engine.runner"]
    done = subprocess.run(engine, env=variables, capture_output=True, text=True, check=False)
    assert "asserts are switched off" in done.stderr


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"actor":"a","key":"k","body":{"do":"CloseSession","day":"2027-01-01"},"at":9}', "unknown field `at`"),
        (
            b'{"actor":"a","actor":"b","key":"k","body":{"do":"CloseSession","day":"2027-01-01"}}',
            "'actor' is given twice",
        ),
        (b'{"actor":"a","key":"k","body":{"do":"CloseSession","day":"2027-01-01","day":"x"}}', "day: "),
        (b'{"actor":"a","key":"k","body":{"do":"Deposit","account":"x","fen":1,"fen":9}}', "'fen' is given twice"),
        (b'{"actor":"a","key":"k","body":' + DEEP + b"}", "nested too deeply"),
        (DEEP, "unknown field `a`"),
    ],
)
def test_a_command_says_nothing_twice_and_nothing_that_is_not_known(line: bytes, said: str) -> None:
    """Who reads the first of two values and who reads the last would decide two commands."""
    with pytest.raises(Malformed, match=r"^line 1: ") as raised:
        command_of(line, "line 1")
    assert said in str(raised.value)


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/full", "--html=/dev/zero"])
def test_a_device_is_not_read_for_ever(name: str) -> None:
    with pytest.raises(Malformed, match="is a device, not a file"):
        only_files(["report", name])
    only_files(["/dev/null", "/dev/stdin", "/dev/fd/0", "-", "--json", "no such thing"])


def test_what_fills_up_is_named_in_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        for words in (["rules", "show", "dianzhong"], ["rules", "check", "dianzhong"], ["--version"]):
            done = subprocess.run(
                [sys.executable, "-m", "airshed", *words],
                env=ENVIRONMENT,
                stdout=full,
                stderr=-1,
                text=True,
                check=False,
            )
            assert done.returncode == 2
            assert done.stderr.startswith("error: output: cannot be used (no space left on device); make room")
            assert done.stderr.count("\n") == 1


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = line.replace("airshed", f"{sys.executable} -m airshed")
    return subprocess.run(["sh", "-c", words], env=ENVIRONMENT, cwd=folder, capture_output=True, text=True, check=False)


def test_a_stream_that_was_closed_is_no_file_that_is_opened_later(tmp_path: Path) -> None:
    """The book would be number 2, and an error would be said in the middle of it."""
    for closed in (">&-", "2>&-", "<&-", ">&- 2>&- <&-"):
        assert shell(f"airshed rules check dianzhong {closed}", tmp_path).returncode == 0, closed
    script = (
        "import os; from airshed.cli.ending import all_streams; all_streams()\n"
        "assert os.open('a.book', os.O_RDWR | os.O_CREAT) > 2\n"
        "import sys; print(1); print(2, file=sys.stderr); assert sys.stdin.read() == ''\n"
    )
    done = subprocess.run(
        ["sh", "-c", f'{sys.executable} -c "$0" >&- 2>&- <&-', script], env=ENVIRONMENT, cwd=tmp_path, check=False
    )
    assert done.returncode == 0
    assert (tmp_path / "a.book").read_bytes() == b""


def test_a_reader_that_has_gone_ends_a_command_with_its_own_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", sys.stdout)  # Typer puts another in its place

    def gone() -> None:
        raise BrokenPipeError

    app = typer.Typer()
    app.command()(gone)
    with pytest.raises(SystemExit) as end, failing():
        app(args=[], standalone_mode=False)
    assert end.value.code == NOBODY_READS


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("no/a.txt", "no/a.txt: cannot be used (no such file"),
        ("there", "there: exists already"),
        ("n" * 256, f"{'n' * 60}...{'n' * 59}: cannot be used (file name too long)"),
    ],
)
def test_a_file_that_cannot_be_made_is_named_as_it_was_to_be(
    name: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there").touch()
    Book.create(Path("a.book")).close()
    for words in (["book", "export", "a.book", "--out", name], ["book", "copy", "a.book", name], ["book", "new", name]):
        status, error = ended(monkeypatch, capsys, words)
        assert (status, error.count("\n")) == (2, 1)
        assert (says if "no such file" not in says else "no/a.txt: ") in error
    assert {each.name for each in tmp_path.iterdir()} == {"there", "a.book"}


def test_an_interrupt_at_any_moment_is_one_line_or_none(tmp_path: Path) -> None:
    """From the first import on: none before Python hands over, and none once everything is said."""
    for tenths in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", "from airshed.cli.main import main\nprint(1, flush=True)\nmain()", *LONG],
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "1\n"
            time.sleep(tenths / 20)
            process.send_signal(signal.SIGINT)
            _, error = process.communicate()
        assert "Traceback" not in error
        assert process.returncode in (130, -signal.SIGINT), error
        assert error in ("", "interrupted: what was answered is on disk\n")


def test_a_rulebook_that_is_a_link_or_a_pipe_is_neither_echoed_nor_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret").write_text("root:hunter2:0")
    law = tmp_path / "law"
    law.mkdir()
    for made, says in (
        (lambda path: path.symlink_to(tmp_path / "secret"), "is a link that leads out of the folder"),
        (lambda path: path.symlink_to(path.name), "circle"),
        (os.mkfifo, "is not a file"),
    ):
        made(law / "rulebook.toml")
        for words in (
            ["rules", "check", str(law)],
            ["rules", "diff", str(law), "shanxi"],
            ["book", "new", str(tmp_path / "a.book"), "--rulebook", str(law)],
        ):
            status, error = ended(monkeypatch, capsys, words)
            assert (status, error.count("\n")) == (2, 1)
            assert says in error
            assert "hunter2" not in error
            assert error.count("law/") <= 1, "the place is named once"
        (law / "rulebook.toml").unlink()
    shutil.copytree(Path(__file__).parents[1] / "rulebooks" / "shanxi", law, dirs_exist_ok=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "TY.toml").write_text("hunter2 = 0")
    shutil.rmtree(law / "vary", ignore_errors=True)
    (law / "vary").symlink_to(tmp_path / "elsewhere")
    _, error = ended(monkeypatch, capsys, ["rules", "check", str(law)])
    assert "law/vary/TY.toml: is a link that leads out of the folder" in error
    (tmp_path / "shown").symlink_to(Path(__file__).parents[1] / "rulebooks" / "shanxi")
    assert ended(monkeypatch, capsys, ["rules", "check", str(tmp_path / "shown")]) == (0, "")
