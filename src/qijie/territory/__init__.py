"""Where: the tree from city to building, its borders and their dates.

A *code* is an identity; a row is that code's drawing for a span of days. Redrawing closes the row
and opens another, so figures can be counted by the grid of that day. The tree is public.
"""
