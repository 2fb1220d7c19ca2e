"""Draws grids: from streets to blocks, from blocks to a plan, from a plan to the next one.

A library of its own: it needs numpy, shapely and friends, but no Django and no database. Of the
rest of Qijie it takes `kernel.coordinates` and `kernel.refusal`, and those only to set GCJ-02 files
right. Lengths are metres, areas square metres, geometry shapely's, in one plane system.

    streets, buildings, borders  --units-->  Units  --graph-->  Graph
    Units + Graph + Rules        --plan-->   Plan (a grid number for each unit, measures, reasons)
    … + an old plan and a price  --replan--> Plan (least disturbance)

Types
    model.Units, Graph, Rules, Plan …   what goes in and what comes out
    built.Buildings, Compounds          what stands on the ground
    mending.Finding, Unusable           what a person should know; why data cannot be used

Functions
    enclosures.units_of     units that cover every community, from streets and buildings
    enclosures.built_up     the ground of a town whose communities are not known
    graph.graph_of          which units border on which, for how long, along what
    planning.plan           a grid for every unit
    planning.plans          several different plans worth comparing
    planning.replan         a plan that leaves most households where an old one has them
    measuring.measure       what an assignment is worth, also one that breaks rules
    reasons.gave_way        every place where a rule is not kept, by how much and why
    reasons.sentence        one such place in words
    numbering.numbered      grids numbered as people read, north to south and west to east
    numbering.matched       which old grid each new one continues
    estimates.households_of households of a building from its footprint and floors
    layers.read             a layer of a file, whatever people sent
    writing.target, fitted, write
                            GeoJSON, GeoPackage and Shapefile, within their limits
    planes.plane_of         the plane of true metres a file is drawn in
    placing.lines_of, areas_of
                            a layer's shapes in the plane, mended
    intake.buildings_of, compounds_of, communities_of, units_in
                            layers become what the functions above take
    intake.old_grids        the grids of an old plan, found again by key or by ground

See docs/how-to/draw-grids.md for the whole way, with files and with code.
"""
