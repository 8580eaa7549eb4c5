"""Imports Airshed once and forks a process for every command that it is asked for (`forked.py`).

    python tests/forkserver.py SOCKET

A fork is as alone as a process of its own: memory, folder, environment, open files, status. What it saves is the start
of Python and half a second of imports. One thread; it ends when its standard input closes.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import marshal
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import sys
import threading
import time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

import airshed
from airshed.cli.main import ROOMS, build
from airshed.rulebook.load import load as load_law
from airshed.zone.load import load as load_zone
from forked import WORD

#: What has threads from its import on: a fork of it is not whole.
THREADED = frozenset({"polars"})


def main() -> None:
    """Serve until nobody is left to ask; a forked process comes out of `serve` with what it is to run."""
    load()
    words = serve(sys.argv[1])
    if words is None:
        return
    sys.argv = ["airshed", *words]
    try:
        runpy.run_module("airshed", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        end(ended.code)


def end(status: object) -> NoReturn:
    """What Python does at its end, but for taking apart the modules, which would take longer than most commands."""
    assert status is None or isinstance(status, int), status
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status or 0)


def load() -> None:
    """Import every module of Airshed that does not bring threads with it, and what reads command lines."""
    without: Any = dict.fromkeys(THREADED)
    sys.modules.update(without)  # an import of one of them fails, and what needs it is imported after the fork
    for module in pkgutil.walk_packages(airshed.__path__, "airshed."):
        if not module.name.endswith("__main__"):
            try:
                importlib.import_module(module.name)
            except ModuleNotFoundError as error:
                if error.name not in THREADED:
                    raise
    for name in THREADED:
        del sys.modules[name]
    for room, read in (("rulebooks", load_law), ("zones", load_zone)):
        for folder in sorted((Path(__file__).parents[1] / room).iterdir()):
            read(folder)  # what was read of these files holds in every fork
    with redirect_stdout(StringIO()):
        build(ROOMS)(["--version"], prog_name="airshed", standalone_mode=False)
    gc.collect()
    gc.freeze()


def serve(address: str) -> list[str] | None:
    """None when it is over, and in every forked process the words of its command."""
    waiting = selectors.DefaultSelector()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen(64)
    os.write(sys.stdout.fileno(), b"listening\n")  # at once, so that two servers on one pipe do not mix their words
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # who waits for more of it would wait to the end
    waiting.register(sys.stdin.fileno(), selectors.EVENT_READ, None)
    waiting.register(listening, selectors.EVENT_READ, None)
    while True:
        for key, _ in waiting.select():
            if key.fileobj == sys.stdin.fileno():
                return None
            if key.fileobj is listening:
                asker = listening.accept()[0]
                told, files = heard(asker)
                process = os.fork()
                if not process:
                    waiting.close()
                    listening.close()
                    asker.close()
                    return become(told, files)
                for each in files:
                    os.close(each)
                asker.sendall(process.to_bytes(WORD, "big"))
                ended = os.pidfd_open(process)
                waiting.register(ended, selectors.EVENT_READ, (asker, process, ended))
                waiting.register(asker, selectors.EVENT_READ, (asker, process, ended))
                continue
            if key.fileobj not in waiting.get_map():  # its other half was looked at before
                continue
            asker, process, ended = key.data
            if key.fileobj is asker:  # it is gone
                os.kill(process, signal.SIGKILL)
            status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
            waiting.unregister(ended)
            waiting.unregister(asker)
            os.close(ended)
            with asker:
                if key.fileobj is not asker:
                    asker.sendall((status if status >= 0 else 128 - status).to_bytes(WORD, "big"))


def heard(asker: socket.socket) -> tuple[Any, list[int]]:
    """What was asked, and the files that came with it."""
    size, files, _, _ = socket.recv_fds(asker, WORD, 3)
    with asker.makefile("rb") as reading:
        return marshal.loads(reading.read(int.from_bytes(size, "big"))), list(files)


def become(told: Any, files: list[int]) -> list[str]:
    """Take on the files, folder and environment of who asked; gives the words."""
    folder, environment, words = told
    for number, each in enumerate(files):
        os.dup2(each, number)
    os.closerange(3, max(files) + 1)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    sys.path[0] = folder
    return list(words)


if __name__ == "__main__":
    main()
