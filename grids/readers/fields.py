"""Which field is the code, the name, the street; and codes as text whatever a table made of them."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from grids.codes import is_grid_code
from grids.errors import GridFileError
from grids.model import FieldMapping

ROLES = ("code", "name", "street", "external_code")
# Common names, best first; compared without case, spaces and underscores. WGBM and the like are pinyin initials.
_NAMES: dict[str, tuple[str, ...]] = {
    "code": (
        "gridcode", "网格编码", "网格代码", "网格编号", "网格码", "wgbm", "wgdm", "wgbh", "wgcode", "code", "编码", "代码",
        "bm", "dm", "gridid", "gridno",
    ),
    "name": ("gridname", "网格名称", "网格名", "wgmc", "wgname", "name", "名称", "mc"),
    "street": (
        "streetcode", "street", "街道编码", "街镇编码", "街道代码", "街镇代码", "所属街道编码", "所属街镇编码", "jdbm", "jddm",
        "jzbm", "jzdm", "xzjdm", "towncode",
    ),
    "external_code": ("extcode", "externalcode", "外部编码", "原网格编码", "原编码", "wbbm", "ywgbm", "oldcode"),
}  # fmt: skip
_SHORTEST_CUT = 3  # a DBF cuts names to ten bytes: 网格编码 in UTF-8 arrives as 网格编
_ALL_DIGITS = 13  # a number in scientific notation with fewer digits than this has lost some of a code's fifteen
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def resolve_mapping(
    mapping: FieldMapping, fields: Sequence[str], rows: Sequence[Mapping[str, object]]
) -> tuple[FieldMapping, tuple[str, ...]]:
    """(mapping with real field names, roles that were guessed). Raises GridFileError field_unknown."""
    found: dict[str, str | None] = {}
    guessed: list[str] = []
    for role in ROLES:
        wanted: str | None = getattr(mapping, role)
        if wanted:
            found[role] = _named(wanted, fields)
            continue
        taken = {name for name in found.values() if name}
        found[role] = _guess(role, [name for name in fields if name not in taken], rows)
        if found[role]:
            guessed.append(role)
    return FieldMapping(**found), tuple(guessed)


def _named(wanted: str, fields: Sequence[str]) -> str:
    for matches in ([f for f in fields if f == wanted], [f for f in fields if f.lower() == wanted.lower()]):
        if matches:
            return matches[0]
    raise GridFileError("field_unknown", field=wanted[:60], fields="、".join(fields[:60]))


def _guess(role: str, fields: Sequence[str], rows: Sequence[Mapping[str, object]]) -> str | None:
    plain = {field: re.sub(r"[\s_]", "", unicodedata.normalize("NFKC", field)).lower() for field in fields}
    for name in _NAMES[role]:
        for field, key in plain.items():
            if key == name:
                return field
    for name in _NAMES[role]:
        for field, key in plain.items():
            if len(key) >= _SHORTEST_CUT and name.startswith(key) and not key.isascii():
                return field
    if role != "code":
        return None
    sample = rows[:200]
    for field in fields:
        if sum(is_grid_code(code_text(row.get(field))) for row in sample) > 0.9 * len(sample):
            return field
    return None


def clean_text(value: object) -> str:
    """A value as one line of text that any database takes: no control characters, no lone surrogates."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return " ".join(_CONTROL.sub(" ", str(value)).split())


def code_text(value: object) -> str:
    """A code as text: 310107005001001, 310107005001001.0, '３１０…', '3.10107005001001e+14' all give the same digits.

    What has lost digits stays as it is written, to be reported as malformed.
    """
    if isinstance(value, bool):
        return str(value)
    text = unicodedata.normalize("NFKC", clean_text(value)).strip().lstrip("'").replace(" ", "")
    if re.fullmatch(r"[0-9]+\.0*", text):
        return text.split(".")[0]
    scientific = re.fullmatch(r"([0-9])\.?([0-9]*)[eE]\+?([0-9]{1,3})", text)
    if scientific and len(scientific.group(1) + scientific.group(2)) >= _ALL_DIGITS:
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        return f"{number:.0f}" if number == number.to_integral_value() else text
    return text


def street_text(value: object, code: str) -> str:
    """The 9-digit street code: the field's (9 digits, or the statistical 12 ending in 000), else the code's own prefix."""
    text = code_text(value)
    if re.fullmatch(r"[0-9]{9}(000)?", text):
        return text[:9]
    return code[:9] if re.fullmatch(r"[0-9]{9,}", code) else ""
