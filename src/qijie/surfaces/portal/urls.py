from django.urls import URLPattern, path

from qijie.surfaces.portal import grids, matter, moves, pages, places, report

app_name = "portal"
urlpatterns: list[URLPattern] = [
    path("", pages.start, name="start"),
    path("report/", report.report, name="report"),
    path("privacy/", pages.privacy, name="privacy"),
    path("where/", places.where, name="where"),
    path("addresses/", places.addresses, name="addresses"),
    path("grids/<slug:grid>/", grids.grid, name="grid"),
    path("m/<str:token>/", matter.matter, name="matter"),
    path("m/<str:token>/<str:move>/", moves.move, name="move"),
    path("m/<str:token>/photos/<uuid:photo_id>/", matter.photo, name="photo"),
]
