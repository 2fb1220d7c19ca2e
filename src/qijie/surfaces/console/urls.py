from django.urls import path

from qijie.surfaces.console import (
    access_log,
    boards,
    matter,
    me,
    notices,
    posts,
    queue,
    report,
    territory,
)

app_name = "console"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("report/", report.report, name="report"),
    path("find/", matter.find, name="find"),
    path("matters/<uuid:issue_id>/", matter.matter, name="matter"),
    path("matters/<uuid:issue_id>/reporter/", matter.reporter, name="reporter"),
    path("matters/<uuid:issue_id>/photos/<uuid:photo_id>/", matter.photo, name="photo"),
    path("matters/<uuid:issue_id>/<slug:move>/", matter.move, name="move"),
    path("territory/", territory.territory, name="territory"),
    path("territory/checks/", territory.checks, name="territory_checks"),
    path("territory/<slug:path>/", territory.place, name="place"),
    path("buildings/<slug:code>/", territory.building, name="building"),
    path("boards/files/<uuid:file_id>/", boards.file, name="board_file"),
    path("boards/files/<uuid:file_id>.pdf", boards.file_pdf, name="board_file_pdf"),
    path("boards/<slug:path>/", boards.boards, name="boards"),
    path("boards/<slug:grid>/<slug:size>.pdf", boards.board_pdf, name="board_pdf"),
    path("notices/", notices.notices, name="notices"),
    path("posts/", posts.posts, name="posts"),
    path("posts/<uuid:post_id>/", posts.post, name="post"),
    path("access-log/", access_log.access_log, name="access_log"),
    path("me/", me.me, name="me"),
]
