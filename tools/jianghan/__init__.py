"""Draws the demo district: real streets, real division codes, invented borders and buildings."""
