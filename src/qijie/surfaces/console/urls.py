from django.urls import path

from qijie.surfaces.console import (
    access_log,
    drawings,
    matter,
    me,
    notices,
    plans,
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
    path("drawings/", drawings.drawings, name="drawings"),
    path("drawings/<uuid:run_id>/", drawings.drawing, name="drawing"),
    path("drawings/<uuid:run_id>/cancel/", drawings.cancel, name="drawing_cancel"),
    path("plans/<uuid:plan_id>/", plans.plan, name="plan"),
    path("plans/<uuid:plan_id>/units.geojson", plans.units, name="plan_units"),
    path("plans/<uuid:plan_id>/edit/", plans.edit, name="plan_edit"),
    path("plans/<uuid:plan_id>/adopt/", plans.adopt, name="plan_adopt"),
    path("plans/<uuid:plan_id>/withdraw/", plans.withdraw, name="plan_withdraw"),
    path("notices/", notices.notices, name="notices"),
    path("posts/", posts.posts, name="posts"),
    path("posts/<uuid:post_id>/", posts.post, name="post"),
    path("access-log/", access_log.access_log, name="access_log"),
    path("me/", me.me, name="me"),
]
