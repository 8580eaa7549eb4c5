"""The two checksums seen on the wire: the CRC of HJ 212 appendix A, and CRC-16/MODBUS which some devices send."""

from __future__ import annotations

START = 0xFFFF
POLYNOMIAL = 0xA001  # x^16 + x^15 + x^2 + 1, least significant bit first


def _step(register: int) -> int:
    for _ in range(8):
        register = (register >> 1) ^ (POLYNOMIAL if register & 1 else 0)
    return register


TABLE: tuple[int, ...] = tuple(_step(byte) for byte in range(256))
"""The register after one byte, by (what is left of the register) xor (the byte)."""

# HJ 212 shifts the low byte of the register out unused (appendix A step 2), so what goes on from byte to byte is the
# high byte alone: state' = _HIGH[state ^ byte]. _HIGH is linear over GF(2) and one to one, and _HIGH applied eight
# times is the identity. So bytes eight places apart meet the same map, the whole text may be folded to its last
# eight places by xor, and eight look-ups are left, whatever its length.
_HIGH: tuple[int, ...] = tuple(value >> 8 for value in TABLE)
_PERIOD = 8


def _powers() -> tuple[bytes, ...]:
    """_HIGH applied 1, 2, ... 8 times, as translation tables."""
    powers = [bytes(_HIGH)]
    for _ in range(1, _PERIOD):
        powers.append(powers[-1].translate(bytes(_HIGH)))
    assert powers[-1] == bytes(range(256))
    return tuple(powers)


POWERS = _P1, _P2, _P3, _P4, _P5, _P6, _P7, _P8 = _powers()
START_STATE: tuple[int, ...] = tuple(power[START >> 8] for power in (_P8, _P1, _P2, _P3, _P4, _P5, _P6, _P7))
"""What is left of the first register after a text, by the length of the text modulo eight."""
AFTER_HIGH: tuple[int, ...] = tuple(TABLE[_HIGH.index(high)] for high in range(256))
"""The whole register, by its high byte."""
_LADDER: tuple[tuple[int, int], ...] = tuple((64 << n, (1 << (64 << n)) - 1) for n in reversed(range(7)))
_LADDER_BITS = 2 * _LADDER[0][0]

CHECKS: frozenset[int] = frozenset(AFTER_HIGH)
"""The 256 values that the CRC of HJ 212 can take over a text that is not empty: eight bits of check in four
digits."""


def crc_hj212(segment: bytes) -> int:
    """The CRC of HJ 212-2017 appendix A over the segment, from `QN=` to the closing `&&`.

    The text names it "ANSI CRC16", but it is neither CRC-16/ARC nor CRC-16/MODBUS. It finds every single wrong byte;
    it does not find two blocks of eight bytes that changed places. It is a check of the line, not evidence.

    >>> f"{crc_hj212(b''):04X} {crc_hj212(bytes(1)):04X}"
    'FFFF 4040'
    """
    if not segment:
        return START
    folded = int.from_bytes(segment, "big")
    while (bits := folded.bit_length()) > _LADDER_BITS:
        shift = 64 << ((bits - 1) // 128).bit_length()
        folded = (folded >> shift) ^ (folded & ((1 << shift) - 1))
    for shift, mask in _LADDER:
        folded = (folded >> shift) ^ (folded & mask)
    h, g, f, e, d, c, b, a = folded.to_bytes(8, "big")
    state = START_STATE[len(segment) & 7] ^ _P1[a] ^ _P2[b] ^ _P3[c] ^ _P4[d]
    return AFTER_HIGH[state ^ _P5[e] ^ _P6[f] ^ _P7[g] ^ _P8[h]]


def crc_modbus(segment: bytes) -> int:
    """CRC-16/MODBUS of the segment: what 26 published frames carry instead of the CRC of the standard.

    >>> f"{crc_modbus(b'123456789'):04X}"
    '4B37'
    """
    register = START
    for byte in segment:
        register = (register >> 8) ^ TABLE[(register ^ byte) & 0xFF]
    return register
