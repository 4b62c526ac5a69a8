"""The panel's place in a notebook."""
