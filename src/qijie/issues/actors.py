"""A viewer's posts as the rules' actors."""

from uuid import UUID

from qijie.access.viewer import HeldPost, Kind, Viewer
from qijie.issues.rules.matter import Actor


def _actor_of(post: HeldPost, user_id: UUID | None) -> Actor:
    return Actor(
        role=post.role.value,
        side=post.side,
        user_id=user_id,
        post_id=post.post_id,
        post_title=post.title,
        level=post.level,
        path=post.path,
        unit_id=post.unit_id,
    )


def actors_of(viewer: Viewer) -> tuple[Actor, ...]:
    """Everything a viewer can act as: one actor for each post, or the reporter, or the system."""
    if viewer.kind is Kind.SYSTEM:
        return (Actor.system(),)
    if viewer.kind is Kind.REPORTER:
        return (Actor.reporter(matter_id=viewer.matter_id),)
    return tuple(_actor_of(post, viewer.user_id) for post in viewer.posts)
