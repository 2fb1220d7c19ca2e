"""GeoParquet files. Source: GeoParquet 1.1, https://geoparquet.org/releases/v1.1.0/."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet
from pyproj import CRS

from qijie.territory.drawing.mending import Unusable


def read(place: Path, title: str) -> tuple[pa.Table, str, str]:
    """The table, its column of WKB shapes and its system as WKT, "" for none. Raises Unusable."""
    try:
        table = parquet.read_table(place)
        meta = json.loads((table.schema.metadata or {})[b"geo"])
        column = str(meta["primary_column"])
        shape = meta["columns"][column]
    except (pa.ArrowException, OSError) as error:
        raise Unusable(f"{title} 读不出来，不是完整的 Parquet；请重新导出一份。") from error
    except (KeyError, ValueError, TypeError) as error:
        raise Unusable(
            f"{title} 是 Parquet，但没有注明哪一列是图形；请导出成 GeoParquet 或 GeoPackage。"
        ) from error
    if shape.get("encoding") != "WKB":
        raise Unusable(f"{title} 的图形不是 WKB 编码；请导出成 GeoPackage，或编码选 WKB。")
    return table, column, _system(shape)


def _system(shape: dict[str, Any]) -> str:
    """No word of a system means longitude and latitude; an empty one means that nobody knows."""
    said = shape.get("crs", "OGC:CRS84")
    if said is None:
        return ""
    crs = CRS.from_json_dict(said) if isinstance(said, dict) else CRS(said)
    return "EPSG:4326" if crs.to_authority() == ("OGC", "CRS84") else crs.to_wkt()
