"""The nouns of the market: measures, periods, allowances, refusals."""
