"""Other people's ways to cut one piece, each in a process of its own, without the product.

Imports numpy alone; what a peer needs it imports when it is called.
"""
