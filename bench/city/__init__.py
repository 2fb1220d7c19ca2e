"""A city's years in one house: the same pages and the same worker, small and at full size."""
