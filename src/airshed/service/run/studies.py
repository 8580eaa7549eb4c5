"""Studies: runs of the laboratory in the background of a service, one at a time, each in a folder of its own.

A folder says all there is to know: `study.json` what was asked, `began.json` and `ended.json` when it began and ended,
`cancelled.json` who stopped it, `progress` how far it is, `answer.json` what came out, `said` what it wrote of a slip.
A study holds the lock of its folder while it runs; the kernel lets go of it with the process, whatever ended that. So a
service that starts anew, or a second one, finds every study as it is, and one that was lost is seen to be.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

import airshed
from airshed.model.refusal import Malformed
from airshed.service.run.parts import put

Kind = TypeVar("Kind")
StudyState = Literal["waiting", "running", "done", "failed", "cancelled", "lost"]
OVER: tuple[StudyState, ...] = ("done", "failed", "cancelled", "lost")
#: Studies that may wait, and that are kept.
MOST_WAITING, MOST_KEPT = 5, 100
#: Seconds after which a study is ended, and how often it is looked after.
MOST_S, LOOK_S = 1_800.0, 0.2
#: How far it steps back behind the service.
NICE = 10
ASKED, BEGAN, ENDED, CANCELLED = "study.json", "began.json", "ended.json", "cancelled.json"
ANSWER, SAID, PROGRESS, HELD, TURN = "answer.json", "said", "progress", "held", "turn"
NAME = re.compile(r"[0-9a-f]{16}")
#: Bytes of what a study wrote that are read back.
MOST_SAID = 4_000
#: What a study gets of the environment: no secret of the service.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")


class Busy(Exception):
    """So much waits, or is kept, that no further study is taken."""


class Asked(msgspec.Struct, frozen=True):
    """What somebody asked for."""

    kind: str
    #: The actor who asked.
    by: str
    #: Milliseconds since 1970.
    at: int
    #: The fields of the form, as they were understood.
    fields: Mapping[str, str]
    #: The words after `airshed`; they are said in the folder of the study.
    words: tuple[str, ...]
    #: Files that it reads, by name.
    files: Mapping[str, str] = {}


class Began(msgspec.Struct, frozen=True):
    """When its process began, and which it is."""

    pid: int
    at: int


class Ended(msgspec.Struct, frozen=True):
    """How its process ended."""

    code: int
    at: int


class Cancelled(msgspec.Struct, frozen=True):
    """Who stopped it."""

    by: str
    at: int


class Study(msgspec.Struct, frozen=True):
    """A study as it stands."""

    name: str
    folder: Path
    asked: Asked
    state: StudyState
    began: Began | None
    ended: Ended | None
    cancelled: Cancelled | None
    #: Steps that are done, and all of them; none while nothing is known.
    done: int
    steps: int
    #: Why it cannot be read, where it cannot.
    wrong: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in OVER

    def said(self) -> str:
        """The last of what it wrote of a slip."""
        if self.wrong:
            return self.wrong
        try:
            return (self.folder / SAID).read_bytes()[-MOST_SAID:].decode("utf-8", "replace").strip()
        except OSError:
            return ""

    def answer(self) -> bytes:
        """What came out."""
        return (self.folder / ANSWER).read_bytes()


def machine_ms() -> int:
    """The clock of this machine, milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Studies:
    """All studies of a folder, which is made with the first."""

    def __init__(self, folder: Path, most_s: float = MOST_S) -> None:
        self.folder, self._most_s = folder, most_s
        self._lock = threading.Lock()
        self._minder: threading.Thread | None = None

    def all(self) -> list[Study]:
        """Every study, the latest first."""
        if not self.folder.is_dir():
            return []
        found = [study for each in self.folder.iterdir() if (study := self.get(each.name)) is not None]
        return sorted(found, key=lambda study: (study.asked.at, study.name), reverse=True)

    def get(self, name: str) -> Study | None:
        """A study by its name; one of which a file cannot be read, as after a power cut, is lost and says so."""
        folder, asked = self.folder / name, None
        if not NAME.fullmatch(name):
            return None
        held = _held(folder)
        try:
            asked = _read(folder / ASKED, Asked)
            if asked is None:
                return None
            began, ended = _read(folder / BEGAN, Began), _read(folder / ENDED, Ended)
            cancelled = _read(folder / CANCELLED, Cancelled)
        except Malformed as error:
            state: StudyState = "running" if held else "lost"
            return Study(name, folder, asked or _unknown(folder), state, None, None, None, 0, 0, str(error))
        done, steps = _progress(folder / PROGRESS)
        state = _state(folder, began, ended, cancelled, held=held)
        return Study(name, folder, asked, state, began, ended, cancelled, done, steps)

    def ask(self, asked: Asked) -> str:
        """Take a study in; its name. `Busy` where too much waits or is kept."""
        with self._turn():
            there = self.all()
            if sum(study.state == "waiting" for study in there) >= MOST_WAITING or len(there) >= MOST_KEPT:
                raise Busy
            name = secrets.token_hex(8)
            folder = self.folder / name
            for file, text in asked.files.items():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                put(folder, folder / file, text.encode(), durable=True)
            put(folder, folder / ASKED, msgspec.json.encode(asked), durable=True)
        self.mind()
        return name

    def cancel(self, name: str, by: str) -> None:
        """Stop a study, or take it out of those that wait; nothing where it is over."""
        with self._turn():
            study = self.get(name)
            if study is None or study.over:
                return
            put(study.folder, study.folder / CANCELLED, msgspec.json.encode(Cancelled(by, machine_ms())))
            _end(study)

    def remove(self, name: str) -> None:
        """Take a study away with all that it wrote; nothing where it is not over."""
        with self._turn():
            study = self.get(name)
            if study is not None and study.over and not _held(study.folder):
                shutil.rmtree(study.folder)

    def mind(self) -> None:
        """See to it that what waits begins, and that nothing runs too long, until nothing waits or runs."""
        with self._lock:
            if self._minder is None and any(not study.over for study in self.all()):
                self._minder = threading.Thread(target=self._mind, name="studies", daemon=True)
                self._minder.start()

    def _mind(self) -> None:
        mine: dict[str, subprocess.Popen[bytes]] = {}
        with ExitStack() as undo:
            undo.callback(self._unminded)
            while self._looked_after(mine):
                time.sleep(LOOK_S)
            undo.pop_all()

    def _unminded(self) -> None:
        """Who minds has failed, as its thread says; the next call begins anew."""
        with self._lock:
            self._minder = None

    def _looked_after(self, mine: dict[str, subprocess.Popen[bytes]]) -> bool:
        """Note what ended, end what is late, begin what is next; whether there is more to look after."""
        with self._turn():
            for name, process in list(mine.items()):
                code = process.poll()
                if code is not None:
                    _note_end(self.folder / name, code)
                    del mine[name]
            there = self.all()
            running = [study for study in there if _held(study.folder)]
            for study in running:
                if study.began is not None and machine_ms() - study.began.at > 1000 * self._most_s:
                    _end(study)
            waiting = [study for study in there if study.state == "waiting"]
            if waiting and not running and not mine:
                study = waiting[-1]
                try:
                    mine[study.name] = _begin(study)
                except (OSError, Malformed) as error:
                    why = error.strerror if isinstance(error, OSError) else error.what
                    put(study.folder, study.folder / SAID, f"it could not begin: {why}".encode())
                    put(study.folder, study.folder / BEGAN, msgspec.json.encode(Began(0, machine_ms())))
                    _note_end(study.folder, 1)
            more = bool(waiting or running or mine)
            if not more:
                with self._lock:  # within the turn: who asks next finds nobody who minds
                    self._minder = None
            return more

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One at a time changes the folder, in this process and in others."""
        self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        turn = os.open(self.folder / TURN, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(turn, fcntl.LOCK_EX)
            yield
        finally:
            os.close(turn)


def command(words: Sequence[str]) -> list[str]:
    """Airshed of this very place, whatever else is installed."""
    return [sys.executable, "-P", "-m", "airshed", *words]


def _begin(study: Study) -> subprocess.Popen[bytes]:
    """Its process, in a session of its own, which holds the lock of the folder from the beginning."""
    folder = study.folder
    own = str(Path(airshed.__file__).parents[1])
    known = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    known |= {"PYTHONPATH": own, "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    known["AIRSHED_PROGRESS"] = str((folder / PROGRESS).resolve())
    held = os.open(folder / HELD, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        with (folder / ANSWER).open("wb") as answer, (folder / SAID).open("wb") as said:
            process = subprocess.Popen(
                command(study.asked.words),
                cwd=folder,
                env=known,
                stdin=subprocess.DEVNULL,
                stdout=answer,
                stderr=said,
                pass_fds=(held,),
                start_new_session=True,
            )
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
        with ExitStack() as undo:  # one of which nobody knows when it began would have no end
            undo.callback(_killed, process)
            put(folder, folder / BEGAN, msgspec.json.encode(Began(process.pid, machine_ms())))
            undo.pop_all()
    finally:
        os.close(held)
    return process


def _unknown(folder: Path) -> Asked:
    """Stands for what nobody can read any more."""
    try:
        at = int(folder.stat().st_mtime * 1000)
    except OSError:  # taken away meanwhile
        at = 0
    return Asked("", "", at, {}, ())


def _killed(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _note_end(folder: Path, code: int) -> None:
    """Keep how a study ended, unless it was taken away meanwhile."""
    if folder.is_dir():
        put(folder, folder / ENDED, msgspec.json.encode(Ended(code, machine_ms())))


def _end(study: Study) -> None:
    """End its process; the lock says that the number is still that of the study."""
    if study.began is not None and study.began.pid and _held(study.folder):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(study.began.pid, signal.SIGKILL)


def _held(folder: Path) -> bool:
    """Whether the process of a study lives."""
    try:
        found = os.open(folder / HELD, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(found, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(found)


def _state(
    folder: Path, began: Began | None, ended: Ended | None, cancelled: Cancelled | None, *, held: bool
) -> StudyState:
    if cancelled is not None:
        return "cancelled"
    if began is None:
        return "running" if held else "waiting"
    if held:
        return "running"
    if ended is not None:
        return "done" if ended.code == 0 else "failed"
    return "done" if _whole(folder / ANSWER) else "lost"


def _whole(path: Path) -> bool:
    """Whether an answer was written to its end, where nobody was there to hear of the end."""
    try:
        return path.read_bytes().endswith(b"}\n")
    except OSError:
        return False


def _progress(path: Path) -> tuple[int, int]:
    """The last whole line `DONE/STEPS`."""
    try:
        found = re.findall(r"^(\d{1,9})/(\d{1,9})\n", path.read_text("ascii", "replace")[-200:], re.MULTILINE)
    except OSError:
        return 0, 0
    return (int(found[-1][0]), int(found[-1][1])) if found else (0, 0)


def _read(path: Path, kind: type[Kind]) -> Kind | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError:
        return None
    except msgspec.MsgspecError as error:
        raise Malformed(str(path), f"cannot be read ({error})", "take the folder of this study away") from None
