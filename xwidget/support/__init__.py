"""What every other room uses; it knows nothing of nets or notebooks."""
