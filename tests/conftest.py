"""Properties fail for what they find, never for how long a busy machine took to look."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
