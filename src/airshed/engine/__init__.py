"""Commands, events, state, procedures, the journal port and the one writer."""
