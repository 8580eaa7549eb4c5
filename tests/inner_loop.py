"""What `make quick` leaves out: what plays years, starts processes or browsers, or searches for seconds."""

LINES = """
    agents agents_facts agents_told auction_event auctionpage brief briefpage callpage client cocontrol convert
    crash damage economics_properties equilibrium evidence explain export forge frames frictions gateway
    gateway_ahead gateway_control gateway_encryption gateway_evidence gateway_flood gateway_measure
    gateway_strangers gateway_tls guide_price guidepage hostile howto_service linking many_feeds market_export
    marketdata marketpage meter_price methods names one_count origins other_law own_zone pages_figures passkeys
    pencil planted_bugs preview pricepage programmes proof_account proof_peers provenance_shown recompute register
    report rulebook scenarios sealed season sector sensitivity service service_attack service_bounds service_crash
    service_reading service_schema single_sign_on single_sign_on_forged shell shells signatures sim site stackpage
    stacks starting tables_shown transcripts users_kept verify_live wheel zonecall
"""
#: Files of tests, without `test_`.
LONG = frozenset(LINES.split())
