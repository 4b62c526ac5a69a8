"""The places where images are explained: this machine, or several."""
