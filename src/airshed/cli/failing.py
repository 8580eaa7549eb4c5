"""How a command ends that cannot go on: one line that names the place and the cure, never a traceback."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from airshed.cli.ending import INTERRUPTED, SAID, interrupted
from airshed.model.refusal import Malformed

#: How a command ends whose reader has gone.
NOBODY_READS = 141

#: Longest word of a line that is printed whole, and how much is shown of either end of a longer one.
LONGEST_WORD, SHOWN = 250, 60

#: What to do about what the system says of a file or a disk.
CURES: dict[int, str] = {
    errno.ENOSPC: "make room on the disk and run it again; what was answered is on disk",
    errno.EDQUOT: "make room on the disk and run it again; what was answered is on disk",
    errno.EFBIG: "raise the limit on the size of files and run it again; what was answered is on disk",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOENT: "name what is there, in a folder that exists",
    errno.ENOTDIR: "name a folder, and a file within it",
    errno.EISDIR: "name a file, not a folder",
    errno.EEXIST: "choose another name or remove it first",
    errno.EACCES: "choose a place that you may use, or ask for the right to it",
    errno.EPERM: "choose a place that you may use, or ask for the right to it",
    errno.EROFS: "choose a place that can be written",
    errno.EIO: "look after the disk, and restore what is damaged from a copy",
    errno.ELOOP: "mend the links",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
}


def fail(error: Malformed) -> NoReturn:
    """Print the one line that names place and cure, and end with status 2."""
    with suppress(OSError):  # where even that cannot be said, the status says it
        print(line_of(error), file=sys.stderr)
    raise SystemExit(2)


def line_of(error: Malformed) -> str:
    """The error in one line of bounded length, with what cannot be printed written out.

    >>> line_of(Malformed("a\\x1b[2J", "is no book", "give one"))
    'error: a\\\\x1b[2J: is no book; give one'
    """
    words = f"error: {error}".replace("\n", " ").split(" ")
    line = " ".join(word if len(word) <= LONGEST_WORD else f"{word[:SHOWN]}...{word[-SHOWN:]}" for word in words)
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in line)


@contextmanager
def failing() -> Iterator[None]:
    """Whatever a person can bring about ends in one line; what only we can is an exception still."""
    try:
        yield
    except KeyboardInterrupt:
        interrupted()
    except Malformed as error:
        fail(error)
    except BrokenPipeError:
        raise SystemExit(NOBODY_READS) from None
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # what Typer makes of it is status 1
            raise SystemExit(NOBODY_READS) from None
        raise
    except OSError as error:
        fail(_of_system(error))
    except RecursionError:
        fail(Malformed("input", "is nested too deeply", "give one with fewer brackets within brackets"))
    except Exception as error:
        _unreadable(error)
        raise


def let_go_of_output() -> None:
    """What could not be written is not tried again as the process ends."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def not_in_passing(found: sys.UnraisableHookArgs) -> None:
    """An interrupt that comes where nothing can be raised, as in a destructor, ends the process as any other."""
    if not issubclass(found.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(found)
        return
    with suppress(OSError):
        os.write(2, f"{SAID}\n".encode())
    os._exit(INTERRUPTED)


def _of_system(error: OSError) -> Malformed:
    named = error.filename if error.filename is not None else "output"
    place = os.fsdecode(named) if isinstance(named, bytes) else str(named)
    said = (error.strerror or str(error) or type(error).__name__).lower()
    return Malformed(place, f"cannot be used ({said})", CURES.get(error.errno or 0, "see to it and run it again"))


def _unreadable(error: Exception) -> None:
    """What Typer raises at a command line that it cannot read."""
    import typer

    kind: Any = typer.BadParameter.__mro__[1]
    if not isinstance(error, kind):
        return
    unread: Any = error
    said = unread.format_message()
    if "\n" in said:  # a group without a command says its whole help
        print(said, file=sys.stderr)
        raise SystemExit(2) from None
    from airshed.cli.options import MOVED

    path = unread.ctx.command_path if unread.ctx else "airshed"
    option = str(getattr(unread, "option_name", ""))
    new = MOVED.get((path.partition(" ")[2], option))
    cure = f"it is called {new} now" if new else f"{path} --help shows how"
    if option == "--server":
        cure = f"{path} works on a book: run it where that lies, or on a copy of it (airshed book copy)"
    fail(Malformed("command line", said.rstrip("."), cure))
