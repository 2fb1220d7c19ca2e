"""Who may see or do what.

A `Viewer` is a frozen value built from the posts somebody holds today. Wall 1 is this room's tables
(permissions, doors, fields) asked by queries, actions and the gate; wall 2 is PostgreSQL's row
security, generated here from one declared list. This room never reads the clock and knows no other
room's models by import: it names their tables.
"""
