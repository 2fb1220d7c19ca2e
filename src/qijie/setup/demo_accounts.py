"""The demo's accounts as a table for the terminal: one for each kind of post, one password."""

from django.conf import settings

from qijie.accounts.demo import PASSWORD
from qijie.setup.profile import Profile, StaffedPost


def table() -> str:
    staffed = list(Profile(settings.PROFILE_FOLDER).staffed())
    shown: dict[tuple[str, str], StaffedPost] = {}
    for post in staffed:
        shown.setdefault((post.kind, post.level), post)
    width = max(len(post.username) for post in shown.values())
    lines = [f"  {p.username:<{width}}  {p.title}（{p.person}）" for p in shown.values()]
    return "\n".join(
        [
            f"演示账号（密码都是 {PASSWORD}；人物都是虚构的）：",
            *lines,
            f"共 {len(staffed)} 个岗位各有账号，用户名按“岗位-辖区后几位”，如 worker-008001002。",
        ]
    )
