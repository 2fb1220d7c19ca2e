"""What the house could not send or tell, as a notice to whoever administers the system there."""

import logging
from datetime import datetime
from uuid import UUID, uuid5

from django.utils import timezone

from qijie.access.viewer import Role
from qijie.kernel.codes import Level
from qijie.outbound.models import Notice
from qijie.teams.queries import posts_over

_log = logging.getLogger(__name__)


def tell_administrators(
    region_code: str, subject_id: UUID, *, number: str, sentence: str, page: str, at: datetime
) -> None:
    """One notice a day to each post, however much of one kind (`number`) failed on it."""
    on = timezone.localdate(at)
    posts = list(posts_over(region_code, Role.SYSTEM_ADMIN, Level.DISTRICT, on))
    if not posts:
        _log.error("%s: %s failed and no system administrator is there", number, subject_id)
    Notice.objects.bulk_create(
        [
            Notice(
                region_code=region_code,
                post_id=post.pk,
                subject_id=subject_id,
                event_id=uuid5(post.pk, f"{number} {on}"),
                number=number,
                sentence=sentence,
                page=page,
                at=at,
            )
            for post in posts
        ],
        ignore_conflicts=True,
    )
