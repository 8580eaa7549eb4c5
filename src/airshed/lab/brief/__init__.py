"""The design brief: many designs of a programme judged by one engine, a choice with its reasons, and its doubts."""
