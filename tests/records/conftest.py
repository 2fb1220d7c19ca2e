from tests.access.own_database import own_database

__all__ = ["own_database"]
