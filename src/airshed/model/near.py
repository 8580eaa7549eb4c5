"""What to say of a name that is not there: the names there are, and the one that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

#: Names that are all told of; of more only some.
MOST_NAMED = 60


def near(name: str, names: Iterable[str]) -> str:
    """The names there are, and the one that was probably meant; of very many, some that are like it.

    >>> near("reprot_by", ["report_by", "verify_by"]), near("so2", ["SO2", "NOx"])
    ("there are report_by, verify_by (did you mean 'report_by'?)", "there are SO2, NOx (did you mean 'SO2'?)")
    """
    known = list(names)
    folded = {each.casefold(): each for each in reversed(known)}
    close = [folded[each] for each in difflib.get_close_matches(name.casefold(), list(folded), n=4, cutoff=0.6)]
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    if len(known) > MOST_NAMED:
        return f"there are {', '.join(close or known[:4])} and {len(known) - len(close or known[:4])} others{hint}"
    return f"there are {', '.join(known)}{hint}" if known else "there are none"
