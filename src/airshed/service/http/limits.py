"""How much the service takes before it says to come again, and how long things last."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """Bounds of one service; `airshed serve` takes them as they are."""

    #: Commands that wait for the writer; beyond it the answer is 503 with Retry-After.
    waiting_commands: int = 20_000
    #: Requests that wait for the writer.
    waiting_requests: int = 2_000
    #: Reads that wait for a reader.
    waiting_reads: int = 200
    #: Of them those of one user, with all their keys, or address.
    reads_of_one: int = 50
    #: Connections that read the book.
    readers: int = 2
    #: What takes seconds to read, as the report of a year, and waits for the one connection that reads such.
    waiting_long_reads: int = 8
    #: What walks the book, as an account at a past moment, and waits for a connection of its own.
    waiting_walks: int = 20
    #: Of them those of one user, with all their keys, or address.
    walks_of_one: int = 2
    #: Tables as CSV or Parquet that are made or wait for the connection that reads them.
    waiting_files: int = 20
    #: Of them those of one user, with all their keys, or address.
    files_of_one: int = 4
    #: Bytes of one command, and of a batch.
    command_bytes: int = 1 << 20
    batch_bytes: int = 16 << 20
    #: Bytes of a sign-in or of anything else that is not a command.
    form_bytes: int = 16 << 10
    #: Bytes of the head of a request.
    head_bytes: int = 64 << 10
    #: Seconds in which the head of a request must have come.
    head_s: float = 15.0
    #: Seconds in which the body of a request must have come.
    body_s: float = 20.0
    #: Rows of one page of a table, and what a page has when nobody says.
    most_rows: int = 10_000
    usual_rows: int = 100
    #: Rows of a table as CSV or Parquet, in one file.
    file_rows: int = 1_000_000
    #: Requests of one user, with all their keys: so many at once, and so many more a second.
    user_burst: int = 2_000
    user_every_s: float = 0.002
    #: Commands in batches of one user, with all their keys: so many at once, and so many more a second.
    user_commands_burst: int = 100_000
    user_commands_every_s: float = 0.001
    #: Requests of one address without a sign-in.
    stranger_burst: int = 60
    stranger_every_s: float = 0.5
    #: Open feeds, and of one user or address.
    feeds: int = 10_000
    feeds_of_one: int = 20
    #: Records that a watcher may be behind before it is read from the book again.
    feed_kept: int = 10_000
    #: Seconds between comments on a feed on which nothing happens.
    feed_beat_s: float = 15.0
    #: Records after which the snapshot from which the next start begins is made anew (a tenth of a longer book), and
    #: after which a stop makes it.
    snapshot_every: int = 20_000
    snapshot_at_stop: int = 2_000
    #: Seconds between two letters to one address, and so at most before a notice goes as mail.
    mail_every_s: float = 60.0
    #: Passwords that are compared at once: each takes 64 MiB and a core.
    passwords: int = 2
    #: Connections at once.
    connections: int = 12_000
