"""Who signs in. Rights come from posts (`teams`), never from an account."""
