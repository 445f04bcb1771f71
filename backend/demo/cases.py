"""What the demo's workers find: one case per way the routing rules can go. Data, no logic.

Not here: the rules (domain/data/routing); they alone decide where a case goes.
"""

from dataclasses import dataclass, field

from backend.domain.vocabulary import Category

A, B, C = Category.ILLEGAL_PRACTICE, Category.UNLICENSED_BUSINESS, Category.WATER_VENDING


@dataclass(frozen=True, slots=True)
class Case:
    """A problem. ``trade`` names a kind of site of words.py, or None for something met on the way.

    ``findings`` are (item code, severity, note); ``roles`` the photos taken; ``call`` an emergency number that was rung.
    """

    trade: str | None
    category: Category
    findings: tuple[tuple[str, str, str], ...]
    attributes: dict[str, bool] = field(default_factory=dict)
    description: str = ""
    name: str = ""
    roles: tuple[str, ...] = ("panorama", "signboard", "licence")
    call: str | None = None


DETAIL = ("panorama", "signboard", "detail")
ALL_FOUR = ("panorama", "signboard", "licence", "detail")
UNLICENSED = {"has_licence": False, "has_business_licence": False, "needs_licence": True}
LICENSED = {"has_licence": True, "has_business_licence": True}
NO_HYGIENE_LICENCE = {"has_licence": False, "has_business_licence": True, "public_place": True, "needs_licence": True}

CASES: tuple[Case, ...] = (
    Case("clinic", A, (("A-01", "medium", "墙上未见执业许可证"),), {"has_licence": False}, "门口挂诊所招牌，柜台有药箱"),
    Case(None, A, (("A-01", "high", "无证无照"), ("A-03", "high", "可见牙椅与拔牙钳")), UNLICENSED,
         "居民楼底层，玻璃门后可见牙椅", "无名牙科", ALL_FOUR),
    Case("clinic", A, (("A-01", "medium", "许可证未上墙"), ("A-02", "low", "无公示牌")), LICENSED, "经营者称证在办公室"),
    Case("clinic", A, (("A-03", "high", "新增激光仪"),), LICENSED, "诊疗科目未见激光治疗", roles=DETAIL),
    Case(None, A, (("A-04", "emergency", "2 人正在输液"),), {**UNLICENSED, "practitioner_qualified": False},
         "出租屋内输液，已电话报告", "出租屋（无招牌）", call="120"),
    Case("clinic", A, (("A-05", "high", "散装注射剂"),), {"has_licence": False, "medicines_on_site": True},
         "柜台下有无标识注射剂", roles=ALL_FOUR),
    Case(None, A, (("A-06", "high", "垃圾桶内有针头"),), {"has_licence": False}, "后门垃圾桶", "小区垃圾房旁", DETAIL),
    Case(None, A, (("A-07", "medium", "电线杆张贴“祖传根治”"),), {"on_road": True}, "沿街十余张", "沿街小广告", DETAIL),
    Case("massage", A, (("A-07", "medium", "橱窗写“包治腰椎病”"),), {}, "店外灯箱广告", roles=DETAIL),
    Case("clinic", A, (("A-08", "medium", "公示医师与在场人员不符"),), LICENSED, "胸牌缺失"),
    Case("parlour", A, (("A-09", "high", "价目表有水光针、埋线"),), {"has_business_licence": True}, "二楼有操作床", roles=DETAIL),
    Case("massage", A, (("A-09", "high", "价目表有针刺、正骨"),), {"has_business_licence": True}, "牵引床两张", roles=DETAIL),
    Case("clinic", A, (("A-11", "high", "上次查处后重新开门"),), {"has_licence": False}, "与上次照片同一门面"),
    Case(None, A, (("A-12", "emergency", "一人过敏倒地，已送医"),), {"harm": True, "has_licence": False},
         "先拨 120，再记录", "某足浴店二楼", call="120"),
    Case(None, A, (), {}, "居民反映有人上门打针，未见固定场所", "楼组长反映", ("panorama", "other")),
    Case(None, A, (), {"touting": True}, "医院门口有人拉客看病", "医院北门", ("panorama", "other")),
    Case("barber", B, (("B-01", "medium", "营业执照未上墙"),), LICENSED, "店主称装修后未挂"),
    Case(None, B, (("B-01", "medium", "无照经营五金修理"),), {"has_business_licence": False, "needs_licence": False,
         "public_place": False}, "新开一周", "无名五金修理铺"),
    Case("barber", B, (("B-02", "medium", "卫生许可证过期"),), NO_HYGIENE_LICENCE, "证到期三个月"),
    Case("beauty", B, (("B-02", "medium", "未见卫生许可证"), ("B-04", "medium", "开业已半年")), NO_HYGIENE_LICENCE,
         "邻居称去年开业"),
    Case("beauty", B, (("B-13", "high", "店内注射玻尿酸广告"),), {"medicines_on_site": True, "has_business_licence": True},
         "海报写“微整形”", roles=DETAIL),
    Case("bath", B, (("B-07", "low", "检测结果未公示"), ("B-08", "low", "健康证公示不全")), LICENSED, "公示栏空白"),
    Case("lodging", B, (("B-11", "medium", "无特种行业许可"),), {"has_licence": False, "needs_licence": True}, "居民楼内日租"),
    Case("lodging", B, (("B-12", "high", "地下室隔出 8 间"),), {"has_business_licence": True}, "通道堆物", roles=DETAIL),
    Case("entertainment", B, (("B-11", "medium", "未见娱乐经营许可"),), {"needs_licence": True, "has_licence": False},
         "夜间营业"),
    Case("swimming", B, (("B-11", "medium", "未见高危体育许可"),), {"needs_licence": True, "has_licence": False}, "儿童班"),
    Case("food", B, (("B-11", "medium", "未见食品经营许可"),), {"has_licence": False, "needs_licence": True}, "堂食"),
    Case("pharmacy", B, (("B-11", "medium", "未见药品经营许可"),), {"has_licence": False, "needs_licence": True},
         "货架有处方药"),
    Case("food", B, (("B-09", "medium", "桌椅摆上人行道"),), {"has_business_licence": True, "on_road": True},
         "晚市跨门经营", roles=DETAIL),
    Case(None, B, (("B-09", "medium", "人行道设摊"),), {"has_business_licence": False, "on_road": True},
         "路口炒饭摊", "路口流动摊", DETAIL),
    Case(None, B, (("B-01", "medium", "经营业态不明"),), {"needs_licence": True, "has_licence": False, "public_place": False},
         "卷帘门半开，有人进出", "无招牌门面"),
    Case(None, B, (("B-01", "medium", "从事何业待查"),), {"needs_licence": True, "has_licence": False, "public_place": False},
         "二楼挂“工作室”", "某工作室"),
    Case(None, B, (("B-10", "low", "疏导点内设摊"),), {"designated_area": True, "exempt_trade": True},
         "在划定时段内", "疏导点菜摊", DETAIL),
    Case("water", C, (("C-01", "medium", "立于人行道中"),), {"on_road": True}, "占用盲道一侧", roles=ALL_FOUR),
    Case("water", C, (("C-01", "medium", "小区绿化边，业委会称未同意"),), {"in_residential_area": True},
         "居民反映", roles=ALL_FOUR),
    Case("water", C, (("C-02", "medium", "距垃圾房约 4 米"), ("C-03", "medium", "机底离地 5 厘米")), {},
         "地面积水", roles=DETAIL),
    Case("water", C, (("C-05", "high", "未公示批件"),), {}, "铭牌型号看不清", roles=ALL_FOUR),
    Case("water", C, (("C-07", "medium", "检测日期为两个月前"), ("C-08", "medium", "滤芯更换逾期")), {},
         "记录卡发黄", roles=ALL_FOUR),
    Case("water", C, (("C-12", "medium", "取水口防护门破损"),), {}, "合页脱落", roles=DETAIL),
    Case("water", C, (("C-13", "medium", "机身写“富氢养生”"),), {}, "贴纸宣传", roles=DETAIL),
    Case("water", C, (("C-14", "high", "电线私拉，接头裸露"),), {}, "雨棚下", roles=DETAIL),
    Case("water", C, (("C-16", "high", "出水发黄"),), {}, "未品尝", roles=DETAIL),
    Case("water", C, (("C-17", "emergency", "3 人称饮后腹泻"),), {"harm": True}, "已电话报告", roles=DETAIL, call="120"),
    Case("water", C, (("C-06", "medium", "无经营单位信息"),), {"has_business_licence": False}, "电话空号", roles=ALL_FOUR),
)  # fmt: skip
