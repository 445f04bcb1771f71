"""What an administrator can set while the product runs: the catalogue (data/settings.yaml) and what a value must be.

Not here: settings of the machine (backend/settings.py), dated rules (each in its own data file).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from backend.domain.data_files import load_yaml
from backend.domain.errors import DomainError
from backend.domain.vocabulary import BaseMapKind, Datum, SettingType

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# The hosts go into a Content-Security-Policy: nothing in them may end it. {s} stands for a subdomain.
HOST = re.compile(r"(?:[A-Za-z0-9-]|\{s\})+(?:\.(?:[A-Za-z0-9-]|\{s\})+)*(?::[0-9]{1,5})?")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
LONGEST_URL, MOST_LAYERS, LONGEST_KEY, LONGEST_WORDS = 500, 4, 100, 200
MATRIX_SETS = ("w", "c")  # web mercator, or degrees of CGCS2000 (天地图 *_w and *_c)
DATUMS = (Datum.CGCS2000, Datum.WGS84, Datum.GCJ02)
HIGHEST_ZOOM = 22
WORLD = {"lon": (-180.0, 180.0), "lat": (-90.0, 90.0), "zoom": (0.0, float(HIGHEST_ZOOM))}
Faults = list[dict[str, str]]
WORDS = {
    "type": ("类型不符。", "It is of another kind."),
    "too_long": ("太长。", "It is too long."),
    "range": ("超出允许范围。", "It lies outside its limits."),
    "unknown_code": ("不在可选范围内。", "It is none of the choices."),
    "address": (
        "地址无效，须为 http(s)://主机/… 或以 / 开头。",
        "No such address: http(s)://host/… or beginning with /.",
    ),
    "placeholder": ("占位符须为 {z} {x} {y}，可加 {key} {s}。", "Placeholders are {z} {x} {y}, and {key} or {s}."),
    "required": ("必填。", "It is needed."),
    "unknown_field": ("不认识的字段。", "There is no such field."),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the catalogue. ``limits``: max_length, low and high, or choices, as its type has them."""

    name: str
    type: SettingType
    default: Any
    limits: Mapping[str, Any]
    unit: str | None
    read_by: tuple[str, ...]
    zh: str
    en: str
    help_zh: str
    help_en: str


@cache
def catalogue() -> dict[str, Setting]:
    """Every setting by its name, in the order in which a screen shows them."""
    return {
        name: Setting(
            name=name,
            type=SettingType(entry["type"]),
            default=entry["default"],
            limits={key: entry[key] for key in ("max_length", "low", "high", "choices") if key in entry},
            unit=entry.get("unit"),
            read_by=tuple(entry["read_by"]),
            **{key: entry[key] for key in ("zh", "en", "help_zh", "help_en")},
        )
        for name, entry in load_yaml("settings.yaml")["settings"].items()
    }


def setting(name: str) -> Setting:
    """The setting with this name. Raises DomainError('not_found')."""
    found = catalogue().get(name)
    if found is None:
        raise DomainError("not_found")
    return found


def checked(name: str, value: Any) -> Any:
    """``value`` as it is kept: whole, in order, without what is unknown.

    Raises not_found, and setting_invalid with every fault as {path, code}: type, too_long, range, unknown_code, address,
    placeholder, required, unknown_field.
    """
    wanted = setting(name)
    faults: Faults = []
    kept = CHECKS[wanted.type](value, wanted.limits, faults)
    if faults:
        told = [{**fault, **dict(zip(("zh", "en"), WORDS[fault["code"]], strict=True))} for fault in faults]
        raise DomainError("setting_invalid", name=wanted.zh, count=len(told), errors=told)
    return kept


def map_hosts(base_map: Mapping[str, Any]) -> tuple[str, ...]:
    """The places a browser fetches the base map from, as sources of a Content-Security-Policy, each once."""
    found: dict[str, None] = {}
    for layer in base_map["layers"]:
        parts = urlsplit(layer)
        if not parts.netloc:
            continue  # from the product's own address
        for name in base_map["subdomains"] if "{s}" in parts.netloc else ("",):
            found[f"{parts.scheme}://{parts.netloc.replace('{s}', name)}"] = None
    return tuple(found)


def _text(value: Any, limits: Mapping[str, Any], faults: Faults, path: str = "") -> str:
    if not isinstance(value, str) or CONTROL.search(value):
        faults.append({"path": path, "code": "type"})
        return ""
    told = value.strip()
    if len(told) > limits["max_length"]:
        faults.append({"path": path, "code": "too_long"})
    return told


def _integer(value: Any, limits: Mapping[str, Any], faults: Faults, path: str = "") -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        faults.append({"path": path, "code": "type"})
        return 0
    if not limits["low"] <= value <= limits["high"]:
        faults.append({"path": path, "code": "range"})
    return value


def _choice(value: Any, limits: Mapping[str, Any], faults: Faults, path: str = "") -> str:
    if not isinstance(value, str) or value not in limits["choices"]:
        faults.append({"path": path, "code": "unknown_code"})
        return ""
    return value


def _map_start(value: Any, _: Mapping[str, Any], faults: Faults) -> dict[str, float] | None:
    if value is None:
        return None
    fields = _fields(value, WORLD, faults)
    for name, (low, high) in WORLD.items():
        number = fields.get(name)
        if name not in fields:
            faults.append({"path": name, "code": "required"})
        elif not isinstance(number, int | float) or isinstance(number, bool):
            faults.append({"path": name, "code": "type"})
        elif not low <= number <= high:
            faults.append({"path": name, "code": "range"})
    return None if faults else {name: float(fields[name]) for name in WORLD}


def _base_map(value: Any, _: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    default: dict[str, Any] = catalogue()["base_map"].default
    fields = default | _fields(value, default, faults)
    zoom = {"low": 0, "high": HIGHEST_ZOOM}
    kept = {
        "kind": _choice(fields["kind"], {"choices": list(BaseMapKind)}, faults, "kind"),
        "layers": fields["layers"],
        "key": _text(fields["key"], {"max_length": LONGEST_KEY}, faults, "key"),
        "subdomains": _text(fields["subdomains"], {"max_length": 10}, faults, "subdomains"),
        "attribution": _text(fields["attribution"], {"max_length": LONGEST_WORDS}, faults, "attribution"),
        "datum": _choice(fields["datum"], {"choices": DATUMS}, faults, "datum"),
        "matrix_set": _choice(fields["matrix_set"], {"choices": MATRIX_SETS}, faults, "matrix_set"),
        "min_zoom": _integer(fields["min_zoom"], zoom, faults, "min_zoom"),
        "max_zoom": _integer(fields["max_zoom"], zoom, faults, "max_zoom"),
    }
    if kept["max_zoom"] < kept["min_zoom"]:
        faults.append({"path": "max_zoom", "code": "range"})
    if kept["subdomains"] and not kept["subdomains"].isalnum():
        faults.append({"path": "subdomains", "code": "type"})
    kept["layers"] = _layers(kept, faults)
    return kept


def _layers(base_map: Mapping[str, Any], faults: Faults) -> list[str]:
    """Addresses from the lowest layer up: templates of tiles, or the one file of PMTiles."""
    layers, kind = base_map["layers"], base_map["kind"]
    if not isinstance(layers, list) or not all(isinstance(layer, str) for layer in layers):
        faults.append({"path": "layers", "code": "type"})
        return []
    if kind == BaseMapKind.NONE:
        return []
    if not layers or len(layers) > (1 if kind == BaseMapKind.PMTILES else MOST_LAYERS):
        faults.append({"path": "layers", "code": "range" if layers else "required"})
    needed = set() if kind == BaseMapKind.PMTILES else {"z", "x", "y"}
    allowed = needed | {"key", "s"}
    for number, layer in enumerate(layers):
        _check_address(f"layers.{number}", layer, base_map, needed, allowed, faults)
    return [layer.strip() for layer in layers]


def _check_address(
    path: str, layer: str, base_map: Mapping[str, Any], needed: set[str], allowed: set[str], faults: Faults
) -> None:
    named = set(PLACEHOLDER.findall(layer))
    try:
        parts = urlsplit(layer.strip())
    except ValueError:
        parts = urlsplit("")
    elsewhere = parts.scheme in ("http", "https") and HOST.fullmatch(parts.netloc) is not None
    here = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    if CONTROL.search(layer) or len(layer) > LONGEST_URL or not (elsewhere or here):
        faults.append({"path": path, "code": "address"})
    if not needed <= named <= allowed:
        faults.append({"path": path, "code": "placeholder"})
    if ("key" in named and not base_map["key"]) or ("s" in named and not base_map["subdomains"]):
        faults.append({"path": "key" if "key" in named and not base_map["key"] else "subdomains", "code": "required"})


def _fields(value: Any, known: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    """``value`` where it is an object, without fields that are not ``known``, each of which is a fault."""
    if not isinstance(value, dict):
        faults.append({"path": "", "code": "type"})
        return {}
    faults.extend({"path": str(name)[:40], "code": "unknown_field"} for name in value if name not in known)
    return {name: value[name] for name in value if name in known}


CHECKS: dict[SettingType, Callable[[Any, Mapping[str, Any], Faults], Any]] = {
    SettingType.TEXT: _text,
    SettingType.INTEGER: _integer,
    SettingType.CHOICE: _choice,
    SettingType.BASE_MAP: _base_map,
    SettingType.MAP_START: _map_start,
}
