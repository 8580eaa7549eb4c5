"""Scenarios as data: futures of a zone and designs of its market, played through the engine in many draws."""
