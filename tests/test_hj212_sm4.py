"""The encryption of HJ 212-2025: the standard's own example, and frames that come through it whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.mrv.hj212 import Frame, Rejected, Splitter, decode, seal
from airshed.mrv.hj212.sm4 import BLOCK, ENCRYPTED, decrypt, decrypted_frame, encrypt, encrypted_frame

# HJ 212-2025 appendix A.2, first example: key, plain frame, and the content as it goes over the wire.
KEY = b"0" * 16
PLAIN = (
    b"##0295QN=20240520210700000;ST=31;CN=2051;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&"
    b"DataTime=20240520210600;a01011-Min=1.35,a01011-Avg=1.35,a01011-Max=1.35,a01011-Flag=N;"
    b"a01012-Min=9.3,a01012-Avg=9.3,a01012-Max=9.3,a01012-Flag=N;"
    b"a01014-Min=3.20,a01014-Avg=3.211,a01014-Max=3.212,a01014-Flag=N&&2200\r\n"
)
CIPHER = bytes.fromhex(
    "E43E159ACFAB242CB53155FB8B9281A1A242577ABFAED881BE88B72D69FC55ED1A80119FAAC8B3CD33D285CC76F57F2C"
    "A7F88B9573C6647E0F07E24609BD6B63EB20C5B9784F28E71D2F4994FF61D9E1C2B3075592B4D1E09C4D8BB27BE97B55"
    "9E3DA6643781A6F477769DEEB009B10DFFF3426922725D607DC4480F0CAC5F70DB2587B124BCB281592721D6E4BC180A"
    "97E5E111499CBE822E31C8D7761553543AA24207C290997BBDE64F9266BC5F529A172E381C1D898CA1A0D771A914A7B2"
    "D7467C70B94F1D4A7B0350A48DBF8B41"
)
OPENING = PLAIN.index(b"CP=&&") + 5

keys = st.binary(min_size=BLOCK, max_size=BLOCK)
contents = st.text("abcXYZ0159-=.:/;,清洗", max_size=120)


def frame(content: str) -> bytes:
    return seal(f"QN=20270101000000000;ST=31;CN=2061;PW=123456;MN=A1;Flag=9;CP=&&{content}&&".encode())


def test_the_example_of_the_standard_comes_out_byte_for_byte() -> None:
    wire = encrypted_frame(PLAIN, KEY)

    assert wire == PLAIN[:OPENING] + CIPHER + PLAIN[-8:]
    assert len(wire) == len(PLAIN)
    assert decrypted_frame(wire, KEY) == PLAIN


def test_the_block_cipher_is_the_one_of_gb_t_32907() -> None:
    """GB/T 32907-2016 appendix A, example 1: key and plain text are the same 16 bytes."""
    block = bytes.fromhex("0123456789abcdeffedcba9876543210")

    assert encrypt(block, block).hex() == "681edf34d206965e86b3e94f536e4246"


def test_a_frame_of_the_wire_is_read_only_with_its_key() -> None:
    wire = encrypted_frame(PLAIN, KEY).strip()

    opened, closed = decode(decrypted_frame(wire, KEY)), decode(decrypted_frame(wire, b"1" * 16))

    assert isinstance(opened, Frame)
    assert opened.readings[0].values["avg"] == "1.35"
    assert isinstance(closed, Rejected)


@given(contents, keys)
def test_what_is_encrypted_comes_back_and_the_rest_of_the_last_block_stays(content: str, key: bytes) -> None:
    raw = content.encode()
    cipher = encrypt(raw, key)

    whole = len(raw) - len(raw) % BLOCK
    assert len(cipher) == len(raw)
    assert cipher[whole:] == raw[whole:]
    assert decrypt(cipher, key) == raw


@given(contents, keys, st.integers(1, 40))
def test_an_encrypted_frame_is_cut_out_of_the_stream_by_its_length(content: str, key: bytes, size: int) -> None:
    """Encrypted bytes may hold line ends, `##` and `&&`; only the length says where the frame ends."""
    plain = frame(content)
    stream = encrypted_frame(plain, key) * 2
    splitter = Splitter()
    found = [chunk for at in range(0, len(stream), size) for chunk in splitter.feed(stream[at : at + size])]

    assert [decrypted_frame(chunk, key) for chunk in found] == [plain.strip()] * 2


@pytest.mark.parametrize("raw", [b"", b"##", b"##00x1CP=&&&&", b"##0200QN=1;CP=&&short&&1234", b"noise CP=&&abc&&"])
def test_bytes_that_are_no_frame_stay_as_they_are(raw: bytes) -> None:
    assert decrypted_frame(raw, KEY) == raw


@pytest.mark.parametrize("cn", ["2011", "2999", "1014", "3020"])
def test_readings_and_keys_are_encrypted(cn: str) -> None:
    assert ENCRYPTED.fullmatch(cn)


@pytest.mark.parametrize("cn", ["1011", "1012", "3019", "9014", "20110"])
def test_other_commands_are_not(cn: str) -> None:
    assert not ENCRYPTED.fullmatch(cn)
