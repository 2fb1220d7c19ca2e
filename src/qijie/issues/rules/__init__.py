"""The closed loop as pure values: nothing here asks a clock, a request or a database.

Read in this order: vocabulary (the words) · matter (what is known) · facts (what a move brings) ·
table (who may do what, when, with which clocks and sentences) · effects (what a move changes) ·
deadlines (when it is due) · decide (offers, apply, report, replay).
"""
