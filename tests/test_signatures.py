"""Signatures of machines: the form of RFC 9421, once, and over all that counts."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from hashlib import sha256
from itertools import count

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from airshed.model.refusal import Malformed
from airshed.service.http.who import Signed
from airshed.service.sign_in.machine_keys import MOST_KEYS
from airshed.service.sign_in.signatures import Request, base_of, digest_of, signed
from services import Served, market_book, served

#: RFC 9421, B.1.4 and B.2.6: the key, and the signature by it over the request of B.2.
RFC_KEY = b"""-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
"""
RFC_SIGNATURE = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="

PATH = "/v1/commands/Surrender"
BODY = json.dumps({"source": "s-steel", "year": 2027, "pollutant": "SO2", "count": 1}).encode()
_nonces = count(1)


def test_the_example_of_the_rfc_is_signed_as_it_says() -> None:
    headers = {"date": "Tue, 20 Apr 2021 02:07:55 GMT", "content-type": "application/json", "content-length": "18"}
    request = Request("POST", "example.com", "/foo", "param=Value&Pet=dog", headers)
    covered = ("date", "@method", "@path", "@authority", "content-type", "content-length")
    names = " ".join(f'"{name}"' for name in covered)
    base = base_of(request, covered, f'({names});created=1618884473;keyid="test-key-ed25519"')
    key = load_pem_private_key(RFC_KEY, None)
    assert isinstance(key, Ed25519PrivateKey)
    assert base64.b64encode(key.sign(base)).decode() == RFC_SIGNATURE


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(market_book(tmp_path_factory.mktemp("signatures"))) as found:
        yield found


@pytest.fixture(scope="module")
def key(service: Served) -> Ed25519PrivateKey:
    service.user("machine", actor="steel")
    made = Ed25519PrivateKey.generate()
    service.running.users.add_key("machine", made.public_key().public_bytes_raw())
    return made


def headers_of(service: Served, key: Ed25519PrivateKey, *, body: bytes = BODY, path: str = PATH) -> dict[str, str]:
    """A request that is signed as it should be."""
    number = next(_nonces)
    own = {"idempotency-key": f"m{number}", "content-type": "application/json"}
    request = Request("POST", service.url.partition("://")[2], path, "", own)
    return {**own, **signed(request, body, key, service.clock() // 1000, f"nonce-of-test-{number:06}")}


def sent(service: Served, headers: dict[str, str], *, body: bytes = BODY, path: str = PATH) -> httpx.Response:
    return service.stranger().post(path, content=body, headers=headers)


def test_a_signed_request_is_the_machines(service: Served, key: Ed25519PrivateKey) -> None:
    said = sent(service, headers_of(service, key))
    assert (said.json()["actor"], said.json()["code"]) == ("steel", "year_closed") or said.json()["seq"]


def test_what_is_sent_again_altered_or_late_is_refused(service: Served, key: Ed25519PrivateKey) -> None:
    good = headers_of(service, key)
    assert sent(service, good).json().get("actor") == "steel"
    before = service.records()
    other = BODY.replace(b"2027", b"2028")
    stranger = Ed25519PrivateKey.generate()
    fresh = headers_of(service, key)
    altered = [
        (good, BODY, PATH),
        (headers_of(service, key), other, PATH),
        ({**headers_of(service, key), "content-digest": digest_of(other)}, other, PATH),
        (headers_of(service, key), BODY, "/v1/commands/PayPenalty"),
        (headers_of(service, key), BODY, f"{PATH}?x=1"),
        ({**headers_of(service, key), "idempotency-key": "another"}, BODY, PATH),
        ({**headers_of(service, key), "airshed-at": "2030-01-01T00:00"}, BODY, PATH),
        (headers_of(service, stranger), BODY, PATH),
        ({**fresh, "signature-input": fresh["signature-input"].replace('"@method" ', "")}, BODY, PATH),
        ({**fresh, "signature-input": fresh["signature-input"].replace("ed25519", "hmac-sha256")}, BODY, PATH),
        ({**fresh, "signature-input": fresh["signature-input"] + ", sig2=()"}, BODY, PATH),
        ({**fresh, "signature": "sig1=::"}, BODY, PATH),
        ({**fresh, "signature-input": ""}, BODY, PATH),
    ]
    for headers, body, path in altered:
        said = sent(service, headers, body=body, path=path)
        assert (said.status_code, said.json()["code"]) == (401, "bad_signature"), headers
    late = headers_of(service, key)
    service.clock.ms += 121_000
    assert sent(service, late).json()["code"] == "bad_signature"
    early = headers_of(service, key)
    service.clock.ms -= 121_000
    assert sent(service, early).json()["code"] == "bad_signature"
    assert service.records() == before


def test_a_key_confirms_nothing_and_an_ended_one_signs_nothing(service: Served, key: Ed25519PrivateKey) -> None:
    body, path = b'{"act":1}', "/v1/commands/ConfirmAct"
    said = sent(service, headers_of(service, key, body=body, path=path), body=body, path=path)
    assert said.json()["code"] == "second_factor"
    service.running.users.lock("machine")
    assert sent(service, headers_of(service, key)).json()["code"] == "bad_signature"
    service.running.users.unlock("machine")
    assert sent(service, headers_of(service, key)).json().get("actor") == "steel"
    public: Ed25519PublicKey = key.public_key()
    service.running.users.end_key(sha256(public.public_bytes_raw()).hexdigest()[:32])
    assert sent(service, headers_of(service, key)).json()["code"] == "bad_signature"


def test_a_user_is_counted_as_one_whatever_signs(service: Served) -> None:
    """With a key each its share of the queue, of readers and of feeds was as large as they liked."""
    user = service.running.users.known("machine")
    assert {Signed(user, None, "a key").name, Signed(user, None, "another").name} == {Signed(user, None).name}


def test_a_user_has_so_many_keys_and_no_more(service: Served) -> None:
    users = service.running.users
    users.add("wang", "steel")
    kept = [users.add_key("wang", bytes([number] * 32)) for number in range(MOST_KEYS)]
    with pytest.raises(Malformed, match=f"wang has {MOST_KEYS}; end one first"):
        users.add_key("wang", b"one more".ljust(32))
    users.end_key(kept[0])
    users.add_key("wang", b"one more".ljust(32))


def test_a_header_that_came_twice_is_not_believed(service: Served, key: Ed25519PrivateKey) -> None:
    made = Ed25519PrivateKey.generate()
    service.running.users.add_key("machine", made.public_key().public_bytes_raw())
    good = list(headers_of(service, made).items())
    for twice in ([("idempotency-key", "another")], [("airshed-at", "2030-01-01T00:00")] * 2):
        said = service.stranger().post(PATH, content=BODY, headers=[*good, *twice])
        assert (said.status_code, said.json()["place"]) == (400, twice[0][0])
