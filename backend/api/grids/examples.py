"""What answers look like, for the API document."""

VERSION_EXAMPLE = {
    "id": "0199f1c2-5a00-7000-8000-000000000001",
    "district_code": "310107",
    "label": "2026 年综合网格",
    "status": "draft",
    "valid_from": None,
    "valid_to": None,
    "previous_id": None,
    "grid_count": 45,
    "source_name": "putuo-grids.zip",
    "source_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "source_crs": "CGCS2000 / 3-degree Gauss-Kruger CM 120E",
    "source_encoding": "GBK",
    "created_at": "2026-11-20T10:00:00+08:00",
    "published_at": None,
}
IMPORT_EXAMPLE = {
    "version": VERSION_EXAMPLE,
    "dry_run": False,
    "grid_count": 45,
    "format": "shp",
    "crs": "CGCS2000 / 3-degree Gauss-Kruger CM 120E",
    "encoding": "GBK",
    "fields_found": ["网格编码", "网格名称", "街镇编码"],
    "mapping": {"code": "网格编码", "name": "网格名称", "street": "街镇编码", "external_code": None},
    "guessed": ["code", "name", "street"],
    "problems": [
        {
            "feature": 7,
            "code": "sliver",
            "message": "第 7 号网格带有碎片。",
            "severity": "warning",
            "where": [121.3951, 31.2502],
            "amount_m2": 12.5,
            "other_feature": None,
        }
    ],
}
SQUARE = {
    "type": "MultiPolygon",
    "coordinates": [[[[121.39, 31.25], [121.4, 31.25], [121.4, 31.26], [121.39, 31.26], [121.39, 31.25]]]],
}
FEATURES_EXAMPLE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": "310107005601001",
            "geometry": SQUARE,
            "properties": {
                "code": "310107005601001",
                "name": "曹杨新村街道第一网格",
                "street_code": "310107005",
                "street_name": "曹杨新村街道",
                "external_code": None,
                "area_m2": 1056321.4,
                "version_id": "0199f1c2-5a00-7000-8000-000000000001",
                "valid_from": "2026-11-01T00:00:00+08:00",
                "lead": {"id": "0199f1c2-5a00-7000-8000-000000000002", "name": "张伟"},
            },
        }
    ],
    "next_cursor": None,
}
PLACE_EXAMPLE = {
    "verdict": "borderline",
    "lon": 121.3951,
    "lat": 31.2502,
    "grid_code": "310107005601001",
    "grid_name": "曹杨新村街道第一网格",
    "street_code": "310107005",
    "version_id": "0199f1c2-5a00-7000-8000-000000000001",
    "candidates": [
        {"code": "310107005601001", "name": "曹杨新村街道第一网格", "share": 0.72},
        {"code": "310107005601002", "name": "曹杨新村街道第二网格", "share": 0.28},
    ],
    "distance_m": 0.0,
    "note": None,
}
RESPONSIBILITY_EXAMPLE = {
    "id": "0199f1c2-5a00-7000-8000-000000000003",
    "grid_code": "310107005601001",
    "street_code": "310107005",
    "user_id": "0199f1c2-5a00-7000-8000-000000000002",
    "user_name": "张伟",
    "role": "lead",
    "valid_from": "2026-11-01",
    "valid_to": None,
}
