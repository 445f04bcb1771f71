"""Problems of exports that run in the background."""

from backend.domain.errors.kinds import Kind, Problem

EXPORTS: dict[str, Problem] = {
    "too_many_exports_running": Problem(
        Kind.CONFLICT,
        "您已有 {limit} 个导出正在进行，请等其完成或取消后再导出。",
        "{limit} exports of yours are under way already; wait for one or cancel it, then ask again.",
    ),
    "too_many_exports_kept": Problem(
        Kind.CONFLICT,
        "您保存的导出文件已达 {limit} 个，请先删除不再需要的文件，或等其到期。",
        "You keep {limit} exports already; discard one you no longer need, or wait until it expires.",
    ),
    "export_not_ready": Problem(
        Kind.CONFLICT,
        "导出尚未完成，请查看进度，完成后再下载。",
        "The export is not done; look at its progress and fetch the file when it is.",
    ),
    "export_gone": Problem(
        Kind.GONE,
        "导出文件已到期删除，请点击“重新导出”。",
        "The file of this export is no longer kept; have it made anew (retry).",
    ),
    "export_failed": Problem(
        Kind.INTERNAL,
        "导出未能完成，请重试；若仍失败，请联系管理员。",
        "The export could not be completed; try again, and tell the administrator if it fails once more.",
    ),
    "export_interrupted": Problem(
        Kind.INTERNAL,
        "导出多次被中断，请在系统空闲时重试。",
        "The export was interrupted several times; try again when the system is quiet.",
    ),
    "export_no_longer_allowed": Problem(
        Kind.FORBIDDEN,
        "导出开始时您已无权查看这些数据；如需导出，请联系管理员调整角色。",
        "When the export began you could no longer see these data; ask the administrator for the role you need.",
    ),
    "shapefile_too_large": Problem(
        Kind.TOO_LARGE,
        "数据超过 Shapefile 的 2 GB 上限，请改用 GeoPackage 格式，或缩小筛选范围。",
        "The data are more than the 2 GB a Shapefile can hold; choose GeoPackage, or narrow the filter.",
    ),
}
