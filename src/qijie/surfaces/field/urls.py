from django.urls import URLPattern, path

from qijie.surfaces.field.frame import urgent_now
from qijie.surfaces.field.matter import matter, move, photo
from qijie.surfaces.field.me import me
from qijie.surfaces.field.report import report
from qijie.surfaces.field.today import today

app_name = "field"
urlpatterns: list[URLPattern] = [
    path("", today, name="today"),
    path("urgent/", urgent_now, name="urgent"),
    path("report/", report, name="report"),
    path("matters/<uuid:issue_id>/", matter, name="matter"),
    path("matters/<uuid:issue_id>/photos/<uuid:photo_id>/", photo, name="photo"),
    path("matters/<uuid:issue_id>/<slug:word>/", move, name="move"),
    path("me/", me, name="me"),
]
