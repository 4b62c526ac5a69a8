"""Where images are explained: on this machine, or on several."""
