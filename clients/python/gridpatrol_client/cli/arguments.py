"""The arguments of the command, explained in the language that was asked for."""

import argparse
import os
from pathlib import Path

from gridpatrol_client.cli.words import LANGUAGES, Words

STEPS = ("accept", "start", "submit", "decline")


def language_of(argv: list[str]) -> str:
    """The language before anything is parsed, since the help itself depends on it: --lang, GRIDPATROL_LANG, Chinese."""
    for index, word in enumerate(argv):
        value = word.partition("=")[2] if word.startswith("--lang=") else "".join(argv[index + 1 : index + 2])
        if word.partition("=")[0] == "--lang" and value in LANGUAGES:
            return value
    asked = os.environ.get("GRIDPATROL_LANG", "zh")
    return asked if asked in LANGUAGES else "zh"


class _Parser(argparse.ArgumentParser):
    """A parser whose own words follow the language too."""

    words = Words("zh")

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **{**options, "add_help": False})  # type: ignore[arg-type]  # passed on as they came
        self._positionals.title = self.words.pick("参数", "arguments")
        self._optionals.title = self.words.pick("选项", "options")
        self.add_argument("-h", "--help", action="help", help=self.words.pick("显示此帮助", "show this help"))

    def format_help(self) -> str:
        return super().format_help().replace("usage: ", self.words.pick("用法：", "usage: "), 1)


def make_parser(words: Words) -> argparse.ArgumentParser:
    """Everything the command takes."""
    _Parser.words = words
    pick = words.pick
    parser = _Parser(
        prog="gridpatrol-phone",
        description=pick(
            "网格巡查手机端（命令行）。先记录、后同步：没有网络也能记录，同步可随时中断、重复，不丢不重。",
            "A grid worker's phone at the terminal. Record first, sync later: recording needs no network,"
            " and a sync may be cut or repeated at any time without losing or doubling anything.",
        ),
        epilog=pick(
            "退出码：0 成功 · 1 未成功 · 2 用法有误 · 3 连不上服务器 · 4 需要重新登录",
            "Exit codes: 0 done · 1 failed · 2 wrong usage · 3 no server · 4 sign in again",
        ),
    )
    default = Path(os.environ.get("GRIDPATROL_PHONE") or Path.home() / ".gridpatrol-phone")
    parser.add_argument(
        "--data",
        type=Path,
        default=default,
        metavar=pick("文件夹", "FOLDER"),
        help=pick(
            "数据文件夹（默认 GRIDPATROL_PHONE 或 ~/.gridpatrol-phone）",
            "data folder (default: GRIDPATROL_PHONE or ~/.gridpatrol-phone)",
        ),
    )
    parser.add_argument("--lang", choices=LANGUAGES, default=words.language, help=pick("语言", "language"))
    commands = parser.add_subparsers(dest="command", required=True, metavar=pick("命令", "COMMAND"))
    commands.required = True
    _connecting(commands, words)
    _showing(commands, words)
    _recording(commands, words)
    _report(commands, words)
    return parser


def _connecting(commands: "argparse._SubParsersAction[_Parser]", words: Words) -> None:
    pick = words.pick
    login = commands.add_parser("login", help=pick("登录", "sign in"))
    login.add_argument("username", help=pick("账号", "account"))
    login.add_argument(
        "--server", help=pick("服务器地址，首次登录时必填", "address of the server; needed the first time")
    )
    login.add_argument(
        "--post-only",
        action=argparse.BooleanOptionalAction,
        default=None,
        help=pick("防火墙只放行 GET 与 POST 时使用", "for firewalls that pass GET and POST alone"),
    )
    login.epilog = pick(
        "密码从终端读取，或取自环境变量 GRIDPATROL_PASSWORD。",
        "The password is asked for, or taken from GRIDPATROL_PASSWORD.",
    )
    commands.add_parser("logout", help=pick("退出登录（未上报的内容保留）", "sign out (what is unsent stays)"))
    sync = commands.add_parser("sync", help=pick("同步：先数据，后照片", "sync: data first, then photos"))
    sync.add_argument(
        "--verify",
        action="store_true",
        help=pick("核对本机与服务器是否一致", "check that this phone and the server agree"),
    )
    sync.add_argument("--no-photos", action="store_true", help=pick("暂不传照片", "leave the photos for later"))
    sync.add_argument(
        "--wait",
        type=float,
        default=0,
        metavar=pick("秒", "SECONDS"),
        help=pick("连不上时，最多等这么久并重试", "keep trying that long when the server cannot be reached"),
    )


def _showing(commands: "argparse._SubParsersAction[_Parser]", words: Words) -> None:
    pick = words.pick
    commands.add_parser("tasks", help=pick("我的任务", "my tasks"))
    commands.add_parser(
        "unsent", help=pick("尚未送达的内容及其等待的原因", "what is not delivered, and what each waits for")
    )
    commands.add_parser("reports", help=pick("我的上报及办理情况", "my reports, and what became of them"))
    receipt = commands.add_parser("receipt", help=pick("出示并验证回执", "show and verify a receipt"))
    receipt.add_argument("id", help=pick("条目编号（可只写开头）", "id of the item (its beginning will do)"))


def _recording(commands: "argparse._SubParsersAction[_Parser]", words: Words) -> None:
    pick = words.pick
    task = commands.add_parser(
        "task", help=pick("任务：接受、开始、提交、退回", "accept, start, submit or decline a task")
    )
    task.add_argument("step", choices=STEPS, help=pick("步骤", "step"))
    task.add_argument("id", help=pick("任务编号或代码（可只写开头）", "id or code of the task (its beginning will do)"))
    task.add_argument(
        "--reason", help=pick("退回的原因（代码或文字），退回时必填", "why it is declined (code or words)")
    )
    amend = commands.add_parser("amend", help=pick("补充文字或照片", "add words or photos to a report"))
    amend.add_argument("id", help=pick("上报编号", "report"))
    amend.add_argument("--note", default="", help=pick("说明", "note"))
    _photo(amend, words)
    withdraw = commands.add_parser(
        "withdraw", help=pick("撤回上报（保留并标记）", "withdraw a report (kept and marked)")
    )
    withdraw.add_argument("id", help=pick("上报编号", "report"))
    withdraw.add_argument("--reason", required=True, help=pick("原因", "reason"))
    site = commands.add_parser("site", help=pick("登记途中发现的场所", "propose a premise found on the way"))
    site.add_argument("name", help=pick("名称", "name"))
    site.add_argument("--category", required=True, help=pick("类别", "category"))
    site.add_argument("--address", default="", help=pick("地址", "address"))
    _position(site, words)
    call = commands.add_parser(
        "call", help=pick("记录一次紧急呼叫（先拨打，再记录）", "record an emergency call (dial first)")
    )
    call.add_argument("number", help=pick("号码", "number"))
    call.add_argument("--report", help=pick("相关上报编号", "the report it belongs to"))
    call.add_argument("--note", default="", help=pick("说明", "note"))


def _report(commands: "argparse._SubParsersAction[_Parser]", words: Words) -> None:
    pick = words.pick
    report = commands.add_parser("report", help=pick("上报一次检查", "report what was seen"))
    add = report.add_argument
    add(
        "--category",
        required=True,
        help=pick(
            "类别：illegal_practice、unlicensed_business、water_vending",
            "illegal_practice, unlicensed_business or water_vending",
        ),
    )
    add(
        "--outcome",
        default="problem",
        help=pick(
            "结果：no_problem、problem（默认）、closed_door、refused_entry、not_found",
            "no_problem, problem (default), closed_door, refused_entry or not_found",
        ),
    )
    _checklist(report, words)
    _premise(report, words)
    add("--description", default="", help=pick("说明", "words"))
    _position(report, words)
    _photo(report, words)


def _checklist(report: argparse.ArgumentParser, words: Words) -> None:
    """What was found, answered and known."""
    pick, add = words.pick, report.add_argument
    add(
        "--finding",
        action="append",
        default=[],
        metavar="CODE[:SEVERITY[:NOTE]]",
        help=pick(
            "问题，如 A-01:high:未见许可证；可多次。不写程度则取检查表的",
            "a finding, as A-01:high:words; repeatable; without a severity the checklist's is taken",
        ),
    )
    add(
        "--answer",
        action="append",
        default=[],
        metavar="CODE=VALUE",
        help=pick(
            "检查表的回答：yes、no、数字或文字；可多次",
            "an answer to the checklist: yes, no, a number or words; repeatable",
        ),
    )
    add(
        "--attribute",
        action="append",
        default=[],
        metavar="NAME=yes|no",
        help=pick("情况，如 has_licence=no；不写即不清楚", "a fact, as has_licence=no; what is not given is not known"),
    )


def _premise(report: argparse.ArgumentParser, words: Words) -> None:
    """For which task, by which checklist, and where."""
    pick, add = words.pick, report.add_argument
    add("--task", help=pick("所属任务（编号或代码）", "the task it is made for (id or code)"))
    add(
        "--form",
        metavar="CODE:VERSION",
        help=pick("检查表；默认取任务或类别对应的", "checklist; by default the task's or category's"),
    )
    add("--site-id", help=pick("已登记场所的编号", "id of a registered premise"))
    add("--name", default="", help=pick("场所名称", "name of the premise"))
    add("--address", default="", help=pick("场所地址", "its address"))
    add("--uscc", help=pick("统一社会信用代码", "its unified social credit code"))
    add("--uscc-missing", metavar="CODE", help=pick("没有信用代码的原因", "why there is no such code"))


def _position(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument(
        "--at",
        metavar="LON,LAT[,METRES]",
        help=words.pick("位置：经度,纬度,精度（米）", "position: longitude,latitude,accuracy in metres"),
    )
    parser.add_argument(
        "--datum", default="wgs84", choices=["wgs84", "gcj02", "bd09", "cgcs2000"], help=words.pick("坐标系", "datum")
    )
    parser.add_argument(
        "--source",
        default="manual",
        choices=["gps", "network", "manual"],
        help=words.pick("定位来源", "where it comes from"),
    )


def _photo(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument(
        "--photo",
        action="append",
        default=[],
        metavar="[ROLE=]FILE",
        help=words.pick("照片文件，如 signboard=门头.jpg；可多次", "a photo, as signboard=door.jpg; repeatable"),
    )
