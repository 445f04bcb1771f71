"""The life of a transfer of a suspected crime to the police (行刑衔接, 国务院令310号) as a table, and the rules around it.

Not here: the numbers (data/crime.yaml by crime.py). A transfer lives beside its referral and never changes it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from backend.domain.calendar import local_day
from backend.domain.crime import Material, clocks_at, materials, may_become_transfer, officers_needed
from backend.domain.errors import DomainError
from backend.domain.labels import codes_of
from backend.domain.vocabulary import CrimeTransferAction, CrimeTransferStatus

S, A = CrimeTransferStatus, CrimeTransferAction

TRANSITIONS: dict[tuple[CrimeTransferStatus, CrimeTransferAction], CrimeTransferStatus] = {
    (S.PROPOSED, A.APPROVE): S.APPROVED,
    (S.PROPOSED, A.REFUSE): S.REFUSED,
    (S.APPROVED, A.HAND_OVER): S.HANDED_OVER,
    (S.HANDED_OVER, A.RECORD_FILED): S.FILED,
    (S.HANDED_OVER, A.RECORD_NOT_FILED): S.NOT_FILED,
    (S.NOT_FILED, A.REQUEST_RECONSIDERATION): S.RECONSIDERING,
    (S.RECONSIDERING, A.RECORD_FILED): S.FILED,
    (S.RECONSIDERING, A.RECORD_UPHELD): S.UPHELD,
    # 9条2款: the procuratorate may be asked without, and after, a reconsideration
    (S.NOT_FILED, A.INFORM_PROCURATORATE): S.PROCURATORATE_INFORMED,
    (S.UPHELD, A.INFORM_PROCURATORATE): S.PROCURATORATE_INFORMED,
    (S.PROCURATORATE_INFORMED, A.RECORD_FILED): S.FILED,
    (S.FILED, A.DELIVER_GOODS): S.COMPLETED,
    (S.NOT_FILED, A.END): S.ENDED,
    (S.UPHELD, A.END): S.ENDED,
    (S.PROCURATORATE_INFORMED, A.END): S.ENDED,
}

FINAL_STATUSES = frozenset({S.REFUSED, S.COMPLETED, S.ENDED})
OPEN_STATUSES = tuple(status for status in S if status not in FINAL_STATUSES)
# 5条: a refusal is filed with its reasons; whoever lets a case go says why.
REASON_NEEDED = frozenset({A.REFUSE, A.REQUEST_RECONSIDERATION, A.INFORM_PROCURATORATE, A.END})
MATERIALS_OPEN = frozenset({S.PROPOSED, S.APPROVED})  # afterwards the papers are with the police

# Which clock runs in a status, and the column that holds when it is due.
CLOCK_OF_STATUS: dict[CrimeTransferStatus, tuple[str, str]] = {
    S.PROPOSED: ("decide", "decide_due_at"),
    S.APPROVED: ("hand_over", "hand_over_due_at"),
    S.HANDED_OVER: ("answer", "answer_due_at"),
    S.NOT_FILED: ("reconsideration", "reconsideration_due_at"),
    S.RECONSIDERING: ("ruling", "ruling_due_at"),
    S.UPHELD: ("procuratorate", "procuratorate_due_at"),
    S.FILED: ("goods", "goods_due_at"),
}


def next_status(status: CrimeTransferStatus, action: CrimeTransferAction) -> CrimeTransferStatus:
    """The status after ``action``; raises DomainError('illegal_transition', status=, action=)."""
    try:
        return TRANSITIONS[status, action]
    except KeyError:
        raise DomainError("illegal_transition", status=str(status), action=str(action)) from None


def allowed_actions(status: CrimeTransferStatus) -> tuple[CrimeTransferAction, ...]:
    """Actions the life cycle allows in ``status``, in the order of the enum."""
    return tuple(action for action in CrimeTransferAction if (status, action) in TRANSITIONS)


def due_after(status: CrimeTransferStatus, moment: datetime) -> tuple[str, datetime] | None:
    """The column and the time until which what follows ``status``, entered at ``moment``, is to be done; None: no clock.

    The clocks are those in force on the day of ``moment``; they run day and night (国务院令310号 5, 8, 9, 12条).
    """
    clock = CLOCK_OF_STATUS.get(status)
    if clock is None:
        return None
    name, column = clock
    return column, moment + clocks_at(local_day(moment)).steps[name].length


def check_function(function_code: str) -> None:
    """Raise DomainError('transfer_of_other_function') unless the referral is the health authority's."""
    if not may_become_transfer(function_code):
        raise DomainError("transfer_of_other_function")


def check_proposal(grounds: Iterable[str], report: str, officers: Iterable[Mapping[str, Any]]) -> None:
    """A proposal names its grounds, reports in writing and names the officers, at least two different ones (5条).

    Raises 'unknown_code', 'grounds_needed', 'reason_required' and 'officers_needed'.
    """
    codes = list(grounds)
    if not codes:
        raise DomainError("grounds_needed")
    known = codes_of("crime_grounds")
    for code in codes:
        if code not in known:
            raise DomainError("unknown_code", list="crime_grounds", value=code)
    if not report.strip():
        raise DomainError("reason_required")
    # a certificate tells two people of one name apart
    people = {(officer["name"].strip(), officer.get("certificate_no") or "") for officer in officers}
    if len({person for person in people if person[0]}) < officers_needed():
        raise DomainError("officers_needed", count=officers_needed())


def check_decider(proposer_id: object, decider_id: object) -> None:
    """Raise DomainError('decider_is_proposer') if one person would decide what he proposed himself (5条)."""
    if proposer_id == decider_id:
        raise DomainError("decider_is_proposer")


def check_reason(action: CrimeTransferAction, reason: str | None) -> None:
    """Raise DomainError('reason_required') if ``action`` must be explained and ``reason`` is blank."""
    if action in REASON_NEEDED and not (reason or "").strip():
        raise DomainError("reason_required")


def check_materials(given: Iterable[Mapping[str, Any]]) -> None:
    """Every paper is one of 6条 and stands once; one that does not exist says why and is one a case can lack.

    Raises 'unknown_code', 'material_twice' and 'material_needed'. What is missing altogether is no fault yet.
    """
    known = {material.code: material for material in materials()}
    seen: set[str] = set()
    for paper in given:
        material = known.get(paper["code"])
        if material is None:
            raise DomainError("unknown_code", list="materials", value=paper["code"])
        if material.code in seen and material.code != "other":
            raise DomainError("material_twice", name=material.zh, name_en=material.en)
        seen.add(material.code)
        if not _is_there(material, paper):
            raise DomainError("material_needed", names=material.zh, names_en=material.en)


def missing_materials(given: Iterable[Mapping[str, Any]]) -> list[Material]:
    """The papers of 6条 that are not there yet, nor said not to exist."""
    papers = list(given)
    return [
        material
        for material in materials()
        if material.required
        and not any(paper["code"] == material.code and _is_there(material, paper) for paper in papers)
    ]


def check_complete(given: Iterable[Mapping[str, Any]]) -> None:
    """Raise DomainError('material_needed') while a paper of 6条 is missing."""
    missing = missing_materials(given)
    if missing:
        names, names_en = "、".join(m.zh for m in missing), ", ".join(m.en for m in missing)
        raise DomainError("material_needed", names=names, names_en=names_en)


def _is_there(material: Material, paper: Mapping[str, Any]) -> bool:
    if (paper.get("document_no") or "").strip():
        return True
    return material.may_be_none and bool((paper.get("none_because") or "").strip())
