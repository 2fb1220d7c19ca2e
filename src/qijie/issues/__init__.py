"""The closed loop: one matter from report to archive.

`rules` is the loop itself, pure and readable by an official; `models` are its rows; `actions` are
the only writers, one function per business verb.
"""
