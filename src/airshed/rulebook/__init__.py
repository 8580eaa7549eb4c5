"""The law as data: read strictly, digested, compared."""
