"""The drawing of grids beside its peers: same units, same graph, community by community."""
