"""HJ 212: the wire protocol of stack monitors in China, as pure functions from bytes to frames and back."""

from airshed.mrv.hj212.encode import encode, seal
from airshed.mrv.hj212.frame import Dialect, Fault, Frame, Reading, Rejected, decode
from airshed.mrv.hj212.stream import Splitter, chunks

__all__ = [
    "Dialect",
    "Fault",
    "Frame",
    "Reading",
    "Rejected",
    "Splitter",
    "chunks",
    "decode",
    "encode",
    "seal",
]
