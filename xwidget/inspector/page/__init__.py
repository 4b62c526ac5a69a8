"""The traffic between kernel and page."""
