"""Commands, events, state, procedures, the journal port and the one writer."""

from airshed.model.checked import insist

insist()
