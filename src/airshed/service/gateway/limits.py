"""What a peer may do before it is cut off, and how long the host waits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GatewayLimits:
    """Bounds of one gateway."""

    #: Connections at once, and of one address (of IPv6: of one /64). Where they are all taken, a newcomer is let in
    #: for one that has not shown yet whose it is, the oldest of the address that has most of them.
    connections: int = 5_000
    per_address: int = 200
    #: Connections of one device; a further one ends the oldest, which the device has lost or a stranger holds.
    per_device: int = 4
    #: Seconds in which the handshake of TLS is over.
    handshake_s: float = 10.0
    #: Seconds until the first frame of a registered device.
    first_frame_s: float = 30.0
    #: Seconds between frames of a device; hours may be all that it sends.
    idle_s: float = 7_500.0
    #: Seconds from the first byte of a frame to its last.
    frame_s: float = 30.0
    #: Chunks in a row that are no frame.
    bad_in_a_row: int = 20
    #: Frames of nobody who is registered, with a wrong password, without its certificate,
    #: or for a device of another line.
    strangers: int = 3
    #: Wrong passwords that are compared of one number at one address, of one number at all addresses where it was never
    #: heard, and of one address; and the seconds after which one more is.
    wrong_of_pair: int = 5
    wrong_of_device: int = 20
    wrong_of_address: int = 20
    wrong_every_s: float = 300.0
    #: Milliseconds by which a report may come before its interval is over by the clock of the host. It waits so long,
    #: and is taken then; what comes earlier is refused.
    early_ms: int = 60_000
    #: Bytes that wait because the peer does not read its answers.
    unread_bytes: int = 1 << 16
    #: Chunks that wait for the disk, all connections together; more are not read from the sockets.
    waiting: int = 8_192
    #: Of them, those of one connection; it is not read until they are on disk, so that nobody crowds others out.
    waiting_of_one: int = 1_024
    #: Frames a second of one device: so many times its registered cadence, and at least so many. A device that makes up
    #: for an outage is allowed this; beyond it the host reads it no faster.
    flood_times: float = 600.0
    flood_least_s: float = 10.0
    #: Frames that a device may send at once before that holds: days of its cadence, and at least a year of hours.
    flood_days: float = 4.0
    flood_burst: int = 10_000
    #: Bytes of one device in a day: days of its cadence with the largest frames of the standard (20 at 30 s make
    #: 60 MB), and at least so many; beyond it, it is cut off until the next day.
    flood_day_times: float = 20.0
    flood_day_bytes: int = 1 << 25
    #: Bytes of all devices of one stack in a day: its file stays readable (`store.MOST_DAY_BYTES`).
    flood_stack_bytes: int = 7 << 25
    #: Chunks in one commit.
    tick: int = 2_048
    #: Milliseconds by which the clock of a device may be off before it is set.
    clock_off_ms: int = 60_000
    #: Seconds between looks at the day, and between attempts to close one.
    watch_s: float = 20.0
    #: Seconds that a stopping host waits for the disk.
    stop_s: float = 10.0
