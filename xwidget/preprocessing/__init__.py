"""From an image to a net's input, and back."""
