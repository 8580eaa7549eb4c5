"""The demo year: firms, exchange, verifiers and authority that send the commands people send."""
