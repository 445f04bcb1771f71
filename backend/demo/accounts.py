"""Who is in the demo, and their one password. Not here: which grids they answer for (people.py)."""

import secrets
from dataclasses import dataclass

from backend.domain.vocabulary import Role
from backend.settings import Settings

KEPT_IN = "demo-password"
# No letters or digits that are taken for one another when read from a screen; no vowels, so that no words come about.
LETTERS = "bcdfghjkmnpqrstvwxz"
DIGITS = "23456789"


@dataclass(frozen=True, slots=True)
class Account:
    """One person beside the grid workers and the streets. ``departments`` are those he is an officer of."""

    username: str
    name: str
    about: str
    role: Role
    departments: tuple[str, ...] = ()


OFFICER = Role.DEPARTMENT_OFFICER
STREET_TEAM = "putuo.enforcement.{street}"  # stands for the teams of all streets
ACCOUNTS: tuple[Account, ...] = (
    Account("bureau", "沈研判", "区卫健委线索研判 · triage, verification", Role.BUREAU_TRIAGER),
    Account("health", "陆卫监", "区卫健委、区疾控局 · health and disease control", OFFICER, ("putuo.health", "putuo.cdc")),
    Account("market", "顾市监", "区市场监管局 · market supervision", OFFICER, ("putuo.market",)),
    Account(
        "chengguan", "程执法", "区城管执法局、各街镇执法队 · city and street enforcement", OFFICER,
        ("putuo.chengguan", STREET_TEAM),
    ),
    Account(
        "police", "方警官", "公安、检察、消防、交通 · police, procuratorate, fire, traffic", OFFICER,
        ("putuo.police", "putuo.procuratorate", "putuo.fire", "putuo.traffic"),
    ),
    Account(
        "partners", "何协办", "房管、绿化市容、生态、文旅、体育 · the other departments", OFFICER,
        ("putuo.housing", "putuo.greening", "putuo.ecology", "putuo.culture", "putuo.sports"),
    ),
    Account("cityops", "秦值守", "区城运中心 · city operations centre", Role.CITY_OPERATIONS, ("putuo.cityops",)),
    Account("admin", "管理员", "系统管理 · administrator", Role.ADMINISTRATOR),
    Account("auditor", "严审计", "审计，只读 · auditor, reads only", Role.AUDITOR),
)  # fmt: skip


def find_password(settings: Settings) -> str:
    """DEMO_PASSWORD where it is set; else one made by chance the first time and kept in VAR_DIR, readable by the owner."""
    if settings.demo_password:
        return settings.demo_password
    kept = settings.var_dir / KEPT_IN
    if kept.exists():
        return kept.read_text("utf-8").strip()
    password = "-".join(["Grid", _group(), _group(), _group()])
    kept.touch(mode=0o600)
    kept.write_text(password + "\n", encoding="utf-8")
    return password


def account_lines(password: str, workers: int, streets: int) -> list[str]:
    """What is shown to the person who loaded the demo."""
    rows = [
        (f"worker01 … worker{workers:02d}", "网格员 · grid workers"),
        (f"street01 … street{streets:02d}", "街镇协调员 · coordinators of the ten streets"),
        *((account.username, account.about) for account in ACCOUNTS),
    ]
    return [
        "Demo accounts (示例数据，非官方 · sample data, not official)",
        *(f"  {name:<22} {about}" for name, about in rows),
        f"  password of them all   {password}",
    ]


def _group() -> str:
    return "".join(secrets.choice(alphabet) for alphabet in (LETTERS, DIGITS, LETTERS, DIGITS))
