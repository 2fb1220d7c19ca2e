"""Draws grids: from streets to blocks, from blocks to a plan, from a plan to the next one.

A library of its own: it needs numpy, shapely and friends, but no Django, no database and nothing
else of Qijie. Lengths are metres, areas square metres, geometry shapely's, in one plane system.

    streets, buildings, borders  --units-->  Units  --graph-->  Graph
    Units + Graph + Rules        --plan-->   Plan (a grid number for each unit, measures, reasons)
    … + an old plan and a price  --replan--> Plan (least disturbance)

See docs/how-to/draw-grids.md for the whole way, with files and with code.
"""
