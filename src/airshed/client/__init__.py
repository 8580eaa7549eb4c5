"""A client of the service: `Client` signs in, sends every command of the catalogue by name, reads, and watches.

>>> from airshed.client import Client
>>> Client("http://127.0.0.1:8080").url
'http://127.0.0.1:8080'
"""

from __future__ import annotations

from airshed.client.connection import Client, Refused, key_in

__all__ = ("Client", "Refused", "key_in")
