"""Problems of the map review: tiles, layers, figures."""

from backend.domain.errors.kinds import Kind, Problem

MAPS: dict[str, Problem] = {
    "tile_out_of_range": Problem(
        Kind.INVALID,
        "没有这一瓦片：缩放级别须在 0 至 {limit} 之间，行列号须在该级别范围内。",
        "There is no such tile: zoom from 0 to {limit}, column and row within what that zoom has.",
    ),
    "unknown_map_layer": Problem(
        Kind.NOT_FOUND,
        "没有图层“{layer}”；可用图层见 /api/v1/map/tiles。",
        "There is no map layer '{layer}'; /api/v1/map/tiles lists those there are.",
    ),
    "filter_not_for_figure": Problem(
        Kind.INVALID,
        "指标“{figure}”不能按 {names} 筛选，请去掉这些条件或改选指标。",
        "The figure '{figure}' cannot be narrowed by {names}; leave these out or choose another figure.",
    ),
}
