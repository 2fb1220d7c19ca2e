"""What each move changes beyond its row: one pure function a move, by verb family.

The row of the table already moves the state, the order named and the clocks; an effect sees the
matter as it was before all that.
"""
