"""Reading the dated data files shipped beside the rules, once per process. Not here: what the files mean."""

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import yaml

DATA: Traversable = resources.files("backend.domain") / "data"


class DataFileError(ValueError):
    """A shipped or imported data file breaks its own rules; ``problems`` names every fault with its place."""

    def __init__(self, name: str, problems: list[str]) -> None:
        super().__init__(f"{name}: " + "; ".join(problems))
        self.problems = problems


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML that refuses a key given twice: the second would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            key = str(self.construct_object(key_node))
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} given twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def parse_yaml(text: str) -> Any:
    """The data in ``text``, by the safe subset of YAML; a key given twice in one mapping is refused. Raises yaml.YAMLError."""
    loader = _UniqueKeyLoader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


@cache
def load_yaml(name: str) -> dict[str, Any]:
    """The parsed file ``name`` (a path below data/). The same object every time: read, never change it."""
    place = DATA
    for part in name.split("/"):
        place = place / part
    content = parse_yaml(place.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise DataFileError(name, ["the top of the file is not a mapping"])
    return content


def file_names(folder: str) -> tuple[str, ...]:
    """Names of the YAML files in a folder of data/, sorted, as taken by ``load_yaml``."""
    found = [f"{folder}/{entry.name}" for entry in (DATA / folder).iterdir() if entry.name.endswith(".yaml")]
    return tuple(sorted(found))
