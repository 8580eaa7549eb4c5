"""Read tables: what plain SQL sees of the state, kept up in the same transaction as the book.

Most tables show the state, a row per key. Some list what happened, a row per event (`listed`).
"""

from airshed.engine.tables.gather import Tables
from airshed.engine.tables.notes import note
from airshed.engine.tables.rows import everything
from airshed.engine.tables.shapes import BY_NAME, TABLES
from airshed.engine.tables.table import Table

__all__ = ("BY_NAME", "TABLES", "Table", "Tables", "everything", "note")
