"""Every way into the service. Those of commands are the catalogue's; a new command needs no line here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.tables import BY_NAME
from airshed.service.http import (
    commands,
    hand_over,
    market,
    operations,
    passkeys,
    reading,
    shapes,
    sign_in,
    single_sign_on,
    tables,
    watching,
)
from airshed.service.http.commands import BODIES
from airshed.service.http.openapi import document, told
from airshed.service.http.service import JSON, Service
from airshed.service.http.tables import CSV, PARQUET
from airshed.service.http.ways import Asked, Way
from airshed.service.http.who import SIGNING
from airshed.service.marketdata.tables import COLUMNS

_PAGE = "text/html"
_LIMIT = Asked("limit", "Most rows of a page.", "integer")
_CURSOR = Asked("cursor", "What the page before gave.")
_LAST = Asked("last", "The last rows, not the first.", "boolean")
_ALL_COMMANDS = ("no_key", "no_actor", "csrf", "ended", "standby", "clock", "second_factor")
_ADMIN = ("not_yours_to_read", "second_factor", "csrf")


def in_words(name: str) -> str:
    """A name of a class as that of a function.

    >>> in_words("PlaceOrder"), in_words("SetCap")
    ('place_order', 'set_cap')
    """
    return re.sub("(?<!^)(?=[A-Z])", "_", name).lower()


async def openapi(service: Service, request: Request) -> Response:
    """What there is, as OpenAPI 3.1."""
    await service.door.look(request)
    return Response(_document(), 200, {"Cache-Control": "no-cache"}, JSON)


@cache
def _document() -> bytes:
    return told(document(WAYS))


WAYS: Sequence[Way] = (
    *(
        Way(
            f"/v1/commands/{name}",
            "POST",
            commands.handler(name),
            in_words(name),
            "commands",
            body=body,
            answer=shapes.CommandReceipt,
            more=_ALL_COMMANDS,
            command=name,
            signing=name in SIGNING,
        )
        for name, body in BODIES.items()
    ),
    Way(
        "/v1/commands",
        "POST",
        commands.several,
        "send_several",
        "commands",
        body=tuple[shapes.BatchEntry, ...],
        answer=shapes.BatchAnswers,
        more=_ALL_COMMANDS,
        signing=True,
    ),
    Way(
        "/v1/preview/{command}",
        "POST",
        commands.preview,
        "preview",
        "commands",
        body=dict[str, Any],
        answer=shapes.Preview,
        more=("no_key", "no_actor", "csrf"),
    ),
    Way("/v1/book", "GET", reading.book, "book", access="anybody", answer=shapes.BookSaid),
    Way(
        "/v1/laws/{digest}",
        "GET",
        reading.law,
        "law",
        access="anybody",
        answer=shapes.LawTexts,
        more=("not_there",),
    ),
    Way(
        "/v1/records/{seq}",
        "GET",
        reading.record,
        "record",
        access="anybody",
        answer=shapes.SeenRecord,
        more=("not_there",),
    ),
    Way("/v1/tables", "GET", tables.catalogue, "tables", access="anybody", answer=shapes.KnownTables),
    Way(
        "/v1/tables/{table}",
        "GET",
        tables.table,
        "table",
        access="anybody",
        answer=shapes.TablePage,
        asked=(_LIMIT, _CURSOR, _LAST),
        gives=(JSON, CSV, PARQUET),
        more=("not_signed_in", "not_yours_to_read", "not_acceptable"),
        tagged=True,
        filtered=True,
        choices={"table": tuple(BY_NAME)},
    ),
    Way(
        "/v1/accounts/{account}",
        "GET",
        reading.account,
        "account",
        answer=shapes.AccountThen,
        asked=(
            Asked("at", "As it was at this instant, as 2027-03-01T10:00."),
            Asked("seq", "As it was after this record.", "integer"),
            Asked("moves", "Most moves to show, the last ones.", "integer"),
        ),
        more=("not_there",),
    ),
    Way(
        "/v1/accounts/{account}/statement",
        "GET",
        reading.statement,
        "statement",
        answer=shapes.AccountStatement,
        asked=(
            Asked("from", "Moves from this day on, as 2027-07-01."),
            Asked("to", "Moves to the end of this day."),
        ),
        more=("not_there",),
    ),
    Way("/v1/market", "GET", market.tables, "market_tables", "market", "anybody", answer=shapes.MarketTables),
    Way(
        "/v1/market/{table}",
        "GET",
        market.table,
        "market",
        "market",
        "anybody",
        answer=shapes.MarketPage,
        asked=(
            *(_LIMIT, _CURSOR, _LAST),
            Asked(
                "kind",
                "Of trades, and for who has signed in of bars and summary: which kinds of trade count; again for more, "
                "or all.",
            ),
        ),
        more=("not_signed_in",),
        filtered=True,
        choices={"table": tuple(COLUMNS)},
    ),
    Way(
        "/v1/depth/{series}",
        "GET",
        market.depth,
        "depth",
        "market",
        "anybody",
        answer=shapes.Depths,
        asked=(Asked("levels", "Most prices of a side.", "integer"),),
    ),
    Way(
        "/v1/interest",
        "GET",
        market.interest,
        "interest",
        "market",
        "anybody",
        answer=shapes.InterestNow,
        asked=(Asked("series", "Of this series, or of those of this strip."),),
    ),
    Way(
        "/v1/feed",
        "GET",
        watching.feed,
        "feed",
        "feed",
        "anybody",
        asked=(
            Asked("after", "Begin after this record.", "integer"),
            Asked("Last-Event-ID", "The same, as browsers send it.", "integer", "header"),
        ),
        gives=("text/event-stream",),
        more=("not_there",),
    ),
    Way(
        "/v1/sign-in",
        "POST",
        sign_in.sign_in,
        "sign_in",
        "sign-in",
        "open",
        shapes.SignIn,
        shapes.SignedIn,
        more=("wrong_sign_in", "csrf"),
        tells=("Set-Cookie",),
    ),
    Way("/v1/hand-over", "POST", hand_over.ask, "hand_over", "sign-in", "open", answer=shapes.HandOver, more=("csrf",)),
    Way(
        "/v1/hand-over/take",
        "POST",
        hand_over.take,
        "take_hand_over",
        "sign-in",
        "open",
        shapes.TakeHandOver,
        shapes.HandedOver,
        more=("csrf",),
        tells=("Set-Cookie",),
    ),
    Way(hand_over.PAGE, "GET", hand_over.enter, "hand_over_page", "sign-in", gives=(_PAGE,), more=("second_factor",)),
    Way(
        hand_over.PAGE,
        "POST",
        hand_over.entered,
        "hand_over_form",
        "sign-in",
        body=shapes.HandOverForm,
        takes=sign_in.FORM,
        gives=(_PAGE,),
        more=("csrf", "not_there"),
    ),
    Way(
        "/v1/sign-out",
        "POST",
        sign_in.sign_out,
        "sign_out",
        "sign-in",
        status=204,
        gives=(),
        more=("csrf",),
        tells=("Set-Cookie",),
    ),
    Way(
        "/v1/set-up",
        "POST",
        sign_in.set_up,
        "set_up",
        "sign-in",
        "open",
        shapes.SetUp,
        shapes.SetUpDone,
        more=("not_there",),
    ),
    Way(
        "/v1/me/waiting",
        "GET",
        commands.waiting,
        "waiting",
        "commands",
        answer=shapes.WaitingActs,
        asked=(Asked("Airshed-At", "The instant, as 2027-03-01T10:00; in a simulation only.", where="header"),),
        more=("no_actor", "clock"),
    ),
    Way("/v1/me", "GET", sign_in.me, "me", "sign-in", answer=shapes.SignedIn),
    Way(
        "/v1/me/code",
        "POST",
        sign_in.code,
        "give_code",
        "sign-in",
        body=shapes.Code,
        status=204,
        gives=(),
        more=("csrf", "second_factor"),
    ),
    Way(
        "/oidc/begin",
        "GET",
        single_sign_on.begin,
        "single_sign_on",
        "sign-in",
        "open",
        status=303,
        asked=(
            Asked("onward", "The path of this service at which the browser goes on; / where it is not said."),
            Asked("prove", "The provider is to ask anew, so that signing acts may follow.", "boolean"),
        ),
        gives=(),
        more=("not_there", "provider_away"),
        tells=("Location", "Set-Cookie"),
    ),
    Way(
        single_sign_on.BACK,
        "GET",
        single_sign_on.come_back,
        "single_sign_on_return",
        "sign-in",
        "open",
        asked=tuple(
            Asked(name, about)
            for name, about in (
                ("state", "The word with which it was begun."),
                ("code", "The code of the provider."),
                ("iss", "The issuer."),
                ("error", "Why there is no code."),
            )
        ),
        gives=(_PAGE,),
        more=("not_there", "provider_away", "wrong_provider", "not_linked"),
        tells=("Set-Cookie",),
    ),
    Way(
        "/v1/oidc/sign-out",
        "POST",
        single_sign_on.sign_out,
        "single_sign_out",
        "sign-in",
        answer=shapes.SignedOut,
        more=("csrf", "not_there", "second_factor"),
        tells=("Set-Cookie",),
    ),
    Way(
        "/oidc/ended",
        "POST",
        single_sign_on.ended,
        "ended_by_provider",
        "sign-in",
        "open",
        shapes.LogoutToken,
        status=204,
        takes=sign_in.FORM,
        gives=(),
        more=("not_there", "provider_away"),
    ),
    Way("/v1/me/passkeys", "GET", passkeys.mine, "passkeys", "sign-in", answer=shapes.KnownPasskeys),
    Way(
        "/v1/me/passkeys/to-make",
        "POST",
        passkeys.to_make,
        "passkey_to_make",
        "sign-in",
        answer=shapes.PasskeyAsked,
        more=("csrf", "second_factor"),
    ),
    Way(
        "/v1/me/passkeys",
        "POST",
        passkeys.make,
        "make_passkey",
        "sign-in",
        body=shapes.NewPasskey,
        answer=shapes.KnownPasskeys,
        status=201,
        more=("csrf", "second_factor", "wrong_passkey"),
    ),
    Way(
        "/v1/me/passkeys/{passkey}/remove",
        "POST",
        passkeys.remove,
        "remove_passkey",
        "sign-in",
        answer=shapes.KnownPasskeys,
        more=("csrf", "second_factor", "not_there"),
    ),
    Way(
        "/v1/passkeys/to-show",
        "POST",
        passkeys.to_show,
        "passkey_to_show",
        "sign-in",
        "open",
        answer=shapes.PasskeyAsked,
        more=("csrf",),
    ),
    Way(
        "/v1/passkeys/sign-in",
        "POST",
        passkeys.sign_in,
        "sign_in_by_passkey",
        "sign-in",
        "open",
        shapes.PasskeyShown,
        shapes.SignedIn,
        more=("csrf", "wrong_passkey"),
        tells=("Set-Cookie",),
    ),
    Way(
        "/v1/me/passkey",
        "POST",
        passkeys.prove,
        "show_passkey",
        "sign-in",
        body=shapes.PasskeyShown,
        status=204,
        gives=(),
        more=("csrf", "wrong_passkey", "second_factor"),
    ),
    Way("/passkeys.js", "GET", passkeys.script, "passkeys_script", "sign-in", "open", gives=("text/javascript",)),
    Way("/v1/users", "GET", sign_in.users, "users", "users", answer=shapes.KnownUsers, more=_ADMIN),
    Way(
        "/v1/users",
        "POST",
        sign_in.add_user,
        "add_user",
        "users",
        body=shapes.NewUser,
        answer=shapes.UserChanged,
        status=201,
        more=_ADMIN,
    ),
    Way(
        "/v1/users/{user}/link",
        "POST",
        single_sign_on.link_user,
        "link_user",
        "users",
        body=shapes.NewIdentity,
        answer=shapes.UserChanged,
        more=(*_ADMIN, "not_there"),
    ),
    Way(
        "/v1/users/{user}/{change}",
        "POST",
        sign_in.change_user,
        "change_user",
        "users",
        answer=shapes.UserChanged,
        more=(*_ADMIN, "not_there"),
        choices={"change": sign_in.CHANGES},
    ),
    Way("/set-up", "GET", sign_in.set_up_page, "set_up_page", "sign-in", "open", gives=(_PAGE,), more=("not_there",)),
    Way(
        "/set-up",
        "POST",
        sign_in.set_up_form,
        "set_up_form",
        "sign-in",
        "open",
        shapes.SetUp,
        takes=sign_in.FORM,
        gives=(_PAGE,),
        more=("not_there", "csrf"),
    ),
    Way("/openapi.json", "GET", openapi, "openapi", "operations", "anybody", answer=dict[str, Any]),
    Way("/healthz", "GET", operations.healthy, "healthz", "operations", "open", answer=shapes.Healthy),
    Way(
        "/readyz",
        "GET",
        operations.ready,
        "readyz",
        "operations",
        "open",
        answer=shapes.Ready,
        more=("ended", "standby"),
    ),
    Way("/metrics", "GET", operations.metrics, "metrics", "operations", "open", gives=("text/plain",)),
)
