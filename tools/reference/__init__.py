"""`make docs`."""
