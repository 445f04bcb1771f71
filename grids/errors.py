"""GridFileError: a file that cannot be read at all. Problems inside a readable file are `model.Problem`."""

from typing import Final

# code -> (zh, en). Codes are stable; the sentences may improve. Every sentence says what to do next.
FILE_ERRORS: Final[dict[str, tuple[str, str]]] = {
    "file_missing": ("找不到文件「{filename}」，请检查路径。", "The file “{filename}” was not found; check the path."),
    "file_empty": ("文件为空，请重新导出后上传。", "The file is empty; export it again."),
    "file_too_large": (
        "文件超过 {limit} 字节的上限，请按街镇拆分后分别导入。",
        "The file is larger than {limit} bytes; split it by street and import the parts.",
    ),
    "format_unknown": (
        "无法识别的格式，请提供 GeoJSON、GeoPackage 或打包为 zip 的 Shapefile。",
        "The format is not known; give GeoJSON, GeoPackage or a zipped Shapefile.",
    ),
    "html_not_data": (
        "文件内容是网页而不是数据，多半是下载时登录已过期；请重新下载。",
        "The file holds a web page, not data (often a login page saved by mistake); download it again.",
    ),
    "json_invalid": (
        "JSON 在第 {line} 行附近无法解析（文件可能不完整），请重新导出。",
        "The JSON cannot be parsed near line {line} (the file may be cut off); export it again.",
    ),
    "geojson_invalid": (
        "不是 GeoJSON FeatureCollection，请导出为要素集合。",
        "This is not a GeoJSON FeatureCollection; export the layer as a feature collection.",
    ),
    "text_undecodable": (
        "文字编码无法识别，请以 UTF-8 或 GBK 导出。",
        "The text encoding cannot be recognised; export as UTF-8 or GBK.",
    ),
    "archive_invalid": ("压缩包已损坏，请重新打包。", "The archive is damaged; pack it again."),
    "archive_encrypted": ("压缩包带有密码，请去掉密码后上传。", "The archive has a password; remove it."),
    "archive_unsafe": (
        "压缩包内含不安全的成员「{member}」（绝对路径、上级目录、链接、嵌套压缩包或重名），请只打包数据文件。",
        "The archive has an unsafe member “{member}” (absolute or upward path, link, nested archive or repeated name);"
        " pack only the data files.",
    ),
    "archive_bomb": (
        "压缩包解开后过大或成员过多，请只打包数据文件。",
        "The archive unpacks to too much or has too many members; pack only the data files.",
    ),
    "shapefile_not_zipped": (
        "Shapefile 由多个文件组成，请把 .shp .shx .dbf .prj .cpg 打成一个 zip。",
        "A Shapefile is several files; pack .shp .shx .dbf .prj .cpg into one zip.",
    ),
    "shapefile_part_missing": (
        "Shapefile 缺少 {part} 文件，请补齐后重新打包。",
        "The Shapefile lacks its {part} file; add it and pack again.",
    ),
    "file_damaged": (
        "文件已损坏或不完整（{part}），请重新导出。",
        "The file is damaged or cut off ({part}); export it again.",
    ),
    "layer_ambiguous": (
        "文件含多个图层：{layers}；请指定其中一个。",
        "The file has several layers: {layers}; name one of them.",
    ),
    "layer_unknown": (
        "没有名为「{layer}」的图层；现有：{layers}。",
        "There is no layer “{layer}”; there are: {layers}.",
    ),
    "layer_missing": ("文件中没有空间图层。", "The file has no layer with geometry."),
    "layer_empty": ("图层中没有任何要素。", "The layer has no features."),
    "too_many_features": (
        "要素超过 {limit} 个的上限，请拆分后导入。",
        "There are more than {limit} features; split the file.",
    ),
    "crs_unusable": (
        "坐标系无法识别或不能转换（{crs}），请另存为 EPSG:4490，或在导入时指定坐标系。",
        "The coordinate system cannot be used ({crs}); save as EPSG:4490 or name the system on import.",
    ),
    "field_unknown": (
        "没有名为「{field}」的字段；现有：{fields}。",
        "There is no field “{field}”; there are: {fields}.",
    ),
}


class GridFileError(Exception):
    """The file cannot be read. `code` is a key of FILE_ERRORS (stable), `params` fill its sentences."""

    def __init__(self, code: str, **params: object) -> None:
        zh, en = FILE_ERRORS[code]
        self.code = code
        self.params = params
        self.what_zh = zh.format(**params)
        self.what_en = en.format(**params)
        super().__init__(self.what_en)
