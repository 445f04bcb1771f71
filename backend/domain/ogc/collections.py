"""The collections and their attributes, from data/ogc.yaml. Not here: where their values come from (queries/ogc)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from backend.domain import vocabulary
from backend.domain.data_files import load_yaml
from backend.domain.errors import DomainError
from backend.domain.labels import enum_labels


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute. ``kind``: string, uuid, number, integer, boolean or datetime; ``choices``: the closed list of its values;
    ``label_of``: the attribute whose value it names in Chinese; ``time``: start, end or instant of the feature's time."""

    name: str
    zh: str
    en: str
    kind: str
    choices: type[StrEnum] | None
    label_of: str | None
    is_queryable: bool
    time: str | None

    def title(self, language: str) -> str:
        """Its name for people; ``language`` is 'zh' or 'en'."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection; ``permission`` is what reading it takes (domain/permissions)."""

    id: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    permission: str
    geometry: str
    fields: Mapping[str, Field]

    def title(self, language: str) -> str:
        """Its name for people; ``language`` is 'zh' or 'en'."""
        return self.zh if language == "zh" else self.en

    def about(self, language: str) -> str:
        """What it holds, in a sentence."""
        return self.about_zh if language == "zh" else self.about_en

    @property
    def queryables(self) -> list[Field]:
        """The attributes one may ask for by their value."""
        return [field for field in self.fields.values() if field.is_queryable]


@cache
def collections() -> dict[str, Collection]:
    """Every collection by its id, in the order they are listed in."""
    return {name: _collection(name, row) for name, row in load_yaml("ogc.yaml")["collections"].items()}


def collection(collection_id: str) -> Collection:
    """One collection. Raises DomainError('not_found')."""
    found = collections().get(collection_id)
    if found is None:
        raise DomainError("not_found")
    return found


def with_labels(collection: Collection, values: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a feature in their order, with the Chinese words for its codes beside them."""
    return {name: _label(collection, field, values) if field.label_of else values[name]
            for name, field in collection.fields.items()}  # fmt: skip


def _label(collection: Collection, field: Field, values: Mapping[str, Any]) -> str | None:
    named = collection.fields[field.label_of or ""]
    value = values[named.name]
    return enum_labels(named.choices)[value].zh if value is not None and named.choices else None


def _collection(name: str, row: Mapping[str, Any]) -> Collection:
    fields = {code: _field(code, words) for code, words in row["fields"].items()}
    given = {key: row[key] for key in ("zh", "en", "about_zh", "about_en", "permission", "geometry")}
    return Collection(name, **given, fields=fields)


def _field(name: str, row: Mapping[str, Any]) -> Field:
    choices = getattr(vocabulary, row["enum"]) if "enum" in row else None
    return Field(
        name, row["zh"], row["en"], row.get("type", "string"), choices, row.get("label_of"), row.get("filter", False),
        row.get("time"),
    )  # fmt: skip
