"""What becomes of the demo's referrals: officers, bureau and operations centre act on them, each at a believable time.

Every act goes through services/referrals. Not here: how referrals come about (the rules).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from backend.demo.stage import Stage, office_time
from backend.domain.accounts import Actor
from backend.domain.referrals import FINAL_STATUSES
from backend.domain.vocabulary import Category, ReferralAction, ReferralStatus
from backend.persistence.models import Referral, Report
from backend.services.referrals import ActionDetails
from backend.services.review import act_on_referral

A = ReferralAction
HANDLED = (A.ACCEPT, A.START_HANDLING, A.HANDLE)
CLOSED = (*HANDLED, A.START_VERIFYING, A.CLOSE)
BUREAU_ACTS = frozenset({A.CONFIRM, A.MERGE, A.DISMISS, A.START_VERIFYING, A.CLOSE, A.REOPEN})
# How far a referral gets, in turn; the two weeks end before the last steps of some.
FATES: tuple[tuple[ReferralAction, ...], ...] = (
    CLOSED,
    (),
    HANDLED,
    CLOSED,
    (A.ACCEPT,),
    (A.RETURN,),
    CLOSED,
    (*HANDLED, A.START_VERIFYING),
    (*CLOSED, A.REOPEN),
    (A.ACCEPT, A.START_HANDLING),
    CLOSED,
    (A.RETURN, A.ROUTE, *CLOSED),
    (A.RETURN, A.ROUTE, A.RETURN),
    (A.ACCEPT, A.TRANSFER, *HANDLED),
    (A.MERGE,),
    (A.RETURN, A.ROUTE, A.RETURN, A.ARBITRATE, *CLOSED),
    CLOSED,
    (*CLOSED, A.REOPEN, A.START_HANDLING, A.HANDLE, A.START_VERIFYING, A.CLOSE),
)
TRIAGE_FATES: tuple[tuple[ReferralAction, ...], ...] = ((), (A.ROUTE, *CLOSED), (), (A.CONFIRM, *HANDLED), (A.DISMISS,))
OUTCOMES = {
    Category.ILLEGAL_PRACTICE: ("founded_case_filed", "founded_corrected_on_site", "unfounded"),
    Category.UNLICENSED_BUSINESS: (
        "guided_to_license",
        "founded_corrected_on_site",
        "founded_case_filed",
        "founded_persuaded",
    ),
    Category.WATER_VENDING: ("founded_corrected_on_site", "founded_persuaded", "founded_case_filed"),
}
NOTES = {
    "founded_case_filed": "现场核实属实，已立案调查",
    "founded_corrected_on_site": "现场核实属实，经营者当场整改",
    "founded_persuaded": "情况轻微，已劝导并书面告知",
    "guided_to_license": "已告知办证流程，限期补办",
    "unfounded": "现场核实，证照齐全，未见所述情形",
}
SAID = {
    A.REOPEN: ActionDetails(reason="回访发现同一情形再次出现"),
    A.DISMISS: ActionDetails(outcome_code="not_applicable", reason="属个人便民劳务，依法无须登记"),
    A.TRANSFER: ActionDetails(department="putuo.chengguan", reason="现场核查主要为占道，移送城管执法"),
    A.ARBITRATE: ActionDetails(
        department="putuo.market", reason="经会商，场所无照为主，由市场监管牵头", legal_basis="国务院令684号 6条"
    ),
}
# Whom a department proposes instead of itself.
PROPOSED = {"putuo.market": "putuo.health", "putuo.health": "putuo.market", "putuo.cdc": "putuo.health"}
ELSEWHERE = "putuo.chengguan"


class Casework:
    """Follows referrals from the moment the rules made them."""

    def __init__(self, stage: Stage, department_codes: dict[UUID, str]) -> None:
        self.stage, self.codes = stage, department_codes
        self._routed = self._pending = 0

    def follow(self, report_ids: Sequence[UUID], at: datetime) -> None:
        """Give every fresh referral of these reports its fate."""
        statement = (
            select(Referral.id, Referral.status, Referral.is_emergency)
            .join(Report, Report.id == Referral.report_id)
            .where(Referral.report_id.in_(report_ids))
            .order_by(Report.captured_at, Referral.report_seq, Referral.function_code)
        )
        for referral_id, status, is_emergency in self.stage.session.execute(statement).all():
            if status == ReferralStatus.PENDING_TRIAGE:
                fate = TRIAGE_FATES[self._pending % len(TRIAGE_FATES)]
                self._pending += 1
            else:
                fate = FATES[self._routed % len(FATES)]
                self._routed += 1
            number = self._pending * 1000 + self._routed
            self._next(referral_id, number, fate, 0, at, hasty=is_emergency)

    def _next(
        self, referral_id: UUID, number: int, fate: tuple[ReferralAction, ...], step: int, at: datetime, *, hasty: bool
    ) -> None:
        if step == len(fate):
            return
        chance = self.stage.chance("case", number, step)
        minutes = chance.randint(5, 40) if hasty and fate[step] is A.ACCEPT else chance.randint(30, 230)
        when = at + timedelta(minutes=minutes)

        def happen(now: datetime) -> None:
            self._do(referral_id, number, fate[step], now)
            self._next(referral_id, number, fate, step + 1, now, hasty=hasty)

        self.stage.diary.enter(when if hasty else office_time(when), happen)

    def _do(self, referral_id: UUID, number: int, action: ReferralAction, now: datetime) -> None:
        session = self.stage.session
        referral = session.get_one(Referral, referral_id)
        act_on_referral(
            session,
            self._who(referral, action, number),
            referral_id,
            action,
            self._details(referral, action, number),
            now=now,
        )

    def _who(self, referral: Referral, action: ReferralAction, number: int) -> Actor:
        actors = self.stage.actors
        if action is A.ROUTE:
            return actors["cityops" if number % 2 else "bureau"]
        if action is A.ARBITRATE:
            return actors["cityops"]
        if action in BUREAU_ACTS:
            return actors["bureau"]
        if referral.department_id is None:
            raise RuntimeError(f"referral {referral.id} has no department to {action}")
        return self.stage.officers[referral.department_id]

    def _details(self, referral: Referral, action: ReferralAction, number: int) -> ActionDetails:
        code = self.codes.get(referral.department_id) if referral.department_id else None
        if action is A.RETURN:
            return ActionDetails(
                return_code=("not_our_function", "insufficient_information", "already_handled")[number % 3],
                reason="经核对职责清单，建议由其他部门主办",
                proposed_department=PROPOSED.get(code or "", ELSEWHERE),
            )
        if action in SAID:
            return SAID[action]
        if action is A.MERGE:
            return ActionDetails(target=self._another(referral), reason="同一时段同类上报，并案办理")
        if action is A.ROUTE:
            return self._routing(referral)
        if action is A.HANDLE:
            outcomes = OUTCOMES[referral.category]
            outcome = outcomes[number % len(outcomes)]
            return ActionDetails(outcome_code=outcome, note=NOTES[outcome])
        notes = {
            A.ACCEPT: "已签收",
            A.START_HANDLING: "已安排两名执法人员现场核查",
            A.CLOSE: "核查照片与反馈一致，同意办结",
        }
        return ActionDetails(note=notes.get(action))

    def _another(self, referral: Referral) -> UUID | None:
        """An open case of the same category; there is always one, since the demo's workers report all day."""
        others = select(Referral.id).where(
            Referral.category == referral.category, Referral.id != referral.id, Referral.status.not_in(FINAL_STATUSES)
        )
        return self.stage.session.scalars(others.order_by(Referral.seq.desc()).limit(1)).first()

    def _routing(self, referral: Referral) -> ActionDetails:
        if referral.status == ReferralStatus.RETURNED:
            proposed = self.codes.get(referral.proposed_department_id) if referral.proposed_department_id else None
            return ActionDetails(department=proposed or ELSEWHERE, reason="按退单建议改派")
        return ActionDetails(department="putuo.market", reason="研判为无照经营，交市场监管核查")
