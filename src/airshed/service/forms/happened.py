"""What events and the words of fields are called in Chinese, and what people read of both in either language."""

from __future__ import annotations

from collections.abc import Mapping

from airshed.service.forms.chinese import FIELDS, both, names_of

#: What figures of events are called in Chinese where no command has a field of that name.
FACTS: Mapping[str, str] = {name: zh for name, (_, zh) in names_of("figure").items()}
#: Parts of events that say how the rules count, and not what has happened: on no screen.
RULES = ("terms", "checks", "rests_on", "rounds", "version", "grace_days", "opening_minutes", "withdraw_after_days")

#: Words of which a field takes one: English and Chinese. One that means something else in a field has `field.word`.
WORDS = names_of("word")


def said_of_event(kind: type) -> tuple[str, str]:
    """What has happened, in English and Chinese; an event without either is an error.

    >>> from airshed.engine.events import OrderCancelled
    >>> said_of_event(OrderCancelled)
    ('What was left of an order is free again.', '委托已撤销，剩余已解冻')
    """
    english, chinese = both(kind)
    return english.split("\n\n")[0].replace("\n", " ").replace("`", ""), chinese


def fact_zh(field: str, event: str = "") -> str:
    """A figure of an event in Chinese; one without is an error.

    >>> fact_zh("mass_mg", "DaySealed"), fact_zh("mass_mg", "YearVerified")
    ('日排放量（按污染物）', '年度排放量（按污染物）')
    """
    own = FACTS.get(f"{event}.{field}") or (FACTS.get(f"Year.{field}") if event.startswith("Year") else None)
    said = own or FIELDS.get(field) or FACTS.get(field)
    if said is None:
        raise LookupError(f"the figure {field!r} has no Chinese: write it in airshed/service/forms/names.csv")
    return said


def said_of_word(field: str, word: str) -> tuple[str, str]:
    """A word of a field in both languages; one without is an error."""
    said = WORDS.get(f"{field}.{word}") or WORDS.get(word)
    if said is None:
        raise LookupError(f"the word {word!r} of {field} has no Chinese: write it in airshed/service/forms/names.csv")
    return said
