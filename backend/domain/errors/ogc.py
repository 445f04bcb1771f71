"""Problems of the map services for other programs: OGC API – Features and application passwords."""

from backend.domain.errors.kinds import Kind, Problem

OGC: dict[str, Problem] = {
    "ogc_bad_parameter": Problem(
        Kind.MALFORMED,
        "参数“{name}”的值无效，请按 errors 中的说明修改，参数说明见 /ogc/api。",
        "The value of '{name}' is not valid: see 'errors'; /ogc/api tells what each parameter takes.",
    ),
    "ogc_unknown_parameter": Problem(
        Kind.MALFORMED,
        "此地址没有参数“{name}”，请去掉它；可用参数见 /ogc/api。",
        "There is no parameter '{name}' here: leave it out; /ogc/api lists those there are.",
    ),
}
