"""The tables beside a book in which users are kept."""

from __future__ import annotations

#: How the tables came to be, step by step: what changes is a further step, for stores that have taken those before it.
STEPS = (
    (
        """CREATE TABLE users (
            name TEXT PRIMARY KEY, actor TEXT NOT NULL, admin INTEGER NOT NULL, state TEXT NOT NULL,
            made_at INTEGER NOT NULL, password TEXT, secret BLOB, last_step INTEGER NOT NULL DEFAULT 0
        )""",
        "CREATE TABLE links (digest TEXT PRIMARY KEY, user TEXT NOT NULL, until INTEGER NOT NULL)",
        """CREATE TABLE sessions (
            digest TEXT PRIMARY KEY, user TEXT NOT NULL, csrf TEXT NOT NULL, made_at INTEGER NOT NULL,
            seen_at INTEGER NOT NULL, proven_at INTEGER NOT NULL
        )""",
        """CREATE TABLE keys (
            id TEXT PRIMARY KEY, user TEXT NOT NULL, public BLOB NOT NULL, made_at INTEGER NOT NULL, state TEXT NOT NULL
        )""",
        """CREATE TABLE nonces (
            key TEXT NOT NULL, nonce TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (key, nonce)
        )""",
    ),
    (
        "ALTER TABLE sessions ADD COLUMN subject TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE sessions ADD COLUMN provider_session TEXT NOT NULL DEFAULT ''",
        """CREATE TABLE identities (
            issuer TEXT NOT NULL, claim TEXT NOT NULL, known_as TEXT NOT NULL, user TEXT NOT NULL,
            made_at INTEGER NOT NULL, PRIMARY KEY (issuer, claim, known_as)
        )""",
        "CREATE TABLE asked (digest TEXT PRIMARY KEY, what TEXT NOT NULL, said TEXT NOT NULL, until INTEGER NOT NULL)",
    ),
    (
        """CREATE TABLE passkeys (
            id TEXT PRIMARY KEY, user TEXT NOT NULL, public BLOB NOT NULL, shown INTEGER NOT NULL, label TEXT NOT NULL,
            made_at INTEGER NOT NULL, used_at INTEGER NOT NULL
        )""",
    ),
    (
        """CREATE TABLE guesses (
            origin TEXT NOT NULL, name TEXT NOT NULL, until INTEGER NOT NULL, wrong INTEGER NOT NULL,
            PRIMARY KEY (origin, name)
        )""",
    ),
    ("ALTER TABLE sessions ADD COLUMN given_by TEXT NOT NULL DEFAULT ''",),
    ("CREATE TABLE salts (name TEXT PRIMARY KEY, salt BLOB NOT NULL)",),
    (
        """CREATE TABLE addresses (
            user TEXT PRIMARY KEY, address TEXT NOT NULL, language TEXT NOT NULL, heard INTEGER NOT NULL,
            wanted TEXT NOT NULL, code TEXT NOT NULL, until INTEGER NOT NULL, tries INTEGER NOT NULL,
            asked INTEGER NOT NULL, since INTEGER NOT NULL
        )""",
    ),
    (
        "ALTER TABLE addresses ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE addresses ADD COLUMN refused_at INTEGER NOT NULL DEFAULT 0",
    ),
    ("CREATE TABLE seals (name TEXT PRIMARY KEY, seal TEXT NOT NULL)",),
)
