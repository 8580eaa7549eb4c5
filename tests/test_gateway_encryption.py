"""A device with a key is not heard in plain text where the standard wants it encrypted, however the head is written."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.lab.stacks.device import HOURS
from airshed.mrv.hj212 import Frame, decode, seal
from airshed.mrv.hj212.crc import CHECKS
from airshed.mrv.hj212.head import head_of
from airshed.mrv.hj212.items import Unclear
from airshed.mrv.hj212.sm4 import encrypted_frame, shall_encrypt
from airshed.service.gateway.keeper import Arrived, Keeper
from airshed.service.gateway.limits import GatewayLimits
from airshed.service.gateway.reception import Received, judge
from gateways import KEY, MN, NEW_YEAR, NOON, Clock, device, gateway, logger, peer

SAID = "DataTime=20270101080000;a21026-Avg=0.1,a21026-Flag=N"
ONE = logger("2025")
REGISTRY = {ONE.mn: device(ONE)}
END = f"PW=123456;MN={MN};Flag=9;"

#: Heads under which a plain report of hours was taken from a device with a key, or might be.
PLAIN_HEADS = [
    f"ST=31;CN=2061;{END}",
    f"ST=31;CN= 2061;{END}",
    f"ST=31;CN=2061 ;{END}",
    f"ST=31;CN =2061;{END}",
    f"ST=31; CN = 2061 ;{END}",
    f"ST=31;cn=2061;{END}",
    f"ST=31;Cn=\t2061;{END}",
    f"ST=31,CN=2061,{END}",
    f"ST=31;;CN=2061;{END}",
    f"ST=31;CN=02061;{END}",
    f"ST=31;CN=+2061;{END}",
    f"ST=31;CN=2061.0;{END}",
    f"ST=31;CN=２０６１;{END}",
    f"ST=31;CN=2061\u00a0;{END}",
    f"ST=31;CN=;{END}",
    f"ST=31;CN=2011;CN=2061;{END}",
    f"ST=31;CN=9014;CN=2061;{END}",
    f"ST=31;CN=9014;cn= 2061;{END}",
    f"QN=1&&;ST=31;CN=2061;{END}",
    f"PW=123456;MN={MN};QN=&&;CN=2061;ST=31;Flag=9;",
    f"MN= {MN} ;ST=31;CN=2061;PW=123456;Flag=9;",
    f"ST=31;CN=2061;PW=123456;mn={MN};Flag=9;",
    f"ST=31;CN=2061;PW=123456;MN={MN};Flag=0;",
    f"ST=31;CN=2061;PW=123456;MN={MN};Flag=5;",
    f"ST=31;CN=2061;PW=123456;MN={MN};Flag=;",
    f"ST=31;CN=2061;PW=123456;MN={MN};",
    f"XCP=&&;ST=31;CN=2061;{END}",
    f"ST=31;CN=2061;{END}cp=&&;CP=&&;",
]


def plain(head: str, content: str = SAID) -> bytes:
    return seal(f"{head}CP=&&{content}&&".encode())


def test_no_way_to_write_the_head_brings_a_plain_report_past_the_key(tmp_path: Path) -> None:
    """Each over a connection of its own; the device's own report is taken before and after."""

    async def story() -> None:
        async with (
            gateway(tmp_path, [device(ONE)], limits=GatewayLimits(bad_in_a_row=1_000, strangers=1_000)) as gate,
            peer(gate.port) as own,
        ):
            await own.send(ONE.report(HOURS, NEW_YEAR, NOON))
            assert len(await own.answers(1)) == 1
            for head in PLAIN_HEADS:
                async with peer(gate.port) as forger:
                    await forger.send(plain(head))
                    forger.writer.write_eof()
                    assert await forger.ended()
            await own.send(ONE.report(HOURS, NEW_YEAR + 3_600_000, NOON))
            assert len(await own.answers(1)) == 1
            assert [entry.key for entry in gate.entries()] == ["k1", "k1"]
            assert gate.host.counts["answered"] == 2
            refused = {name: count for name, count in gate.host.counts.items() if name.startswith("refused_")}
            assert set(refused) <= {
                "refused_not_encrypted",
                "refused_syntax",
                "refused_not_kept",
                "refused_undeciphered",
            }
            assert gate.host.counts["refused_not_encrypted"] >= 10

    asyncio.run(story())


@pytest.mark.parametrize("content", ["", "a21026-Rtd=1.23", "CN=9014"])
def test_content_of_less_than_a_block_proves_no_key(content: str) -> None:
    verdict = judge(encrypted_frame(plain(f"ST=31;CN=2011;{END}", content), KEY).strip(), REGISTRY, NOON)
    assert getattr(verdict, "why", None) == "not_encrypted"


def test_what_the_content_says_does_not_stand_for_the_head(tmp_path: Path) -> None:
    """A plain command may not bring a report in its content, nor may a report claim to be a plain command there."""
    hidden = judge(plain(f"ST=31;CN=9014;{END}", f"CN=2061;{SAID}").strip(), REGISTRY, NOON)
    assert isinstance(hidden, Received)
    assert (hidden.frame.cn, hidden.proved) == ("9014", False)
    claimed = judge(plain(f"ST=31;CN=2061;{END}", f"CN=9014;{SAID}").strip(), REGISTRY, NOON)
    assert getattr(claimed, "why", None) == "not_encrypted"


def test_a_plain_frame_of_a_device_with_a_key_does_not_speak_for_it(tmp_path: Path) -> None:
    """A heartbeat may come in plain text, so it is taken; but requests go where a key was shown, and only there are
    they answered."""
    stranger = replace(ONE, key=None)

    async def story() -> None:
        async with (
            gateway(tmp_path, [device(ONE)]) as gate,
            peer(gate.port) as own,
            peer(gate.port) as forger,
        ):
            await forger.send(stranger.clock_notice(NOON))
            assert len(await forger.answers(1)) == 1
            assert gate.host.connected == []
            await own.send(ONE.report(HOURS, NEW_YEAR, NOON))
            assert len(await own.answers(1)) == 1
            await forger.send(stranger.clock_notice(NOON + 1))
            assert len(await forger.answers(1)) == 1
            assert gate.host.connected == [MN]
            asking = asyncio.create_task(gate.host.ask(MN, "1011", tries=1, timeout=600))
            qn = (await own.request()).qn
            done = f"QN={qn};ST=91;CN=9012;{END}"
            await forger.send(plain(done, "ExeRtn=1"))
            await forger.send(stranger.clock_notice(NOON + 2))
            assert len(await forger.answers(1)) == 1, "the forged answer was read before this"
            assert not asking.done()
            await own.send(plain(done, "ExeRtn=100"))
            assert getattr(await asking, "execution", None) == "100"

    asyncio.run(story())


heads = st.lists(
    st.tuples(
        st.sampled_from(["CN", "cn", " CN", "CN ", "MN", "PW", "QN", "Flag", "X"]),
        st.sampled_from(["2061", " 2061", "2061 ", "9014", "1013", MN, f" {MN}", "4", "&&", "", "2061;CN=9014"]),
    ),
    max_size=6,
)  # fmt: skip


@given(heads, st.sampled_from([";", ",", ";;"]), st.sampled_from(["", SAID, "CN=2061", f"MN={MN}"]))
def test_the_head_that_decides_is_the_head_that_is_decoded(
    items: list[tuple[str, str]], separator: str, content: str
) -> None:
    """One parse: what `judge` goes by is what `decode` finds, and a head that is not clear is no frame."""
    raw = seal(f"{separator.join(f'{name}={value}' for name, value in items)};CP=&&{content}&&".encode()).strip()
    head, frame = head_of(raw), decode(raw)
    if isinstance(frame, Frame):
        assert not isinstance(head, Unclear)
        assert (head["cn"], head.get("mn"), head.get("pw")) == (frame.cn, frame.mn, frame.pw)
    verdict = judge(raw, REGISTRY, NOON)
    if isinstance(verdict, Received) and shall_encrypt(verdict.frame.cn):
        assert verdict.key is not None


def test_blocks_of_recorded_reports_make_a_new_one(tmp_path: Path) -> None:
    """What ECB leaves open to whoever reads the line, as the documentation says; the true report is a finding."""
    hour, day = 3_600_000, 86_400_000
    recorded = [ONE.report(HOURS, NEW_YEAR + place, NEW_YEAR + place + hour).strip() for place in (8 * hour, 10 * day)]
    first, second = ((raw, raw.index(b"CP=&&") + 5) for raw in recorded)
    spliced = first[0][: first[1]] + second[0][second[1] :][:16] + first[0][first[1] + 16 : -4]
    at = NEW_YEAR + 10 * day + 9 * hour
    made = [found for crc in CHECKS if isinstance(found := judge(spliced + b"%04X" % crc, REGISTRY, at), Received)]
    assert [found.frame.field("DataTime") for found in made] == ["20270111080000"]
    keeper = Keeper(tmp_path, Clock(at))
    true = judge(ONE.report(HOURS, NEW_YEAR + 10 * day + 8 * hour, at).strip(), REGISTRY, at)
    assert keeper.commit([Arrived(each, "127.0.0.1:1") for each in (*made, true)]) == ["kept", "restated"]
    keeper.close()
