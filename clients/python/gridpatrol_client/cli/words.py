"""What the command says, in Chinese and English. Words of vocabularies come from the server, with the objects."""

from typing import Any

from gridpatrol_client.objects import Objects

LANGUAGES = ("zh", "en")

# key: (Chinese, English)
TEXTS: dict[str, tuple[str, str]] = {
    "signed_in": ("已登录：{name}（{username}）", "Signed in: {name} ({username})"),
    "signed_out": ("已退出登录；未上报的内容仍保留在本机。", "Signed out; what is unsent stays on this phone."),
    "signed_out_offline": (
        "服务器不可达，仅在本机退出；未上报的内容仍保留。",
        "Signed out here only: no server; unsent items stay.",
    ),
    "password": ("密码：", "Password: "),
    "no_server": ("尚未设置服务器：请先 login --server 地址。", "No server yet: login --server URL first."),
    "recorded": ("已记录在本机，待上报：{id}", "Recorded on this phone, to be sent: {id}"),
    "report_made": ("上报编号：{id}", "Report: {id}"),
    "delivered": ("已送达 {count} 条。", "Delivered: {count}."),
    "answer": ("  {kind} {id}：{result}{more}", "  {kind} {id}: {result}{more}"),
    "refused_receipt": ("  回执无效，仍视为未送达：{id}", "  Receipt refused, still counted as unsent: {id}"),
    "changes": ("收到变更 {count} 项。", "Changes received: {count}."),
    "offered_again": (
        "服务器曾从备份恢复，重新上报 {count} 条。",
        "The server was restored from backup; offered again: {count}.",
    ),
    "started_over": (
        "与服务器不一致，已重新取全部内容。",
        "This phone and the server disagreed; everything was fetched anew.",
    ),
    "disagrees": (
        "重新取过后仍与服务器不一致，请报告此故障。",
        "Still another state than the server's: please report this fault.",
    ),
    "photos_sent": (
        "照片已送达 {sent} 张，服务器已有 {known} 张。",
        "Photos sent: {sent}; the server had {known} already.",
    ),
    "photo_refused": ("  照片未被接收：{sha256}", "  Photo refused: {sha256}"),
    "all_uploaded": ("全部已上报，均有回执。", "Everything is uploaded; there is a receipt for all of it."),
    "still_here": ("仍在本机：{items} 条，照片 {photos} 张。", "Still on this phone: {items} items, {photos} photos."),
    "waits": ("  {seconds:.0f} 秒后重试（{why}）", "  trying again in {seconds:.0f} s ({why})"),
    "no_tasks": ("本机没有任务。", "No tasks on this phone."),
    "no_reports": ("本机没有上报记录。", "No reports on this phone."),
    "due": ("截止 {due}", "due {due}"),
    "pending_step": ("（待上报：{steps}）", " (to be sent: {steps})"),
    "on_phone_only": ("仅在本机，未上报", "on this phone only, unsent"),
    "report_photos": ("照片 {here}/{expected}", "photos {here}/{expected}"),
    "referral": ("    → {department}（{role}）：{status} {outcome}", "    → {department} ({role}): {status} {outcome}"),
    "wait_network": ("等待网络", "waits for a network"),
    "wait_sign_in": ("等待重新登录（{code}）", "waits for signing in ({code})"),
    "wait_owner": ("等待记录者本人登录", "waits for the one who recorded it to sign in"),
    "wait_photo": ("照片 {part} KB，待上传", "photo of {part} KB, to be sent"),
    "wait_photo_resumes": ("照片 {part} KB，上传到一半，将续传", "photo of {part} KB, begun, will resume"),
    "stuck": (
        "服务器无法保存（{code}），已留存，请联系管理员",
        "the server cannot store it ({code}); kept, tell your coordinator",
    ),
    "refused": ("照片不会被接收（{code}）", "the photo will not be taken ({code})"),
    "noted": ("（上次：{code}）", " (last time: {code})"),
    "receipt_valid": ("回执有效，由服务器签名。", "The receipt is valid and signed by the server."),
    "receipt_none": ("尚无回执：未送达。", "No receipt yet: not delivered."),
    "no_such_item": ("本机没有这一条：{id}", "No such item on this phone: {id}"),
    "no_such_task": ("本机没有这项任务：{id}", "No such task on this phone: {id}"),
    "ambiguous": ("{id} 指向不止一项，请写得更长。", "{id} means more than one; write more of it."),
    "no_form": (
        "本机没有此类别的检查表，请先同步，或用 --form 编号:版本。",
        "No checklist of that category here: sync, or give --form CODE:VERSION.",
    ),
    "bad_value": ("看不懂：{value}", "This cannot be understood: {value}"),
    "bad_file": ("无法使用的照片文件：{value}", "No usable photo file: {value}"),
    "unreachable": (
        "连不上服务器（{code}）。未丢失任何内容，稍后再同步。",
        "The server cannot be reached ({code}). Nothing is lost; sync again later.",
    ),
    "try_later": (
        "服务器繁忙（{code}）。未丢失任何内容，稍后再同步。",
        "The server is busy ({code}). Nothing is lost; sync again later.",
    ),
    "session_ended": (
        "需要重新登录（{code}）。{detail}可继续记录，内容不会丢失。",
        "Please sign in again ({code}). {detail} Recording goes on, nothing is lost.",
    ),
    "nobody_signed_in": ("还没有人登录，请先 login。", "Nobody has signed in on this phone: login first."),
    "other_sync": ("另一个程序正在同步。", "Another program is syncing this folder."),
    "failed": ("未成功（{code}）：{detail}", "That failed ({code}): {detail}"),
}

# The words of the glossary for codes that come without a vocabulary; named as the glossary names them.
CODES: dict[str, dict[str, tuple[str, str]]] = {
    "ItemResult": {
        "accepted": ("已收妥", "Accepted"),
        "conflict": ("有冲突", "Conflict"),
        "quarantined": ("待修复", "Quarantined"),
        "rejected": ("未收", "Rejected"),
    },
    "ItemKind": {
        "report.submit": ("提交上报", "Submit a report"),
        "report.amend": ("补充上报", "Amend a report"),
        "report.withdraw": ("撤回上报", "Withdraw a report"),
        "task.accept": ("接受任务", "Accept a task"),
        "task.start": ("开始任务", "Start a task"),
        "task.submit": ("提交任务", "Submit a task"),
        "task.decline": ("退回任务", "Decline a task"),
        "site.propose": ("新增场所", "Propose a site"),
        "emergency.call": ("紧急电话记录", "Emergency call"),
    },
    "TaskStatus": {
        "planned": ("待下达", "Planned"),
        "assigned": ("已下达", "Assigned"),
        "accepted": ("已接受", "Accepted"),
        "in_progress": ("执行中", "In progress"),
        "submitted": ("已提交", "Submitted"),
        "done": ("已完成", "Done"),
        "declined": ("已退回", "Declined"),
        "cancelled": ("已取消", "Cancelled"),
    },
    "ReportStatus": {
        "recorded": ("已记录", "Recorded"),
        "referred": ("已通报", "Referred"),
        "closed": ("已办结", "Closed"),
        "withdrawn": ("已撤回", "Withdrawn"),
    },
    "ReferralRole": {
        "lead": ("主办", "Lead"),
        "co": ("协办", "Co-handling"),
    },
    "ReferralStatus": {
        "pending_triage": ("待定性", "Pending triage"),
        "routed": ("已派发", "Routed"),
        "accepted": ("已签收", "Accepted"),
        "returned": ("已退单", "Returned"),
        "handling": ("核查中", "Handling"),
        "handled": ("已反馈", "Handled"),
        "verifying": ("待核查", "Verifying"),
        "closed": ("已办结", "Closed"),
        "reopened": ("已重开", "Reopened"),
        "in_arbitration": ("待裁定", "In arbitration"),
        "merged": ("已并案", "Merged"),
    },
}


class Words:
    """Says things in one language."""

    def __init__(self, language: str) -> None:
        self._column = LANGUAGES.index(language)
        self.language = language

    def __call__(self, key: str, **values: Any) -> str:
        """A sentence of TEXTS."""
        return TEXTS[key][self._column].format(**values)

    def pick(self, chinese: str, english: str) -> str:
        """The one of the two."""
        return (chinese, english)[self._column]

    def code(self, sense: str, code: str | None) -> str:
        """The word for a code, in the sense of one of CODES; the code itself where there is none."""
        if code is None:
            return ""
        return CODES[sense][code][self._column] if code in CODES[sense] else code

    def label(self, objects: Objects, vocabulary: str, code: str | None) -> str:
        """The word that the server's vocabulary has for a code."""
        held = objects.get("vocabulary", vocabulary) or {"items": []}
        names = {entry.get("code"): entry.get(self.language) for entry in held["items"]}
        return names.get(code) or code or ""
