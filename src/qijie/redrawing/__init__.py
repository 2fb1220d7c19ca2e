"""The life of a drawing of grids: ordered, computed, changed by hand, put into force, undone."""
