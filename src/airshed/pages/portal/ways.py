"""Every page of the portal: its path, how it is asked for, and what makes it."""

from __future__ import annotations

from airshed.pages.portal import (
    account,
    acts,
    assets,
    authority,
    between,
    calendar,
    frame,
    home,
    letters,
    machines,
    mailing,
    monitoring,
    notices,
    one_works,
    open_data,
    parts,
    public,
    records,
    sealed_bids,
    signing,
    ticket,
    trading,
    zone_map,
)
from airshed.pages.portal.office.ways import OFFICE
from airshed.pages.portal.problems import saying
from airshed.service.http.ways import Pages, Way

HTML = "text/html"

WAYS = (
    Way("/", "GET", home.home, "home", "portal", "anybody"),
    Way("/assets/{version}/{name}", "GET", assets.asset, "asset", "portal", "open"),
    Way("/language/{language}", "GET", frame.switch, "language", "portal", "open"),
    Way("/sign-in", "GET", signing.sign_in_page, "sign_in_page", "portal", "open"),
    Way("/sign-in", "POST", signing.sign_in, "sign_in_form", "portal", "open"),
    Way("/sign-out", "POST", signing.sign_out, "sign_out_form", "portal", "open"),
    Way("/set-up", "GET", signing.set_up_page, "set_up_page", "portal", "open"),
    Way("/set-up", "POST", signing.set_up, "set_up_form", "portal", "open"),
    Way("/act", "GET", acts.acts, "acts", "portal"),
    Way("/act/{command}", "GET", acts.form, "act", "portal"),
    Way("/act/{command}", "POST", acts.send, "act_form", "portal"),
    Way("/account", "GET", account.account, "account_page", "portal"),
    Way("/account/statement.csv", "GET", account.as_csv, "statement_csv", "portal", gives=("text/csv",)),
    Way("/account/statement.xlsx", "GET", account.as_excel, "statement_excel", "portal", gives=(account.EXCEL,)),
    Way("/trade", "GET", trading.trade, "trade", "portal"),
    Way("/trade/ticket", "POST", ticket.ticket, "ticket", "portal"),
    Way("/live", "GET", parts.watch, "live", "portal", "anybody", gives=("text/event-stream",)),
    Way("/with-others", "GET", between.between, "with_others", "portal"),
    Way("/sealed/{venue}/{name}", "GET", sealed_bids.sealed_bid, "sealed_bid_page", "portal"),
    Way("/keys", "GET", machines.keys, "keys_page", "portal"),
    Way("/keys", "POST", machines.add, "add_key_form", "portal"),
    Way("/keys/end", "POST", machines.end, "end_key_form", "portal"),
    Way("/mail", "GET", letters.letters, "mail_page", "portal"),
    Way("/mail", "POST", letters.ask, "ask_mail_form", "portal"),
    Way("/mail/confirm", "POST", letters.confirm, "confirm_mail_form", "portal"),
    Way("/mail/end", "POST", letters.end, "end_mail_form", "portal"),
    Way("/monitoring", "GET", monitoring.monitoring, "monitoring", "portal"),
    Way("/notices", "GET", notices.notices, "notices", "portal"),
    Way("/waiting", "GET", acts.waiting, "waiting", "portal"),
    Way("/records/{seq}", "GET", records.record, "record_page", "portal", "anybody"),
    Way("/people", "GET", authority.people, "people", "portal"),
    Way("/caps", "GET", public.caps, "caps", "portal", "anybody"),
    Way("/prices", "GET", public.prices, "prices", "portal", "anybody"),
    Way("/auctions", "GET", public.auctions, "auctions", "portal", "anybody"),
    Way("/calendar", "GET", calendar.calendar, "calendar", "portal", "anybody"),
    Way("/map", "GET", zone_map.zone_map, "map", "portal", "anybody"),
    Way("/works", "GET", public.works, "works", "portal", "anybody"),
    Way("/works/{source}", "GET", one_works.one_works, "one_works", "portal", "anybody"),
    Way("/data", "GET", open_data.data, "data", "portal", "anybody"),
    Way(
        "/data/{file}",
        "GET",
        open_data.file,
        "data_file",
        "portal",
        "anybody",
        gives=tuple(open_data.ENDINGS.values()),
    ),
    Way("/register", "GET", public.register, "register", "portal", "anybody"),
    *OFFICE,
)

PORTAL = Pages(WAYS, saying, mailing.mailing)
