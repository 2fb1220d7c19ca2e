"""What is measured, never asserted by the clock: `make bench`."""
