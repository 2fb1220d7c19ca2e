"""Tables, then their owner, then the two walls: one command, safe to repeat."""

import django
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from qijie.setup.database import hand_over_statements
from qijie.setup.progress import Progress
from qijie.setup.surroundings import require_owner_address

ALIAS = "owner"


def run(progress: Progress) -> None:
    require_owner_address()
    django.setup()
    with progress.step("建表"):
        call_command("migrate", database=ALIAS, interactive=False, verbosity=0)
        call_command("createcachetable", database=ALIAS, verbosity=0)
    with progress.step("交给属主，立起授权与行级安全"):
        hand_over()


def hand_over() -> None:
    """What the migrator made becomes the owner's; grants and policies are laid anew."""
    from qijie.access.walls import raise_walls
    from qijie.records.partitions import make_partitions

    connection = connections[ALIAS]
    make_partitions(connection, timezone.localdate())
    with connection.cursor() as cursor:
        for statement in hand_over_statements():
            cursor.execute(statement)
    raise_walls(connection)
