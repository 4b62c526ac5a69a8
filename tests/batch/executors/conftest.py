"""The tests' own Ray: what is said to it by the environment is read once, when it is imported."""

import os
import secrets

if "RAY_ADDRESS" not in os.environ:  # one that runs already has its own
    os.environ.setdefault("RAY_AUTH_MODE", "token")
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
# Its workers stand back behind all other processes unless they are told otherwise.
os.environ.setdefault("RAY_worker_niceness", "0")
