"""A user's network: its defended twin, its outputs, and what may be wrong with it."""
