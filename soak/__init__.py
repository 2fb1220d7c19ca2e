"""The product broken on purpose: what is acknowledged must have happened, and it must come back."""
