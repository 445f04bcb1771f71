"""The empty table that a planner fills in and sends to the import of tasks. Not here: reading it (importing.py)."""

from datetime import datetime
from typing import IO

from backend.domain.labels import Label, enum_labels, vocabulary_objects
from backend.domain.tabular import load_layout
from backend.domain.vocabulary import TaskKind
from backend.gateways.tables import TemplateColumn, write_template

# The column, its width in characters, and what to write there.
HINTS: dict[str, tuple[int, Label]] = {
    "grid_code": (
        18,
        Label("15 位网格编码；与场所编号至少填一项", "15 digits; give a grid or a site"),
    ),
    "site_code": (16, Label("场所台账中的编号", "The number in the register of sites")),
    "category": (16, Label("必填，从下拉列表选择", "Needed; choose from the list")),
    "kind": (14, Label("不填为日常巡查", "A daily patrol when empty")),
    "title": (28, Label("不填自动生成", "Made up when empty")),
    "starts_on": (12, Label("如 2026-12-01", "Such as 2026-12-01")),
    "due_at": (
        18,
        Label("如 2026-12-05 或 2026-12-05 17:00；只写日期即当日结束", "A day means its end"),
    ),
    "assignee": (16, Label("网格员的登录账号；不填则待派", "User name; unassigned when empty")),
    "instructions": (40, Label("给网格员的话", "What the worker should know")),
}


def write_task_template(file: IO[bytes], language: str, *, made_at: datetime) -> None:
    """An .xlsx with the headings the import knows, lists to choose from, and a note on each heading.

    ``language`` 'en' or anything else (Chinese); ``made_at`` is the naive local time of making.
    """
    is_english = language == "en"
    titles = load_layout("tasks").titles
    words = _choices(is_english)
    columns = [
        TemplateColumn(
            heading=name if is_english else titles[name],
            width=width,
            hint=hint.en if is_english else hint.zh,
            choices=words.get(name, ()),
        )
        for name, (width, hint) in HINTS.items()
    ]
    write_template(file, columns, title="tasks" if is_english else "巡查任务", made_at=made_at)


def _choices(is_english: bool) -> dict[str, tuple[str, ...]]:
    language = "en" if is_english else "zh"
    categories = vocabulary_objects()["categories"]["items"]
    return {
        "category": tuple(item[language] for item in categories),
        "kind": tuple(label.en if is_english else label.zh for label in enum_labels(TaskKind).values()),
    }
