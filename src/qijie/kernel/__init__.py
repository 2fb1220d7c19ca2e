"""Pure values every room may use: no Django, no database, no clock of their own."""
