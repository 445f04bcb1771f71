"""The sentences of problems, in Chinese and English, and the one way to make a Problem from a code. No geometry."""

from typing import Final

from grids.model import Problem, Severity

# code -> (zh, en); the fields in braces are given by the check that finds it.
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "missing_code": ("缺少网格编码。", "The grid code is missing."),
    "missing_name": ("缺少网格名称。", "The grid name is missing."),
    "malformed_code": (
        "网格编码「{text}」不是 15 位数字（区划 6 + 街镇 3 + 社区 3 + 顺序 3，顺序从 001 起）。",
        "The grid code “{text}” is not 15 digits (6 district + 3 street + 3 community + 3 serial from 001).",
    ),
    "prefix_mismatch": (
        "网格编码「{text}」的前 9 位与所属街镇（{street}）不符或不在本区街镇之内。",
        "The first nine digits of “{text}” do not match its street ({street}) or are no street of this district.",
    ),
    "duplicate_code": (
        "网格编码「{text}」与第 {other} 个要素重复。",
        "The grid code “{text}” is that of feature {other} too.",
    ),
    "empty_geometry": ("没有几何图形。", "There is no geometry."),
    "not_polygon": ("几何类型是 {kind}，应为面。", "The geometry is a {kind}; a polygon is needed."),
    "swapped_axes": (
        "经纬度写反了（X 像纬度、Y 像经度），请交换两列坐标。",
        "Longitude and latitude are swapped (X looks like a latitude); exchange them.",
    ),
    "self_crossing": (
        "边界自相交或环不合法（{reason}），涉及约 {amount:.1f} 平方米。",
        "The border crosses itself or a ring is not valid ({reason}); about {amount:.1f} m² concerned.",
    ),
    "overlap": (
        "与第 {other} 个要素重叠 {amount:.2f} 平方米。",
        "Overlaps feature {other} by {amount:.2f} m².",
    ),
    "gap": (
        "范围内有 {amount:.2f} 平方米不属于任何网格。",
        "{amount:.2f} m² inside the outline belong to no grid.",
    ),
    "hole": (
        "面内有 {amount:.2f} 平方米的空洞，不属于任何网格。",
        "The polygon has a hole of {amount:.2f} m² that belongs to no grid.",
    ),
    "sliver": (
        "有细碎面：面积 {amount:.2f} 平方米，多为数字化残留。",
        "A sliver of {amount:.2f} m², most likely a remnant of digitising.",
    ),
    "outside_parent": (
        "有 {amount:.2f} 平方米在所属街镇（{street}）范围之外。",
        "{amount:.2f} m² lie outside the parent ({street}).",
    ),
    "datum_shift": (
        "整体相对{reference}偏移约 {length:.0f} 米（东 {east:+.0f} 米，北 {north:+.0f} 米）{guess_zh}，请核对坐标系。",
        "All of it lies about {length:.0f} m off {reference_en} (east {east:+.0f} m, north {north:+.0f} m){guess_en}; "
        "check the datum.",
    ),
}


def problem(
    code: str,
    feature: int | None,
    *,
    where: tuple[float, float] | None = None,
    amount_m2: float | None = None,
    other_feature: int | None = None,
    severity: Severity = "error",
    **words: object,
) -> Problem:
    """A Problem with its sentences filled in; `amount` and `other` are known to them already."""
    zh, en = TEXTS[code]
    known = {"amount": amount_m2 or 0.0, "other": other_feature, **words}
    return Problem(
        feature, code, zh.format(**known), en.format(**known), where, amount_m2, other_feature, severity
    )  # fmt: skip
