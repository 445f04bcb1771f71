"""Chinese and English words for every code, from data/vocabulary.yaml. Not here: sentences of errors (errors.py)."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from backend.domain.data_files import load_yaml


@dataclass(frozen=True, slots=True)
class Label:
    """One code's words."""

    zh: str
    en: str


@cache
def enum_labels(enum_class: type[StrEnum]) -> dict[str, Label]:
    """Label of each value of an enum of vocabulary.py, in the enum's order; KeyError if the data lacks one."""
    texts = load_yaml("vocabulary.yaml")["enums"][enum_class.__name__]
    return {str(value): Label(texts[str(value)]["zh"], texts[str(value)]["en"]) for value in enum_class}


def label_of(value: StrEnum) -> Label:
    """The label of one enum value."""
    return enum_labels(type(value))[str(value)]


def labelled(enum_class: type[StrEnum]) -> list[dict[str, str]]:
    """``[{"code", "zh", "en"}]`` for all values of an enum, in its order: the shape the API and phone read."""
    return [{"code": code, "zh": label.zh, "en": label.en} for code, label in enum_labels(enum_class).items()]


@cache
def all_labels() -> dict[str, list[dict[str, str]]]:
    """The words for every value of every closed list, by the list's name; entries as of ``labelled``."""
    return {
        name: [{"code": code, "zh": words["zh"], "en": words["en"]} for code, words in texts.items()]
        for name, texts in load_yaml("vocabulary.yaml")["enums"].items()
    }


@cache
def vocabulary_objects() -> dict[str, dict[str, Any]]:
    """The sync objects of type ``vocabulary``: name → ``{"name", "version", "items": [...]}``. Read, never change."""
    return {name: {"name": name, **content} for name, content in load_yaml("vocabulary.yaml")["lists"].items()}


@cache
def office_lists() -> dict[str, dict[str, Any]]:
    """The lists that no phone needs (what somebody was punished for, why a crime is suspected), shaped like those that do."""
    return {name: {"name": name, **content} for name, content in load_yaml("vocabulary.yaml")["office_lists"].items()}


def codes_of(list_name: str) -> tuple[str, ...]:
    """The codes of one list, of phones or offices, in order; KeyError for a list that does not exist."""
    lists = {**vocabulary_objects(), **office_lists()}
    return tuple(entry["code"] for entry in lists[list_name]["items"])
