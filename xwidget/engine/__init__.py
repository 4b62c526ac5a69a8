"""The optimization that explains: torch only, knows nothing of Jupyter."""
