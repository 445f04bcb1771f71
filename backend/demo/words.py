"""Invented names of people, shops and streets for the demo, and how many there are of each kind. Data, no logic.

None is a real person or business; road names are ordinary ones. Not here: cases found at them (cases.py).
"""

from dataclasses import dataclass

from backend.domain.vocabulary import Category

SURNAMES = "王李张刘陈杨赵黄周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧"
GIVEN_NAMES = (
    "建华", "丽萍", "志强", "海燕", "国庆", "秀兰", "伟明", "晓红", "永平", "桂芳", "文斌", "雪梅", "立新", "玉珍", "俊杰",
    "美玲", "卫东", "春霞", "家骏", "慧敏", "振宇", "佳怡", "德明", "月琴", "宏亮", "静怡", "耀祖", "思远", "敏捷", "凤英",
)  # fmt: skip
ROADS = (
    "示例东路", "示例西路", "梧桐路", "银杏路", "香樟路", "桂花路", "石榴路", "海棠路", "腊梅路", "芙蓉路", "水杉路", "玉兰路",
)  # fmt: skip
SHOP_WORDS = (
    "康宁",
    "福安",
    "和顺",
    "永乐",
    "佳美",
    "金叶",
    "清泉",
    "春晖",
    "东升",
    "雅韵",
    "明珠",
    "同和",
    "百合",
    "吉祥",
    "晨光",
)


@dataclass(frozen=True, slots=True)
class Trade:
    """One kind of site: how many, what it is called, what its licence is, and what its photo shows."""

    key: str
    category: Category
    kind: str | None
    suffixes: tuple[str, ...]
    count: int
    licence_no: str | None
    scene: str


TRADES: tuple[Trade, ...] = (
    Trade("water", Category.WATER_VENDING, None, ("自动售水机",), 40, None, "water"),
    Trade(
        "clinic",
        Category.ILLEGAL_PRACTICE,
        None,
        ("诊所", "口腔诊所", "中医诊所", "门诊部"),
        30,
        "SYPT-ZS-{n:05d}",
        "clinic",
    ),
    Trade("massage", Category.ILLEGAL_PRACTICE, "massage", ("养生馆", "推拿馆"), 9, None, "shop"),
    Trade("parlour", Category.ILLEGAL_PRACTICE, "beauty", ("美肤中心",), 4, "SYPT-GW-{n:05d}", "shop"),
    Trade("beauty", Category.UNLICENSED_BUSINESS, "beauty", ("美容院", "美容会所"), 12, "SYPT-GW-{n:05d}", "shop"),
    Trade("barber", Category.UNLICENSED_BUSINESS, "barber", ("理发店", "美发沙龙"), 20, "SYPT-GW-{n:05d}", "barber"),
    Trade("lodging", Category.UNLICENSED_BUSINESS, "lodging", ("宾馆", "旅店", "民宿"), 14, "SYPT-GW-{n:05d}", "hotel"),
    Trade("bath", Category.UNLICENSED_BUSINESS, "bath", ("浴室",), 4, "SYPT-GW-{n:05d}", "shop"),
    Trade("food", Category.UNLICENSED_BUSINESS, "food", ("小吃店", "面馆"), 9, "SYPT-SP-{n:05d}", "shop"),
    Trade("pharmacy", Category.UNLICENSED_BUSINESS, "pharmacy", ("药房",), 3, "SYPT-YD-{n:05d}", "clinic"),
    Trade("swimming", Category.UNLICENSED_BUSINESS, "swimming", ("游泳馆",), 3, "SYPT-GW-{n:05d}", "hotel"),
    Trade("entertainment", Category.UNLICENSED_BUSINESS, "entertainment", ("歌厅",), 3, "SYPT-GW-{n:05d}", "hotel"),
)
WATER_OPERATORS = ("示例清源饮水有限公司", "示例沁园净水有限公司", "示例润泽水务服务有限公司")
WATER_MODELS = ("QY-600", "QY-800", "RZ-1200")
# Why a visit without a problem may still end otherwise, in a hundred: domain.md E says nearly all visits find nothing.
OUTCOMES_PER_HUNDRED = (("no_problem", 90), ("closed_door", 6), ("refused_entry", 2), ("not_found", 2))
