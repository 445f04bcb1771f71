"""/tasks/proposals: who should take tasks, before anybody is told. Not here: giving them out (tasks.py)."""

from typing import Any

from flask_smorest import Blueprint

from backend.api.endpoint import Call, endpoint
from backend.api.schemas.proposals import ProposalsAskSchema, ProposalsSchema
from backend.domain.assignment import WhyNobody
from backend.domain.labels import label_of
from backend.services.tasks import Proposal, propose_workers

blueprint = Blueprint("proposals", __name__, url_prefix="/api/v1/tasks", description="Who should take tasks")
NOBODY = {
    WhyNobody.NO_RESPONSIBLE_WORKER: (
        "该网格今日无责任人，请先定员或指名。",
        "Nobody answers for that grid today; name a person.",
    ),
    WhyNobody.NO_SKILLED_WORKER: (
        "责任人均未登记该类技能，请指名。",
        "Nobody responsible is trained for that category; name a person.",
    ),
}  # fmt: skip
CLOSED = ("任务当前状态不能派发。", "The task cannot be given out as it stands.")
CHOSEN = ("{role}，具备该类技能，现有未完任务 {open} 件。", "{role} of the grid, trained for it, {open} open task(s).")
EXAMPLE = {
    "items": [
        {
            "task_id": "0199f1c2-5a00-7000-8000-000000000011", "code": "T20261120-0000A", "title": "日常巡查：示例诊所",
            "category": "illegal_practice", "grid_code": "310107005601001", "status": "planned", "version": 1,
            "action": "assign", "assignee_id": "0199f1c2-5a00-7000-8000-000000000002", "why_nobody": None,
            "reason_zh": "主责，具备该类技能，现有未完任务 2 件。",
            "reason_en": "Lead of the grid, trained for it, 2 open task(s).",
            "candidates": [
                {"id": "0199f1c2-5a00-7000-8000-000000000002", "name": "张伟", "role": "lead", "has_skill": True, "open_tasks": 2}
            ],
        }
    ]
}  # fmt: skip


@endpoint(
    blueprint,
    "/proposals",
    method="POST",
    permission="task.assign",
    summary="Who should take each of these tasks by responsibility, skill and load; nothing is given out",
    body=ProposalsAskSchema,
    answer=ProposalsSchema,
    problems=("not_found",),
    commits=False,
    example=EXAMPLE,
)
def propose(call: Call) -> dict[str, Any]:
    """What is proposed for one task counts as load for the next, so that a batch is spread evenly. To give them out send each
    assignee with the version seen to the bulk act."""
    found = propose_workers(call.session, call.actor, call.body["task_ids"], now=call.now)
    return {"items": [_shown(proposal) for proposal in found]}


def _shown(proposal: Proposal) -> dict[str, Any]:
    task, choice = proposal.task, proposal.choice
    zh, en = _reason(proposal)
    same = ("code", "title", "category", "grid_code", "status", "version")
    return {
        **{name: getattr(task, name) for name in same},
        "task_id": task.id,
        "action": proposal.action,
        "assignee_id": choice.user_id,
        "why_nobody": choice.why_nobody,
        "reason_zh": zh,
        "reason_en": en,
        "candidates": [
            {
                "id": named.candidate.user_id,
                "name": named.name,
                "role": named.candidate.role,
                "has_skill": named.candidate.has_skill,
                "open_tasks": named.candidate.open_tasks,
            }
            for named in proposal.candidates
        ],
    }


def _reason(proposal: Proposal) -> tuple[str, str]:
    choice = proposal.choice
    if choice.why_nobody is not None:
        return NOBODY[choice.why_nobody]
    if choice.role is None:
        return CLOSED
    chosen = next(one.candidate for one in proposal.candidates if one.candidate.user_id == choice.user_id)
    role = label_of(choice.role)
    zh, en = CHOSEN
    return zh.format(role=role.zh, open=chosen.open_tasks), en.format(role=role.en, open=chosen.open_tasks)
