"""Frames decoded a second on one core: `decode`, the hour path, and a plain reader with the bitwise CRC as the peer."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from airshed.mrv.hj212 import Frame, decode, seal
from airshed.mrv.hj212.crc import crc_hj212
from airshed.mrv.hj212.frame_hours import hour_rows

SEED = 20317
FRAMES = 20_000
WANTED = ("a00000", "a01011", "a01012", "a01013", "a01014", "a19001", "a21002", "a21026", "a34013")


def frames(count: int = FRAMES, seed: int = SEED) -> list[bytes]:
    """Hourly reports of one stack, about 700 bytes each."""
    drawn = random.Random(seed)
    made: list[bytes] = []
    for hour in range(count):
        stamp = f"{2027 + hour // 8064}{hour // 672 % 12 + 1:02d}{hour // 24 % 28 + 1:02d}{hour % 24:02d}"
        items = [f"DataTime={stamp}0000"]
        for code in WANTED:
            low, mean, high = sorted(drawn.uniform(1, 200) for _ in range(3))
            flag = "N" if drawn.random() < 0.97 else drawn.choice("FMDCTB")
            items.append(f"{code}-Min={low:.3f},{code}-Avg={mean:.3f},{code}-Max={high:.3f},{code}-Flag={flag}")
        header = f"QN={stamp}0500123;ST=31;CN=2061;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&"
        made.append(seal(f"{header}{';'.join(items)}&&".encode()))
    return made


def plain(raw: bytes) -> dict[str, str]:
    """The peer: cut at every separator, the CRC bit by bit as appendix A prints it."""
    count = int(raw[2:6])
    segment = raw[6 : 6 + count]
    assert int(raw[6 + count : 10 + count], 16) == crc_bitwise(segment)
    items = segment.decode().replace("&&", ";").replace(",", ";").split(";")
    return dict(item.split("=", 1) for item in items if "=" in item)


def crc_bitwise(segment: bytes) -> int:
    """HJ 212-2017 appendix A, word for word."""
    register = 0xFFFF
    for byte in segment:
        register = (register >> 8) ^ byte
        for _ in range(8):
            odd = register & 1
            register >>= 1
            if odd:
                register ^= 0xA001
    return register


def _rate(work: Callable[[], object], count: int) -> float:
    begun = time.perf_counter()
    work()
    return count / (time.perf_counter() - begun)


def run() -> list[tuple[str, str]]:
    """Name and result of each measurement, as rates and as ratios to the peer of the same run."""
    made = frames()
    few = made[: FRAMES // 20]
    segments = [raw[6:-6] for raw in made]
    peer = _rate(lambda: [plain(raw) for raw in few], len(few))
    peer_crc = _rate(lambda: [crc_bitwise(segment) for segment in segments[: len(few)]], len(few))
    crc = _rate(lambda: [crc_hj212(segment) for segment in segments], len(made))
    one = _rate(lambda: sum(isinstance(decode(raw), Frame) for raw in made), len(made))
    rows = _rate(lambda: hour_rows(made, WANTED), len(made))
    size = sum(map(len, made)) // len(made)
    return [
        (f"frames of {size} bytes: plain reader, bitwise CRC (the peer)", f"{peer:,.0f}/s"),
        ("frames: decode", f"{one:,.0f}/s, {one / peer:.0f} x the peer"),
        ("frames: hour_rows, length and CRC checked", f"{rows:,.0f}/s, {rows / peer:.0f} x the peer"),
        ("frames: CRC alone", f"{crc:,.0f}/s, {crc / peer_crc:.0f} x bitwise"),
    ]


def main() -> None:
    """Print the measurements."""
    for name, result in run():
        print(f"{name}: {result}")


if __name__ == "__main__":
    main()
