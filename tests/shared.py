"""What is dear to make is made once in a test run, by whichever of its processes needs it first."""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar, cast

T = TypeVar("T")
#: Names the pipe that is open for writing as long as this run lasts; beside it lies what functions share.
LASTS = "AIRSHED_TESTS_LAST"


class Once:
    """Things by name in a folder that all processes of one test run share. Who takes one leaves it as it is."""

    def __init__(self, folder: Path) -> None:
        self.shared = folder

    def folder(self, name: str, make: Callable[[Path], object]) -> Path:
        """The folder that `make` filled, here or in another process."""
        made = self.shared / name
        with self._alone(name):
            if not made.exists():
                making = self.shared / f"{name}.making"
                shutil.rmtree(making, ignore_errors=True)  # of a process that failed
                making.mkdir()
                make(making)
                making.rename(made)
        return made

    def value(self, name: str, make: Callable[[], T]) -> T:
        """A copy of one's own of what `make` gave."""
        folder = self.folder(name, lambda making: (making / "value").write_bytes(pickle.dumps(make())))
        return cast(T, pickle.loads((folder / "value").read_bytes()))

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        with (self.shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def once_in_run(name: str, make: Callable[[], T]) -> T:
    """`Once.value` for a function that no test hands the fixture; outside of a run what is made is not kept."""
    lasting = os.environ.get(LASTS)
    return Once(Path(lasting).parent).value(name, make) if lasting else make()
