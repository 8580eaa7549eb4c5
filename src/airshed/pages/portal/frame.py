"""What every page of the portal has: who asks, in which language, what stands around it, and the policy it keeps."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from jinja2 import Environment, pass_context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.nouns import Actor
from airshed.model.counted import counted
from airshed.model.provenance import Programme, said
from airshed.model.refusal import Malformed
from airshed.pages.kit.details import reason
from airshed.pages.kit.html import environment
from airshed.pages.kit.words import LANGUAGES, Language, Phrase, same
from airshed.pages.portal.assets import assets
from airshed.pages.portal.names import firm_name
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.table_names import TableName
from airshed.service.book.acts import waiting_for
from airshed.service.forms.measures import ANY_LAW, Terms
from airshed.service.http.language import LANGUAGE, language_of
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service, large_body_of
from airshed.service.http.sign_in import FORM
from airshed.service.http.viewer import Viewer
from airshed.service.http.viewer import bound as reads_of
from airshed.service.http.who import Signed, masked
from airshed.service.marketdata.reading import Market

T = TypeVar("T")

PACKAGE = "airshed.pages.portal"
#: A page has our style sheet, our scripts, our pictures and our forms; no script or style in the page, nobody else's
#: frame, and it speaks with nobody but us.
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
#: Most fields of a form.
MOST_FIELDS = 200


class ActorStanding(NamedTuple):
    """Who somebody is in the book, and what the pages say of the book: taken in one look."""

    actor: Actor | None
    role: Phrase
    #: What they are bound to: an account, a jurisdiction, or the whole zone.
    bound: Phrase
    programme: Phrase
    terms: Terms
    money: Phrase
    #: The instant of the last record, in milliseconds, and its number.
    at: int
    seq: int
    #: Acts that this actor could confirm now.
    waiting: int
    #: How far they read; who is suspended, or nobody, as far as everybody does.
    reads: Viewer = Viewer("public", far="")


NOBODY = ActorStanding(None, same(""), same(""), same("Airshed"), ANY_LAW, Phrase("yuan", "元"), 0, 0, 0)


class Visitor(NamedTuple):
    """Who asks for a page."""

    service: Service
    request: Request
    language: Language
    signed: Signed | None
    standing: ActorStanding
    #: The language was chosen with this request, and is to be kept.
    chosen: bool = False

    @property
    def actor(self) -> Actor | None:
        """As the book knows them; None for a stranger, and for who only administers users."""
        return self.standing.actor

    @property
    def csrf(self) -> str:
        """The token of the session for forms, masked anew each time, since pages are packed."""
        return masked(self.signed.session.csrf) if self.signed is not None and self.signed.session is not None else ""

    @property
    def writer(self) -> str:
        """Whose forms the page has."""
        return "" if self.signed is None else self.signed.user.name

    @property
    def now(self) -> int:
        """The instant for which a page speaks: that of the service, or of a simulated book that is further on."""
        asked = self.service.clock()
        return asked if isinstance(self.service.provenance, Programme) else max(asked, self.standing.at)

    @property
    def today(self) -> str:
        """The day for which a page speaks."""
        return self.service.civil.day_of(self.now)

    def say(self, english: str, chinese: str) -> str:
        """One of two."""
        return english if self.language == "en" else chinese

    async def look(self, work: Callable[[Market, Rulebook], T]) -> T:
        """What a look at the whole state gives."""
        return await self.service.market.look(work)


async def visitor_of(service: Service, request: Request, language: Language | None = None) -> Visitor:
    """Who asks, counted as any request is; a language that the form chose goes before."""
    signed = await service.door.visitor(request)
    name = "" if signed is None else signed.user.actor
    asked = service.clock()
    standing = await service.market.look(lambda market, rules: _standing(market, rules, name, asked))
    request.state.standing = standing  # a page of what goes wrong from here on has their menu
    return Visitor(service, request, language or language_of(request), signed, standing, language is not None)


async def signed_in(service: Service, request: Request) -> Visitor:
    """Somebody who is signed in and acts in the book; anybody else is sent to sign in."""
    visitor = await visitor_of(service, request)
    if visitor.signed is None:
        raise Stopped("not_signed_in", "sign in first")
    return visitor


async def acting(service: Service, request: Request) -> Visitor:
    """Somebody who acts in the book."""
    visitor = await signed_in(service, request)
    if visitor.actor is None:
        assert visitor.signed is not None
        service.door.actor(visitor.signed)
        raise Stopped("no_actor", f"{visitor.signed.user.name} is not registered in the book")
    if visitor.actor.state != "active":
        what = f"{visitor.actor.id} is {visitor.actor.state}: {visitor.actor.reason}; what everybody reads is open"
        raise Stopped("not_yours_to_read", what)
    return visitor


def office(visitor: Visitor, *tables: TableName) -> Actor:
    """Somebody who acts for an office and reads these tables, as far as they are bound."""
    actor = visitor.actor
    assert actor is not None
    if actor.account or visitor.standing.reads.reads == "public":  # who reads by the law what everybody does
        raise Stopped("not_yours_to_read", "this is a page of the offices of the programme")
    closed = [name for name in tables if not reads_as_office(visitor, name)]
    if closed:
        raise Stopped("not_yours_to_read", f"by the law {actor.role} does not read {', '.join(closed)}")
    return actor


def reads_as_office(visitor: Visitor, table: TableName) -> bool:
    """Whether somebody reads every row of a table, or those of their place, and not only what is published."""
    return visitor.standing.reads.reach(table).partition(",")[0] in ("all", "place")


def _standing(market: Market, rules: Rulebook, name: str, asked: int) -> ActorStanding:
    state = market.state
    actor = state.actors.get(name)
    money = Phrase(rules.currency.name_en, rules.currency.name_zh)
    programme = Phrase(rules.programme.name_en, rules.programme.name_zh)
    role = bound = same("")
    waiting = 0
    day = rules.civil.day_of(max(asked, state.at))
    reads = reads_of(rules, "", "", "", day)
    if actor is not None:
        if actor.state == "active":
            reads = reads_of(rules, actor.role, actor.account, actor.jurisdiction, day)
        known = lookup.people(rules).get(actor.role)
        role = same(actor.role) if known is None else Phrase(known.name_en, known.name_zh)
        bound = bound_to(market, rules, actor)
        waiting = len(waiting_for(state, rules, name, max(asked, state.at)))
    return ActorStanding(actor, role, bound, programme, Terms.of(rules), money, state.at, state.seq, waiting, reads)


def bound_to(market: Market, rules: Rulebook, actor: Actor) -> Phrase:
    """For whom or where somebody acts: the firm of their account, their jurisdiction, or the whole zone."""
    if actor.account:
        account = market.state.ledger.accounts.get(actor.account)
        return same(actor.account) if account is None else firm_name(rules, account.name)
    return place_name(rules, actor.jurisdiction) if actor.jurisdiction else Phrase("the whole zone", "全区")


def place_name(rules: Rulebook, code: str) -> Phrase:
    """A jurisdiction by its name."""
    return next((Phrase(row.name_en, row.name_zh) for row in rules.jurisdictions if row.code == code), same(code))


# --- forms


async def fields_of(service: Service, request: Request) -> dict[str, str]:
    """What a form sent; a field that came more than once counts with its last value."""
    raw = await large_body_of(service, request, service.limits.command_bytes, FORM)
    try:
        return dict(parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise Malformed("form", "cannot be read", "go back and send it again") from None


def chosen_language(fields: Mapping[str, str]) -> Language | None:
    """The language that a button of a form chose."""
    return next((language for language in LANGUAGES if fields.get("language") == language), None)


def local(target: str) -> str:
    """A path of ours to go on to; anything else is the first page.

    >>> local("/act/Transfer?count=3"), local("//elsewhere.example/x"), local("https://elsewhere.example")
    ('/act/Transfer?count=3', '/', '/')
    """
    parts = urlsplit(target)
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc and target.isprintable()
    return target if ours and "\\" not in target else "/"


def here(request: Request) -> str:
    """The path of a request, with what it asks."""
    query = f"?{request.url.query}" if request.url.query else ""
    return local(quote(request.url.path, safe="/") + query)


#: What an address may ask of a page, as the page calls it.
ASKED_OF = {
    "measure": Phrase("view", "内容"),
    "pollutant": Phrase("pollutant", "污染物"),
    "year": Phrase("year", "年度"),
    "month": Phrase("month", "月份"),
    "stack": Phrase("stack", "排放口"),
}


def passed_over(
    asked: Mapping[str, str], shown: Mapping[str, object], names_of: Mapping[str, Phrase] | None = None
) -> Phrase:
    """What an address asks for and a page does not show, and what it shows instead; empty where it shows all of that.

    `names_of` says what is shown where people call it by another name than addresses do.

    >>> passed_over({"year": "1999", "pollutant": "SO2", "page": "2"}, {"year": 2027, "pollutant": "SO2"}).en
    'There is no year “1999” here: shown is year 2027.'
    """
    wrong = [name for name, value in shown.items() if asked.get(name, "") not in ("", str(value))]
    if not wrong:
        return same("")
    names = [ASKED_OF[name] for name in wrong]
    meant = [asked[name][:40] for name in wrong]
    instead = [(names_of or {}).get(name) or same(str(shown[name])) for name in wrong]
    lines = list(zip(names, meant, instead, strict=True))
    return Phrase(
        f"There is no {' and '.join(f'{name.en} “{text}”' for name, text, _ in lines)} here: shown is "
        f"{', '.join(f'{name.en} {it.en}' for name, _, it in lines)}.",
        f"没有{'、'.join(f'{name.zh}“{text}”' for name, text, _ in lines)}的数据，"
        f"现显示{'、'.join(f'{name.zh}{it.zh}' for name, _, it in lines)}。",
    )


def on(target: str, headers: Mapping[str, str] | None = None) -> Response:
    """Go on to another page, with a fresh request: going back and forth sends nothing again."""
    return Response(status_code=303, headers={"Location": local(target), **(headers or {})})


# --- pages


@cache
def templates() -> Environment:
    """The templates of the portal, read once."""
    made = environment(PACKAGE)
    made.filters["clock"] = pass_context(lambda context, ms: context["civil"].clock(ms)[:16].replace("T", " "))
    made.filters["day"] = pass_context(lambda context, ms: context["civil"].day_of(ms))
    made.filters["time"] = pass_context(lambda context, ms: context["civil"].clock(ms)[11:19])
    made.filters["mass"] = lambda count, standing: f"{count * standing.terms.size_kg / 1000:,.3f}"
    made.globals["asset"] = assets().address
    made.globals["counted"] = counted
    made.globals["written"] = reason
    return made


def said_by(language: Language) -> Callable[[Phrase | str], str]:
    """A filter that says phrases in a language, and names as they are."""
    return lambda phrase: phrase if isinstance(phrase, str) else phrase.said(language)


class LiveParts(NamedTuple):
    """Parts of a page that go on living in it, by name, and what they were made for."""

    html: Mapping[str, Markup]
    asked: tuple[tuple[str, str], ...] = ()

    def address(self, visitor: Visitor) -> str:
        """Where a page hears of them; empty where it has none."""
        names = [*self.html, *([COUNT] if visitor.actor is not None else [])]
        said = [*(("part", name) for name in names), *self.asked, ("language", visitor.language)]
        return f"/live?{urlencode(said)}" if names else ""

    def __call__(self, name: str) -> Markup:
        """One of them, as it stands in a page."""
        return Markup('<div id="part-%s" data-part="%s">%s</div>') % (name, name, self.html[name])


NO_PARTS = LiveParts({})
#: The part that every page of somebody has: how much waits.
COUNT = "count"


def page(visitor: Visitor, template: str, status: int = 200, *, parts: LiveParts = NO_PARTS, **facts: Any) -> Response:
    """A page for somebody."""
    language = visitor.language

    def say(english: str, chinese: str) -> str:
        return english if language == "en" else chinese

    html = (
        templates()
        .get_template(template)
        .render(
            language=language,
            visitor=visitor,
            standing=visitor.standing,
            civil=visitor.service.civil,
            say=say,
            said=said_by(language),
            provenance=Phrase(*said(visitor.service.provenance)),
            here=here(visitor.request),
            path=visitor.request.url.path,
            places=places_of(visitor),
            public=PUBLIC,
            demo=visitor.service.demo,
            part=parts,
            live=parts.address(visitor),
            **facts,
        )
    )
    headers = {
        "Content-Security-Policy": POLICY,
        "Content-Language": "en" if language == "en" else "zh-Hans",
        # A browser that is to name no page of ours says of its forms too that they come from nowhere.
        "Referrer-Policy": "same-origin",
    }
    if visitor.chosen:
        headers["Set-Cookie"] = language_cookie(visitor.service, language)
    return packed(visitor.request, html.encode(), status, headers, "text/html; charset=utf-8")


#: A page of fewer bytes is sent as it is.
WORTH_PACKING = 1_500


def packed(request: Request, raw: bytes, status: int, headers: Mapping[str, str], kind: str) -> Response:
    """An answer, packed where the browser takes that and it is worth it."""
    headers = {**headers, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", "") and len(raw) >= WORTH_PACKING:
        raw, headers = gzip.compress(raw, 5, mtime=0), {**headers, "Content-Encoding": "gzip"}
    return Response(raw, status, headers, kind)


def language_cookie(service: Service, language: Language) -> str:
    """Keeps a language for a year."""
    secure = "; Secure" if service.door.secure else ""
    return f"{LANGUAGE}={language}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}"


class MenuEntry(NamedTuple):
    """A page that the menu leads to."""

    href: str
    name: Phrase
    #: Whether how much waits stands beside it.
    counts: bool = False

    def is_at(self, path: str) -> bool:
        """Whether a path is this page, or one below it."""
        return path == self.href or (self.href != "/" and path.startswith(f"{self.href}/"))


PUBLIC = (
    MenuEntry("/caps", Phrase("Caps", "总量与进度")),
    MenuEntry("/prices", Phrase("Prices", "价格行情")),
    MenuEntry("/auctions", Phrase("Auctions", "拍卖")),
    MenuEntry("/calendar", Phrase("Calendar", "日历")),
    MenuEntry("/map", Phrase("Map", "地图")),
    MenuEntry("/works", Phrase("Works", "企业")),
    MenuEntry("/report", Phrase("Report", "年度报告")),
    MenuEntry("/data", Phrase("Open data", "开放数据")),
    MenuEntry("/register", Phrase("Register", "公开登记簿")),
    MenuEntry("/law", Phrase("Law", "规则")),
    MenuEntry("/check", Phrase("Check it yourself", "自行核验")),
)


def places_of(visitor: Visitor) -> list[MenuEntry]:
    """The menu of somebody; what is public stands at the foot of every page too."""
    if visitor.actor is None:
        return [MenuEntry("/", Phrase("Start", "首页")), *PUBLIC]
    today, act = MenuEntry("/", Phrase("Today", "今日")), MenuEntry("/act", Phrase("Act", "办理业务"))
    waiting = MenuEntry("/waiting", Phrase("Waiting", "待复核"), counts=True)
    if visitor.actor.account:
        trade, account = (
            MenuEntry("/trade", Phrase("Buy and sell", "买卖")),
            MenuEntry("/account", Phrase("Account", "账户")),
        )
        monitoring = MenuEntry("/monitoring", Phrase("Monitoring", "监测"))
        notices = MenuEntry("/notices", Phrase("Notices", "通知"))
        others = MenuEntry("/with-others", Phrase("With others", "往来业务"))
        return [today, trade, account, others, monitoring, act, waiting, notices]
    people = MenuEntry("/people", Phrase("People", "人员"))
    market = [MenuEntry("/trade", Phrase("Market", "行情"))] if reads_as_office(visitor, "orders") else []
    return [today, *market, act, waiting, PUBLIC[4], PUBLIC[5], people, PUBLIC[0], PUBLIC[1]]


async def switch(service: Service, request: Request) -> Response:
    """Keep a language, and go back to the page."""
    language = request.path_params["language"]
    if language not in LANGUAGES:
        raise Stopped("not_there", "there are en and zh")
    target = local(request.query_params.get("next", "/"))
    return on(target, {"Set-Cookie": language_cookie(service, language)})
