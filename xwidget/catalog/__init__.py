"""The domain's rules and words that travel to the page as data."""
