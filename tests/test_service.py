"""The service: who acts comes from the sign-in, what is answered is on disk, and rows are for those whose they are."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import msgspec
import pytest

from airshed.cli.reference.examples import examples
from airshed.cli.reference.write import TRANSCRIPTS
from airshed.engine.journal import decode
from airshed.engine.tables import TABLES
from airshed.rulebook import lookup
from airshed.service.book.addressed import to_read
from airshed.service.book.verify import verify
from airshed.service.http.catalogue import WAYS
from airshed.service.http.commands import BODIES
from airshed.service.http.viewer import bound, condition
from airshed.service.http.who import SIGNING
from laws import RULES
from markets import SERIES
from services import KEPT, PASSWORD, Served, kept_book, served


@pytest.fixture(scope="module", params=KEPT)
def service(request: pytest.FixtureRequest) -> Iterator[Served]:
    with served(kept_book(request)) as found:
        yield found


@pytest.fixture
def steel(service: Served) -> httpx.Client:
    return service.signed("steel")


def order(client: httpx.Client, key: str, /, **more: object) -> httpx.Response:
    body = {"account": "steel", "series": SERIES, "side": "sell", "count": 1_000, "limit": 400_000, **more}
    return client.post("/v1/commands/PlaceOrder", json=body, headers={"Idempotency-Key": key})


def test_there_is_a_route_for_every_command_of_the_catalogue() -> None:
    assert {way.command for way in WAYS if way.command} == set(BODIES)


def test_a_command_is_answered_with_the_record_that_is_on_disk(service: Served, steel: httpx.Client) -> None:
    said = order(steel, "o1")
    assert said.status_code == 200, said.text
    receipt = said.json()
    with to_read(service.running.serving.book) as book:
        line = book.line(receipt["seq"])
    assert line.hash == receipt["hash"]
    record = decode(line)
    assert (record.actor, record.key) == ("steel", "o1") == (receipt["actor"], receipt["key"])
    assert msgspec.json.decode(msgspec.json.encode(record.events)) == receipt["events"]
    assert receipt["provenance"]["is"] == "simulation"
    assert "Simulated" in said.headers["Airshed-Provenance"]


def test_the_same_key_gets_the_same_answer_and_counts_once(service: Served, steel: httpx.Client) -> None:
    first = order(steel, "same").json()
    before = service.records()
    again = order(steel, "same").json()
    assert again == {**first, "answered": True}
    other = order(steel, "same", count=2_000)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert service.records() == before + 1, "a key reused with other content is refused in a record"


def test_a_refusal_is_a_problem_with_code_article_and_a_sentence_in_two_languages(steel: httpx.Client) -> None:
    said = order(steel, "off", limit=400_001)
    problem = said.json()
    assert said.status_code == 422
    assert said.headers["content-type"] == "application/problem+json"
    assert problem["code"] == "off_tick"
    assert problem["title"] == "The price is not a multiple of the tick."
    assert problem["title_zh"] == "价格不是最小变动价位的整数倍。"
    assert problem["article"]
    assert problem["seq"] > 0


def test_the_actor_is_who_signed_in_and_never_what_the_body_says(service: Served, steel: httpx.Client) -> None:
    before = service.records()
    for more in ({"actor": "fund"}, {"key": "k"}, {"as": "fund"}, {"do": "Withdraw"}):
        said = order(steel, "as", **more)
        assert said.status_code == 400, said.text
    assert service.records() == before
    forged = order(steel, "other", account="cement")
    assert (forged.status_code, forged.json()["code"]) == (403, "not_your_own")
    assert forged.json()["actor"] == "steel"


@pytest.mark.parametrize(
    ("raw", "place", "what"),
    [
        (b'{"account":"steel","account":"fund","fen":1}', "Deposit", "given twice"),
        (b'{"account":"steel","fen":1.5}', "Deposit fen", "expected `int`"),
        (b'{"account":"steel"}', "Deposit", "missing required field `fen`"),
        (b'{"account":"steel","fen":"1"}', "Deposit fen", "expected `int`"),
        (b'{"account":"\\u0000","fen":1}', "Deposit account", "is not plain text"),
        (b"[" * 100_000, "Deposit", ""),
        (b"\xff", "Deposit", ""),
        (b"", "Deposit", ""),
        (b"null", "Deposit", ""),
    ],
)
def test_what_cannot_be_read_is_answered_with_its_place(
    service: Served, steel: httpx.Client, raw: bytes, place: str, what: str
) -> None:
    before = service.records()
    headers = {"Idempotency-Key": "m", "Content-Type": "application/json"}
    said = steel.post("/v1/commands/Deposit", content=raw, headers=headers)
    assert said.status_code == 400, said.text
    problem = said.json()
    assert problem["code"] == "malformed"
    assert problem["place"] == place
    assert what in problem["what"]
    assert problem["cure"]
    assert service.records() == before


def test_strangers_are_answered_before_the_book_and_leave_no_record(service: Served) -> None:
    before = service.records()
    stranger = service.stranger()
    assert order(stranger, "s").status_code == 401
    assert stranger.post("/v1/commands", json=[]).status_code == 401
    assert stranger.get("/v1/tables/accounts").status_code == 401
    stranger.cookies.set("airshed", "no-such-session")
    assert order(stranger, "s").status_code == 401
    assert service.records() == before


def test_who_is_not_registered_in_the_book_leaves_no_record(service: Served) -> None:
    before = service.records()
    said = order(service.signed("nobody"), "n")
    assert (said.status_code, said.json()["code"]) == (403, "unknown_actor")
    assert "seq" not in said.json()
    assert service.records() == before


def test_a_batch_is_one_commit_with_an_answer_for_each(service: Served, steel: httpx.Client) -> None:
    before, groups = service.records(), service.running.writer.groups
    body = {"do": "PlaceOrder", "account": "steel", "series": SERIES, "side": "sell", "count": 1_000, "limit": 400_000}
    entries = [{"key": f"b{n}", "body": {**body, "limit": 400_000 + n % 2}} for n in range(4)]
    answers = steel.post("/v1/commands", json=entries).json()["answers"]
    told = [answer.get("receipt") or answer["problem"] for answer in answers]
    assert [each.get("code", each["key"]) for each in told] == ["b0", "off_tick", "b2", "off_tick"]
    assert [each["seq"] for each in told] == list(range(before + 1, before + 5))
    assert service.running.writer.groups == groups + 1
    wrong = steel.post("/v1/commands", json=[entries[0], {"key": "x", "body": {**body, "count": "1"}}])
    assert (wrong.status_code, wrong.json()["place"]) == (400, "commands [1].body.count")


def test_a_session_without_its_token_or_from_another_site_changes_nothing(service: Served) -> None:
    client = service.signed("steel")
    before = service.records()
    token = client.headers.pop("X-CSRF-Token")
    assert order(client, "c").json()["code"] == "csrf"
    client.headers["X-CSRF-Token"] = token[:-1] + "x"
    assert order(client, "c").json()["code"] == "csrf"
    client.headers["X-CSRF-Token"] = token
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        said = client.post("/v1/commands/Deposit", json={"account": "steel", "fen": 1}, headers=headers)
        assert said.json()["code"] == "csrf"
    assert service.records() == before


def test_a_sign_in_is_a_new_session_and_signing_out_ends_it(service: Served) -> None:
    client = service.stranger()
    client.cookies.set("airshed", "chosen-by-somebody-else")
    service.user("cement")
    said = client.post("/v1/sign-in", json={"user": "cement", "password": PASSWORD, "code": service.code("cement")})
    cookie = said.headers["set-cookie"]
    assert "chosen-by" not in cookie
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    client = service.signed("cement")
    assert client.get("/v1/me").json()["reads"] == "account cement"
    kept = dict(client.cookies)
    assert client.post("/v1/sign-out").status_code == 204
    client.cookies.update(kept)
    assert client.get("/v1/me").status_code == 401


def test_a_session_ends_when_nothing_is_asked_for_long(service: Served) -> None:
    client = service.signed("cement")
    service.clock.ms += 31 * 60_000
    assert client.get("/v1/me").status_code == 401


def test_a_wrong_password_and_a_user_that_is_not_there_are_answered_alike(service: Served) -> None:
    service.user("kiln")
    stranger = service.stranger()
    answers = [
        stranger.post("/v1/sign-in", json={"user": user, "password": password, "code": code}).json()
        for user, password, code in (
            ("kiln", "wrong password", service.code("kiln")),
            ("kiln", PASSWORD, "000000"),
            ("no such user", PASSWORD, "000000"),
        )
    ]
    assert answers[0]["code"] == "wrong_sign_in"
    assert answers[0] == answers[1] == answers[2]


def test_who_guesses_is_not_listened_to_and_others_are(service: Served) -> None:
    service.user("broker")
    stranger = service.stranger()
    said = [
        stranger.post("/v1/sign-in", json={"user": "broker", "password": f"guess {n}", "code": "1"}) for n in range(6)
    ]
    assert [each.status_code for each in said] == [401] * 5 + [429]
    assert int(said[-1].headers["Retry-After"]) <= 300
    right = {"user": "broker", "password": PASSWORD, "code": service.code("broker")}
    assert stranger.post("/v1/sign-in", json=right).status_code == 429
    assert service.signed("fund").get("/v1/me").status_code == 200
    service.clock.ms += 301_000
    assert service.signed("broker").get("/v1/me").status_code == 200


def test_a_code_counts_once(service: Served) -> None:
    service.user("cement")
    form = {"user": "cement", "password": PASSWORD, "code": service.code("cement")}
    assert service.stranger().post("/v1/sign-in", json=form).status_code == 200
    assert service.stranger().post("/v1/sign-in", json=form).status_code == 401


def test_a_signing_act_needs_a_code_of_now(service: Served) -> None:
    bank, teller = service.signed("small-bank"), service.signed("small-teller")
    key = {"Idempotency-Key": "d"}
    proposed = bank.post("/v1/commands/Deposit", json={"account": "steel", "fen": 700}, headers=key).json()
    (waits,) = proposed["waits"]
    assert "small-teller" in waits["confirms"]
    service.clock.ms += 6 * 60_000
    before = service.records()
    confirm = {"act": waits["act"]}
    assert teller.post("/v1/commands/ConfirmAct", json=confirm, headers=key).json()["code"] == "second_factor"
    wrong = {**key, "Airshed-Code": "000000"}
    assert teller.post("/v1/commands/ConfirmAct", json=confirm, headers=wrong).json()["code"] == "second_factor"
    assert service.records() == before
    right = {**key, "Airshed-Code": service.code("small-teller")}
    done = teller.post("/v1/commands/ConfirmAct", json=confirm, headers=right)
    assert [event["is"] for event in done.json()["events"]] == ["ActConfirmed", "MoneyMoved"]
    again = [teller.post("/v1/commands/ConfirmAct", json=confirm, headers=right) for _ in range(7)]
    assert {said.json()["answered"] for said in again} == {True}, "its answer was lost, and it is sent again: no guess"
    service.clock.ms += 6 * 60_000
    late = teller.post("/v1/commands/ConfirmAct", json={"act": 9}, headers={**right, "Idempotency-Key": "e"})
    assert late.json()["code"] == "second_factor", "the code of then proves nothing of now"


def test_the_first_link_makes_one_administrator_who_makes_the_others(service: Served) -> None:
    token = service.running.users.add("administrator", "", admin=True)
    stranger = service.stranger()
    short = stranger.post("/v1/set-up", json={"token": token, "password": "short"})
    assert short.status_code == 400
    assert stranger.post("/v1/set-up", json={"token": token, "password": PASSWORD}).json()["user"] == "administrator"
    assert stranger.post("/v1/set-up", json={"token": token, "password": PASSWORD}).status_code == 404
    admin = service.signed("second administrator", actor="", admin=True)
    assert order(admin, "a").json()["code"] == "no_actor"
    made = admin.post("/v1/users", json={"user": "power", "actor": "power"})
    assert made.status_code == 201, made.text
    assert "is not registered" in admin.post("/v1/users", json={"user": "x", "actor": "x"}).json()["what"]
    page = stranger.get("/set-up", params={"token": made.json()["token"]})
    assert "choose a password" in page.text
    assert "script" not in page.text
    done = stranger.post("/set-up", data={"token": made.json()["token"], "password": PASSWORD})
    assert "otpauth://totp/Airshed:power" in done.text
    assert service.signed("steel").get("/v1/users").status_code == 403
    other = service.signed("kiln")
    assert admin.post("/v1/users/kiln/lock").status_code == 200
    assert other.get("/v1/me").status_code == 401
    assert admin.post("/v1/users/kiln/unlock").status_code == 200
    assert {user["user"] for user in admin.get("/v1/users").json()["users"]} >= {"administrator", "power", "steel"}


def test_no_role_sends_over_http_what_the_law_does_not_give_it(service: Served) -> None:
    """The matrix of `who-may-do-what.md`: every command, by an actor of every role that the small market has."""
    shown = examples(TRANSCRIPTS)
    roles = {
        "dianzhong-office": "province",
        "dianzhong-registrar": "registrar",
        "small-exchange": "exchange",
        "small-bank": "bank",
        "small-host": "monitor",
        "verifier-1": "verifier",
        "steel": "operator",
        "fund": "trader",
        "small-bureau": "city",
    }
    for actor, role in roles.items():
        beyond = [name for name in BODIES if not lookup.may(RULES, role, name) and name not in SIGNING]
        bodies = [json.loads(shown[name].line)["body"] for name in beyond]
        entries = [{"key": f"{name} beyond", "body": body} for name, body in zip(beyond, bodies, strict=True)]
        answers = service.signed(actor).post("/v1/commands", json=entries).json()["answers"]
        assert {answer["problem"]["code"] for answer in answers} == {"role_may_not"}, (actor, role)
        assert all(answer["problem"]["status"] == 403 for answer in answers)
        assert len(answers) > 20


# --- tables


def test_a_holder_reads_its_own_rows_an_office_all_a_bureau_its_place(service: Served, steel: httpx.Client) -> None:
    mine = steel.get("/v1/tables/accounts").json()["rows"]
    assert [row["account"] for row in mine] == ["steel"]
    office = service.signed("dianzhong-office")
    everybody = office.get("/v1/tables/accounts", params={"limit": 1000}).json()
    assert everybody["total"] == len(everybody["rows"]) > 10
    bureau = service.signed("small-bureau").get("/v1/tables/accounts").json()["rows"]
    assert {row["jurisdiction"] for row in bureau} == {"KM"}
    assert service.stranger().get("/v1/tables/caps").json()["rows"][0]["series"] == SERIES
    assert steel.get("/v1/tables/days").json()["rows"] == []
    assert steel.get("/v1/tables/holdings", params={"account": "cement"}).json()["total"] == 0


def test_every_table_is_public_or_somebodys(service: Served) -> None:
    with to_read(service.running.serving.book) as book:
        for viewer in (
            bound(RULES, "operator", "steel", "", "2027-03-01"),
            bound(RULES, "city", "", "KM", "2027-03-01"),
            bound(RULES, "", "", "", "2027-03-01"),
        ):
            for table in TABLES:
                found = condition(book, table, viewer)
                assert (found is not None) == (viewer.reach(table.name) != ""), table.name
                if found is not None:
                    book.sql.execute(f"SELECT count(*) FROM {table.name} WHERE {found.sql}", found.values)


def test_pages_follow_one_another_and_together_are_the_table(service: Served) -> None:
    office = service.signed("dianzhong-office")
    whole = office.get("/v1/tables/holdings", params={"limit": 1000}).json()["rows"]
    found: list[object] = []
    cursor = None
    while True:
        said = office.get("/v1/tables/holdings", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        found += said["rows"]
        cursor = said["cursor"]
        if cursor is None:
            break
    assert found == whole
    assert len(whole) > 3
    last = office.get("/v1/tables/holdings", params={"limit": 1, "last": "true"}).json()["rows"]
    assert last == whole[-1:]
    filtered = office.get("/v1/tables/holdings", params={"account": "steel", "count.ge": 1}).json()["rows"]
    assert filtered == [row for row in whole if row["account"] == "steel" and row["count"] >= 1]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "cursor=x", "colour=red", "count.xx=1", "count=1.5", "account=a&account=b"]
)
def test_a_question_that_cannot_be_read_is_answered_with_its_place(steel: httpx.Client, query: str) -> None:
    said = steel.get(f"/v1/tables/holdings?{query}")
    assert said.status_code == 400
    assert said.json()["place"].startswith("?")


def test_nothing_in_a_question_is_run_by_the_database(service: Served, steel: httpx.Client) -> None:
    for text in ("' OR 1=1 --", 'x"; DROP TABLE users; --', "%", "steel' UNION SELECT 1"):
        assert steel.get("/v1/tables/holdings", params={"account": text}).json()["total"] == 0
        assert steel.get(f"/v1/tables/{text}").status_code in (400, 404)
    assert steel.get("/v1/tables/journal").status_code == 400
    assert steel.get("/v1/tables/holdings").status_code == 200


def test_what_has_not_changed_is_not_sent_again(service: Served, steel: httpx.Client) -> None:
    first = steel.get("/v1/tables/holdings")
    tag = {"If-None-Match": first.headers["ETag"]}
    again = steel.get("/v1/tables/holdings", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    other = service.signed("dianzhong-office").get("/v1/tables/holdings", headers=tag)
    assert other.status_code == 200, "another reader has another table"
    order(steel, "tag")
    assert steel.get("/v1/tables/holdings", headers=tag).status_code == 200


def test_a_table_is_csv_or_parquet_where_that_is_asked_for(service: Served) -> None:
    import io

    import polars as pl

    office = service.signed("dianzhong-office")
    rows = office.get("/v1/tables/accounts", params={"limit": 1000}).json()["rows"]
    csv = office.get("/v1/tables/accounts", headers={"Accept": "text/csv"})
    assert csv.text.splitlines()[0].split(",") == list(rows[0])
    assert len(csv.text.splitlines()) == len(rows) + 1
    parquet = office.get("/v1/tables/accounts", headers={"Accept": "application/vnd.apache.parquet"})
    assert pl.read_parquet(io.BytesIO(parquet.content)).to_dicts() == rows
    assert office.get("/v1/tables/accounts", headers={"Accept": "text/html"}).status_code == 406


# --- what surrounds it


def test_every_answer_has_strict_headers_and_says_what_the_book_is(service: Served, steel: httpx.Client) -> None:
    for path in ("/v1/me", "/healthz", "/readyz", "/metrics", "/nowhere", "/v1/tables/accounts", "/set-up"):
        headers = steel.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["Airshed-Provenance"].startswith("simulation")
        assert "server" not in headers


def test_a_body_that_is_too_large_or_of_another_type_is_not_read(steel: httpx.Client) -> None:
    large = b'{"account":"' + b"x" * (1 << 20) + b'"}'
    headers = {"Idempotency-Key": "l", "Content-Type": "application/json"}
    refused = steel.post("/v1/commands/Deposit", content=large, headers=headers)
    assert (refused.status_code, f"{len(large):,} bytes; at most " in refused.text) == (413, True)
    assert steel.post("/v1/commands/Deposit", content=iter([large]), headers=headers).status_code == 413
    headers["Content-Type"] = "text/plain"
    assert steel.post("/v1/commands/Deposit", content=b"{}", headers=headers).status_code == 415


def test_another_name_than_its_own_is_not_answered(steel: httpx.Client) -> None:
    assert steel.get("/v1/me", headers={"Host": "evil.example"}).status_code == 421


def test_ways_that_are_not_there_are_problems_too(steel: httpx.Client) -> None:
    for path in ("/v1/commands/NoSuch", "/v1/../etc/passwd", "/v1/tables/%2e%2e%2f", "//evil.example"):
        said = steel.get(path)
        assert said.status_code in (400, 404, 405), said.text
        assert said.headers["content-type"] == "application/problem+json"
    assert steel.get("/v1/commands/PlaceOrder").status_code == 405


def test_at_the_end_the_book_is_whole_and_holds_no_secret(service: Served) -> None:
    with to_read(service.running.serving.book) as book:
        verify(book)
        raw = b"".join(line.record for line in book.lines())
    assert PASSWORD.encode() not in raw
    assert b"argon2" not in raw
    noted = repr(service.noted)
    assert PASSWORD not in noted
    assert "argon2" not in noted


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/tables/caps?series=%00", None),
        ("GET", "/v1/tables/caps?cursor=WyJhXHUwMDAwIl0", None),
        ("GET", "/v1/laws/%00", None),
        ("GET", "/v1/accounts/%00?seq=5", None),
        ("POST", "/v1/me/passkeys/%00/remove", None),
        ("POST", "/v1/sign-in", {"user": "a\0", "password": "x", "code": "1"}),
        ("POST", "/v1/passkeys/sign-in", {"token": "x", "credential": {"id": "\0"}}),
    ],
)
def test_a_character_of_the_number_0_breaks_nothing(
    service: Served, steel: httpx.Client, method: str, path: str, body: object
) -> None:
    for client in (service.stranger(), steel):
        answer = client.request(method, path, json=body)
        assert answer.status_code in (200, 400, 401, 403, 404), answer.text
        assert answer.status_code == 200 or answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/v1/tables/caps", "/v1/accounts/steel?seq=5"])
def test_what_is_broken_is_a_problem_wherever_it_is(
    service: Served, steel: httpx.Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("of our own making")

    for readers in (service.running.service.readers, service.running.service.walkers):
        monkeypatch.setattr(readers, "read", breaks)
    answer = steel.get(path)
    assert (answer.status_code, answer.json()["code"]) == (500, "broken")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "of our own making" not in answer.text
