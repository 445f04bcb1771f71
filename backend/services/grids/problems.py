"""What is wrong with a grid file, as data: kept with the version in both languages, told in one. Not here: finding it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from backend.domain.errors import DomainError
from grids.errors import GridFileError
from grids.model import Problem

# A file of 50,000 grids in the wrong datum has 50,000 faults of one kind: nobody reads on after so many.
MOST_TOLD = 5_000


def problem_data(problem: Problem) -> dict[str, Any]:
    """A problem as it is stored with its version."""
    return {
        "feature": problem.feature,
        "code": problem.code,
        "zh": problem.what_zh,
        "en": problem.what_en,
        "severity": problem.severity,
        "where": [round(part, 8) for part in problem.where] if problem.where else None,
        "amount_m2": round(problem.amount_m2, 3) if problem.amount_m2 is not None else None,
        "other_feature": problem.other_feature,
    }


def told(stored: Iterable[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
    """Stored problems for a reader of ``language`` ('zh' or 'en')."""
    return [
        {**{key: value for key, value in one.items() if key not in ("zh", "en")}, "message": one[language]}
        for one in stored
    ]


def refuse_errors(problems: Sequence[Problem], language: str) -> None:
    """Raise DomainError('grid_file_invalid') with every problem, errors first, if one of them is an error."""
    errors = [problem for problem in problems if problem.severity == "error"]
    if not errors:
        return
    listed = [*errors, *(problem for problem in problems if problem.severity != "error")][:MOST_TOLD]
    raise DomainError("grid_file_invalid", errors=told(map(problem_data, listed), language), count=len(errors))


def unreadable(error: GridFileError, language: str) -> DomainError:
    """The refusal of a file that cannot be read at all; its ``errors`` hold the reader's own stable code."""
    sentence = error.what_zh if language == "zh" else error.what_en
    if error.code == "file_too_large":
        return DomainError("payload_too_large", limit=error.params["limit"])
    return DomainError("grid_file_unreadable", errors=[{"code": error.code, "message": sentence}], reason=sentence)
