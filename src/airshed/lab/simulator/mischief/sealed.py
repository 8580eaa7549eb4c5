"""Random sealed bids: what would stand in the open is sealed as the law has it, and most of it is opened in time."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from hashlib import sha256

from msgspec import structs

from airshed.engine import commands as c
from airshed.engine.journal import encode_body
from airshed.engine.nouns import Sealing
from airshed.engine.procedures.sealed import Needed, SealedWish, as_if_open, place_of
from airshed.engine.state import State
from airshed.lab.sealed_bids import opened_by
from airshed.lab.simulator.small_market import EXCHANGE, Wish
from airshed.market.sealing import Bound, commitment, encrypt, public_key
from airshed.model.refusal import Refusal
from airshed.rulebook.schema import Rulebook

#: Where `[sealing] auctions` says how bids are sealed.
OF_AUCTIONS = ("auction", "repurchase")


def private_key(venue: str, name: str) -> str:
    """The key of an auction or a call of the simulator, which has no secrets."""
    return sha256(f"key {venue} {name}".encode()).hexdigest()


class SealedDraws:
    """Draws from a stream of its own; it remembers what opens each commitment, as bidders do."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._secrets: dict[str, c.OpenBid] = {}

    def sealed(self, state: State, rules: Rulebook, at: int, wishes: Sequence[Wish]) -> list[Wish]:
        """The same wishes, with bids and orders sealed where they have to be, and a key where it is needed."""
        found: list[Wish] = []
        for actor, body in wishes:
            opens = opened_by(body)
            if opens is not None:
                found.append((actor, body))
                law = rules.sealing.auctions if opens[0] in OF_AUCTIONS else rules.sealing.calls
                if law == "key":
                    found.append((EXCHANGE, c.AnnounceKey(*opens, public_key(private_key(*opens)))))
            elif isinstance(body, SealedWish) and self._rng.random() < 0.95:
                found.append((actor, self._seal(state, rules, at, actor, body)))
            else:
                found.append((actor, body))
        return found

    def due(self, state: State, at: int) -> list[Wish]:
        """The close of some auctions and calls, the openings that follow it, and a change of mind."""
        rng, wishes = self._rng, list[Wish]()
        for sealing in state.sealings.values():
            if sealing.over:
                continue
            if sealing.until is None:
                if sealing.bids and rng.random() < 0.04:
                    bid = rng.choice(list(sealing.bids.values()))
                    wishes.append((bid.actor, c.WithdrawBid(sealing.venue, sealing.name, bid.number)))
                enough = len(sealing.bids) > (0 if sealing.venue in OF_AUCTIONS else 5)
                if rng.random() < (0.5 if enough else 0.02):
                    key = private_key(sealing.venue, sealing.name) if sealing.way == "key" and sealing.key else ""
                    wishes.append((EXCHANGE, c.EndBidding(sealing.venue, sealing.name, key)))
                    wishes += self._openings(sealing)
            elif at < sealing.until + 3_600_000:
                wishes += self._openings(sealing)
        return wishes

    def _openings(self, sealing: Sealing) -> Iterator[Wish]:
        for bid in sealing.bids.values():
            opening = self._secrets.get(bid.digest)
            if opening is not None and self._rng.random() < 0.85:
                wrong = self._rng.random() < 0.06
                yield bid.actor, structs.replace(opening, salt=opening.salt[::-1]) if wrong else opening

    def _seal(self, state: State, rules: Rulebook, at: int, actor: str, wish: SealedWish) -> c.Body:
        """Sealed as the auction or call has it, or as the law will have it that opens in the same breath."""
        venue, name = place_of(wish)
        sealing = state.sealings.get((venue, name))
        there: dict[c.Venue, object] = {
            "auction": state.auctions.get(name),
            "call": state.calls.get(name),
            "zone_call": state.zone_calls.get(name),
            "repurchase": state.repurchases.get(name),
        }
        law = rules.sealing.auctions if venue in OF_AUCTIONS else rules.sealing.calls
        way = sealing.way if sealing is not None else "open" if there[venue] is not None else law
        if way == "open":
            return wish
        text = encode_body(wish).decode()
        aside = self._aside(state, rules, at, actor, wish)
        if way == "commitment":
            salt = self._rng.randbytes(16).hex()
            digest = commitment(text, salt)
            self._secrets[digest] = c.OpenBid(venue, name, wish.account, text, salt)
            return c.CommitBid(venue, name, wish.account, digest, *aside)
        bound = Bound(venue, name, wish.account if self._rng.random() < 0.95 else "somebody")
        box = encrypt(text, public_key(private_key(venue, name)), self._rng.randbytes(32).hex(), bound)
        return c.EncryptBid(venue, name, wish.account, box, *aside)

    def _aside(self, state: State, rules: Rulebook, at: int, actor: str, wish: SealedWish) -> tuple[int, str, int]:
        """Mostly what is needed and more, sometimes less."""
        share = self._rng.choice((5, 10, 10, 12, 20))
        price = wish.price if isinstance(wish, c.AskRepurchase) else wish.limit
        needed = Needed(wish.count * price // 900, "", 0)
        if actor in state.actors and state.actors[actor].account == wish.account:
            found = as_if_open(state, rules, at, actor, wish)
            needed = needed if isinstance(found, Refusal) else found
        return needed.fen * share // 10, needed.series, needed.count * share // 10
