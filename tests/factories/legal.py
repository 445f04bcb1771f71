"""Penalties, transfers to the police, and departments beside the shipped ones."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from backend.domain.ids import new_id
from backend.domain.vocabulary import CrimeTransferStatus, PenaltySource
from backend.persistence.models import CrimeTransfer, Department, DepartmentFunction, Penalty, Referral, User
from tests.conftest import NOW
from tests.factories.constants import DISTRICT, LONG_AGO, numbers

OFFICERS = [{"name": "张三", "certificate_no": "09010001"}, {"name": "李四", "certificate_no": "09010002"}]
PAPERS = [
    {"code": "transfer_letter", "document_no": "普卫移〔2026〕1号"},
    {"code": "investigation_report", "document_no": "普卫调〔2026〕1号"},
    {"code": "goods_list", "none_because": "无涉案物品"},
    {"code": "inspection_report", "document_no": "沪检〔2026〕8号"},
]


def make_department(session: Session, *functions: str, **values: Any) -> Department:
    """A department of the district that holds ``functions`` since long ago (they must be nobody else's)."""
    number = next(numbers)
    department = Department(
        **{
            "id": new_id(),
            "code": f"test.department{number}",
            "name": f"测试部门{number}",
            "name_en": f"Department {number}",
            "district_code": DISTRICT,
            "valid_from": LONG_AGO,
            "by_hand": True,
            **values,
        }
    )
    session.add(department)
    session.flush()
    session.add_all(
        DepartmentFunction(
            id=new_id(),
            department_id=department.id,
            function_code=function,
            district_code=DISTRICT,
            street_code=department.street_code,
            valid_from=department.valid_from,
            valid_to=department.valid_to,
            by_hand=True,
        )
        for function in functions
    )
    session.flush()
    return department


def make_penalty(session: Session, recorder: User, **values: Any) -> Penalty:
    """An imported penalty for practice by a non-physician, decided in March 2024."""
    penalty = Penalty(
        **{
            "id": new_id(),
            "subject_name": "王某",
            "kind": "non_physician_practice",
            "function_code": "medical_practice_supervision",
            "decided_on": date(2024, 3, 8),
            "document_no": f"普卫医罚〔2024〕{next(numbers)}号",
            "basis": [],
            "source": PenaltySource.IMPORTED,
            "recorded_at": NOW,
            "recorded_by": recorder.id,
            **values,
        }
    )
    session.add(penalty)
    session.flush()
    return penalty


def make_transfer(session: Session, referral: Referral, proposer: User, **values: Any) -> CrimeTransfer:
    """A transfer that ``proposer`` proposed just now."""
    transfer = CrimeTransfer(
        **{
            "id": new_id(),
            "referral_id": referral.id,
            "status": CrimeTransferStatus.PROPOSED,
            "version": 1,
            "grounds": ["two_penalties"],
            "report": "两次处罚后再次非法行医。",
            "officers": OFFICERS,
            "materials": PAPERS,
            "proposed_at": NOW,
            "proposed_by": proposer.id,
            "decide_due_at": NOW + timedelta(days=3),
            **values,
        }
    )
    session.add(transfer)
    session.flush()
    return transfer
