"""A slow second opinion on every record, written from the law: it shares no calculator with what it checks."""
