"""Every code has words in both languages, and every vocabulary list is usable by a phone."""

import json
from enum import StrEnum

import pytest

from backend.domain import vocabulary
from backend.domain.data_files import load_yaml
from backend.domain.labels import codes_of, enum_labels, label_of, labelled, office_lists, vocabulary_objects
from backend.domain.vocabulary import Category, Outcome, PhotoRole, Severity

ENUMS = [value for value in vars(vocabulary).values() if isinstance(value, type) and issubclass(value, StrEnum)]
ENUMS.remove(StrEnum)


@pytest.mark.parametrize("enum_class", ENUMS, ids=lambda e: e.__name__)
def test_every_value_has_words(enum_class):
    labels = enum_labels(enum_class)
    assert list(labels) == [str(value) for value in enum_class]
    assert all(label.zh.strip() and label.en.strip() for label in labels.values())
    texts = load_yaml("vocabulary.yaml")["enums"][enum_class.__name__]
    assert set(texts) == set(labels), "a label for a value that does not exist"
    assert [entry["code"] for entry in labelled(enum_class)] == list(labels)


def test_one_label():
    assert label_of(Category.WATER_VENDING).zh == "现制现售水"


def test_what_offices_use_is_no_list_of_phones():
    assert set(office_lists()) == {"penalty_kinds", "crime_grounds"}
    assert not set(office_lists()) & set(vocabulary_objects())


@pytest.mark.parametrize("name", [*vocabulary_objects(), *office_lists()])
def test_lists_are_whole(name):
    content = {**vocabulary_objects(), **office_lists()}[name]
    assert content["name"] == name
    assert content["version"] >= 1
    assert len(set(codes_of(name))) == len(content["items"]) > 0
    for entry in content["items"]:
        assert isinstance(entry["code"], str)
        assert entry["zh"].strip()
        assert entry["en"].strip()
    json.dumps(content, allow_nan=False)


def test_lists_agree_with_the_enums():
    for name, enum_class in (
        ("categories", Category), ("outcomes", Outcome), ("severities", Severity), ("photo_roles", PhotoRole),
    ):  # fmt: skip
        assert set(codes_of(name)) == {str(value) for value in enum_class}


def test_emergency_numbers_are_texts_and_the_duty_phone_is_the_districts_own():
    numbers = {entry["code"]: entry for entry in vocabulary_objects()["emergency_numbers"]["items"]}
    assert [numbers[code]["number"] for code in ("police", "ambulance", "fire")] == ["110", "120", "119"]
    assert numbers["health_duty"]["number"] is None
