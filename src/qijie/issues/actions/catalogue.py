"""Publishes reference data: the catalogue, the responsibility list, clock defaults and calendars.

Only the loading role may write these tables, so every writer takes its database alias.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models, transaction

from qijie.issues.models import Category, Condition, Reference, Responsibility


def publish(
    *,
    categories: Sequence[Category],
    conditions: Sequence[Condition],
    responsibilities: Sequence[Responsibility],
    reference: Mapping[str, Sequence[Mapping[str, Any]]],
    digest: str,
    using: str,
) -> None:
    """Puts a release in force: rows are added or replaced; what is gone stays, out of use."""
    with transaction.atomic(using=using):
        _put(Category, categories, using)
        _put(Condition, conditions, using)
        _retire(Category, [row.pk for row in categories], using)
        _retire(Condition, [row.pk for row in conditions], using)
        Responsibility.objects.using(using).all().delete()
        Responsibility.objects.using(using).bulk_create(responsibilities)
        rows = [Reference(name=name, rows=list(r), digest=digest) for name, r in reference.items()]
        _put(Reference, rows, using)


def _put(model: type[models.Model], rows: Sequence[models.Model], using: str) -> None:
    changing = [f.name for f in model._meta.concrete_fields if not f.primary_key]
    key = model._meta.pk
    model._default_manager.using(using).bulk_create(
        rows, update_conflicts=True, unique_fields=[key.name], update_fields=changing
    )


def _retire(model: type[Category] | type[Condition], in_use: list[str], using: str) -> None:
    model._default_manager.using(using).exclude(pk__in=in_use).update(is_current=False)
