"""gridpatrol-phone as a person uses it, in both languages, against the real application."""

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from backend.persistence.models import Report, Task
from gridpatrol_client.cli.arguments import language_of, make_parser
from gridpatrol_client.cli.main import COMMANDS, main
from gridpatrol_client.cli.words import CODES, TEXTS, Words
from tests import photos
from tests.clients.conftest import PASSWORD
from tests.clients.network import Network, nothing
from tests.documents import CHECKOUT, blocks, read
from tests.scenarios.conftest import Field

CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Terminal:
    """Runs the command; keeps what it printed."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], language: str | None = "en") -> None:
        self._before = ["--data", str(folder), *(["--lang", language] if language else [])]
        self._capsys = capsys
        self.code = 0

    def __call__(self, *words: str) -> str:
        self._capsys.readouterr()
        self.code = main([*self._before, *words])
        shown = self._capsys.readouterr()
        # the application of these tests logs on the error stream; a log line is JSON
        return shown.out + "".join(line + "\n" for line in shown.err.splitlines() if not line.startswith("{"))


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("GRIDPATROL_PASSWORD", PASSWORD)
    return Terminal(tmp_path / "phone", capsys)


def test_a_working_day(field: Field, network: Network, terminal: Terminal, tmp_path: Path) -> None:
    (photo := tmp_path / "door.jpg").write_bytes(photos.jpeg(401))
    assert "Signed in: 测试员" in terminal("login", field.worker.username, "--server", network.url)
    assert "Everything is uploaded" in terminal("sync", "--verify")
    code = field.task.code
    assert code in terminal("tasks") and "Assigned" in terminal("tasks")
    for step in ("accept", "start"):
        assert "Recorded on this phone" in terminal("task", step, code)
    assert "(to be sent: Accept a task, Start a task)" in terminal("tasks")
    network.loses = lambda _method, _path: True
    said = terminal(
        *(
            "report",
            "--category",
            "illegal_practice",
            "--task",
            code,
            "--finding",
            "A-01",
            "--finding",
            "A-03:high:牙椅",
        ),
        *("--at", "121.402,31.242,8", "--attribute", "has_licence=no", "--answer", "A-01=yes", "--name", "某诊所"),
        *("--photo", f"signboard={photo}"),
    )
    report_id, item_id = re.findall(r"[0-9a-f-]{36}", said)
    assert report_id in terminal("reports") and "unsent" in terminal("reports")
    assert "Nothing is lost" in terminal("sync") and terminal.code == 3
    waiting = terminal("unsent")
    assert waiting.count("waits for a network") == 3 and "photo of" in waiting
    assert terminal("receipt", item_id[:30]) == "No receipt yet: not delivered.\n"
    network.loses = nothing
    terminal("task", "submit", code)
    said = terminal("sync", "--wait", "5")
    assert "Delivered: 4." in said and "Photos sent: 1" in said and "Everything is uploaded" in said
    assert terminal("unsent").startswith("Everything is uploaded")
    shown = terminal("reports")
    assert "photos 1/1" in shown and "→ " in shown and report_id in shown
    check_receipt_shown(terminal("receipt", item_id), field)
    check_what_is_stored(field, report_id)


def check_receipt_shown(shown: str, field: Field) -> None:
    assert shown.startswith("The receipt is valid")
    assert json.loads(shown[shown.index("{") : shown.index("}") + 1])["user"] == str(field.worker.id)


def check_what_is_stored(field: Field, report_id: str) -> None:
    stored = field.session.get(Report, report_id)
    assert stored is not None and [f["severity"] for f in stored.findings] == ["medium", "high"]
    assert stored.attributes == {"has_licence": False} and stored.task_id == field.task.id
    field.session.expire_all()
    assert field.session.get_one(Task, field.task.id).status == "submitted"
    assert stored.photos_here == 1


def test_later_words_and_going_home(field: Field, network: Network, terminal: Terminal) -> None:
    terminal("login", field.worker.username, "--server", network.url)
    terminal("sync")
    said = terminal("report", "--category", "illegal_practice", "--outcome", "no_problem")
    report_id = re.findall(r"[0-9a-f-]{36}", said)[0]
    for words in (("amend", report_id, "--note", "又见一人"), ("withdraw", report_id, "--reason", "误报"),
                  ("site", "小区售水机", "--category", "water_vending"), ("call", "120", "--report", report_id)):  # fmt: skip
        assert "Recorded" in terminal(*words)
    assert "Delivered: 5." in terminal("sync") and "Withdrawn" in terminal("reports")
    assert "Signed out" in terminal("logout")
    assert "login first" in terminal("sync") and terminal.code == 4


def test_wrong_input_is_told_and_records_nothing(field: Field, network: Network, terminal: Terminal) -> None:
    assert "login --server" in terminal("login", "x")
    terminal("login", field.worker.username, "--server", network.url)
    report = ("report", "--category", "illegal_practice")
    assert "No checklist" in terminal(*report)
    terminal("sync")
    for words in (
        ("task", "start", "T-nothing"), ("task", "decline", field.task.code), (*report, "--at", "here"),
        (*report, "--finding", "Z-99"), (*report, "--attribute", "harm=maybe"), (*report, "--photo", "nowhere.jpg"),
        (*report, "--form", "A"), (*report, "--answer", "A-01"), ("receipt", "0"),
    ):  # fmt: skip
        assert terminal(*words) and terminal.code == 1, words
    assert terminal("unsent") == "Everything is uploaded; there is a receipt for all of it.\n"


def test_chinese_is_what_it_speaks_unless_asked(
    field: Field, network: Network, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDPATROL_PASSWORD", "Wrong-password-1")
    monkeypatch.delenv("GRIDPATROL_LANG", raising=False)
    terminal = Terminal(tmp_path / "phone", capsys, None)
    refused = terminal("login", field.worker.username, "--server", network.url)
    assert refused.startswith("未成功（bad_credentials）") and CHINESE.search(refused.split("：", 1)[1])
    assert terminal("sync") == "还没有人登录，请先 login。\n" and terminal.code == 4
    assert "本机没有任务" in terminal("tasks")
    assert [language_of(argv) for argv in (["--lang=en"], ["--lang", "en", "sync"], ["sync"])] == ["en", "en", "zh"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_is_whole_and_of_one_language(
    language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    parser = make_parser(Words(language))
    pages = [parser.format_help()]
    for command in COMMANDS:
        with pytest.raises(SystemExit) as left:
            parser.parse_args([command, "--help"])
        assert left.value.code == 0
        pages.append(capsys.readouterr().out)
    assert all(bool(CHINESE.search(page)) is (language == "zh") for page in pages)
    assert all(command in pages[0] for command in COMMANDS)


def test_both_languages_say_the_same_with_the_same_values() -> None:
    for chinese, english in TEXTS.values():
        assert set(re.findall(r"\{(\w+)", chinese)) == set(re.findall(r"\{(\w+)", english))
        assert not CHINESE.search(english)


def test_words_for_codes_are_those_of_the_glossary() -> None:
    enums = yaml.safe_load(read("backend/domain/data/vocabulary.yaml"))["enums"]
    for sense, words in CODES.items():
        assert words == {code: (said["zh"], said["en"]) for code, said in enums[sense].items()}


def test_the_example_of_the_readme_runs(
    field: Field, network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [source] = blocks("clients/python/README.md", "python")
    for told, real in {
        "http://127.0.0.1:8000": network.url,
        "worker01": field.worker.username,
        "the password": PASSWORD,
    }.items():
        assert told in source
        source = source.replace(told, real)
    monkeypatch.chdir(tmp_path)
    exec(compile(source, "README.md", "exec"), {})
    assert capsys.readouterr().out.splitlines()[-1] == "True delivered"
    assert field.count(Report) == 1


def test_commands_shown_in_the_readme_exist() -> None:
    parser = make_parser(Words("en"))
    shown = "\n".join(blocks("clients/python/README.md", "bash")).replace("\\\n", " ")
    lines = [shlex.split(line)[1:] for line in shown.splitlines() if line.startswith("gridpatrol-phone ")]
    assert [parser.parse_args(line).command for line in lines] == [line[0] for line in lines] and len(lines) > 5


def test_parts_named_in_the_readme_exist() -> None:
    page = read("clients/python/README.md")
    code = "\n".join(path.read_text("utf-8") for path in (CHECKOUT / "clients/python/gridpatrol_client").glob("*.py"))
    named = re.findall(r"`(?:Syncer|Outbox|outbox)\.(\w+)`", page)
    assert len(named) > 8 and [name for name in named if not re.search(rf"\b{name}\b", code)] == []
