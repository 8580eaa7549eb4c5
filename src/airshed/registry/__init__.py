"""The account system: accounts, holdings, serial blocks, entries of moves."""
