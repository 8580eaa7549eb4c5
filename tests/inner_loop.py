"""What `make quick` leaves out: what plays years, starts processes or browsers, or searches for seconds."""

LINES = """
    agents agents_facts agents_told auction_event auctionpage brief briefpage callpage cocontrol crash damage
    economics_properties equilibrium evidence explain export forge frames frictions gateway gateway_ahead
    gateway_control gateway_encryption gateway_evidence gateway_flood gateway_measure gateway_strangers guide_price
    guidepage linking market_export marketdata marketpage meter_price methods one_count origins other_law own_zone
    pencil preview pricepage programmes recompute report rulebook scenarios season sector shell shells sim site
    stackpage transcripts wheel zonecall
"""
#: Files of tests, without `test_`.
LONG = frozenset(LINES.split())
