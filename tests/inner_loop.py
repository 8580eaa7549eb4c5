"""What `make quick` leaves out: what plays years, starts processes or browsers, or searches for seconds."""

LINES = """
    agents agents_facts agents_told auctionpage brief briefpage callpage cocontrol crash economics_properties
    equilibrium evidence explain export frames frictions gateway gateway_ahead gateway_control gateway_encryption
    gateway_evidence gateway_flood gateway_measure gateway_strangers guide_price guidepage linking market_export
    marketdata marketpage meter_price methods origins other_law own_zone pencil pricepage programmes recompute report
    rulebook scenarios season sector shell shells sim stackpage transcripts zonecall
"""
#: Files of tests, without `test_`.
LONG = frozenset(LINES.split())
