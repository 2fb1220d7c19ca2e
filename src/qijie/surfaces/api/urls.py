from django.urls import path

from qijie.surfaces.api import maps

app_name = "api"
urlpatterns = [
    path("places/<slug:path>/children.geojson", maps.children, name="children"),
    path("places/<slug:path>/buildings.geojson", maps.buildings, name="buildings"),
    path("tiles/streets/<int:z>/<int:x>/<int:y>.mvt", maps.tile, name="streets_tile"),
    path("streets/here/", maps.streets_here, name="streets_here"),
]
