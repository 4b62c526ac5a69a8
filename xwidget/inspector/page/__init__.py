"""What travels between kernel and page."""
