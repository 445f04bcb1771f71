"""Commands that show what is on this phone. None of them needs a network."""

import argparse
import json
from dataclasses import asdict

from gridpatrol_client.cli.finding import find_item
from gridpatrol_client.cli.words import Words
from gridpatrol_client.outbox import Item
from gridpatrol_client.phone import Phone
from gridpatrol_client.stamps import local_text


def tasks(phone: Phone, _asked: argparse.Namespace, words: Words) -> None:
    """The tasks held here, and steps that were recorded but not delivered."""
    held = phone.objects.of("task")
    if not held:
        print(words("no_tasks"))
    steps: dict[str, list[str]] = {}
    for item in phone.outbox.having("unsent"):
        if item.kind.startswith("task."):
            steps.setdefault(item.payload["task_id"], []).append(words.code("ItemKind", item.kind))
    for task_id, task in sorted(held.items(), key=lambda pair: pair[1].get("due_at") or "9999"):
        category = words.label(phone.objects, "categories", task.get("category"))
        due = words("due", due=local_text(task["due_at"])) if task.get("due_at") else ""
        pending = words("pending_step", steps=", ".join(steps[task_id])) if task_id in steps else ""
        print(f"{task.get('code')}  {words.code('TaskStatus', task.get('status'))}{pending}  {task.get('title')}")
        print("  " + " · ".join(part for part in (category, str(task.get("grid_code") or ""), due, task_id) if part))


def unsent(phone: Phone, _asked: argparse.Namespace, words: Words) -> None:
    """What is on this phone and nowhere else, and what each waits for."""
    items = phone.outbox.having("unsent", "stuck")
    photos = phone.album.having("waiting", "refused")
    if not items and not photos:
        print(words("all_uploaded"))
    for item in items:
        print(
            f"{local_text(item.recorded_at)}  {words.code('ItemKind', item.kind)}  {item.id}  {_reason(phone, item, words)}"
        )
    for photo in photos:
        size = f"{photo.bytes / 1000:.1f}"
        key = "wait_photo_resumes" if photo.upload_url else "wait_photo"
        refused = photo.state == "refused"
        why = words("refused", code=photo.code) if refused else words(key, part=size) + _noted(photo.code, words)
        print(f"{photo.sha256[:16]}  {why}")


def _reason(phone: Phone, item: Item, words: Words) -> str:
    if item.state == "stuck":
        return words("stuck", code=item.code)
    user = phone.account.user
    if user is None or item.owner != str(user["id"]):
        return words("wait_owner")
    ended = phone.account.ended
    waits = words("wait_sign_in", code=ended[0]) if ended else words("wait_network")
    return waits + _noted(item.code, words)


def _noted(code: str | None, words: Words) -> str:
    return words("noted", code=code) if code else ""


def reports(phone: Phone, _asked: argparse.Namespace, words: Words) -> None:
    """Own reports: those the server knows, and those only this phone knows."""
    held = phone.objects.of("report")
    items = [item for item in phone.outbox.having("unsent", "delivered", "stuck") if item.kind == "report.submit"]
    own = [item for item in items if item.payload["report_id"] not in held]
    if not held and not own:
        print(words("no_reports"))
    for report_id, report in held.items():
        parts = [
            words.label(phone.objects, "categories", report.get("category")),
            words.label(phone.objects, "outcomes", report.get("outcome")),
            words.code("ReportStatus", report.get("status")),
            words("report_photos", here=report.get("photos_here"), expected=report.get("photos_expected")),
            " ".join(report.get("flags") or []),
        ]
        print(f"{local_text(report.get('captured_at'))}  {report_id}  " + " · ".join(part for part in parts if part))
        for referral in report.get("referrals") or []:
            department = words.label(phone.objects, "departments", referral.get("department"))
            role, status = (
                words.code("ReferralRole", referral.get("role")),
                words.code("ReferralStatus", referral.get("status")),
            )
            outcome = words.label(phone.objects, "handling_outcomes", referral.get("outcome"))
            print(words("referral", department=department, role=role, status=status, outcome=outcome).rstrip())
    for item in own:
        state = words.code("ItemResult", item.result) if item.state == "delivered" else words("on_phone_only")
        print(f"{local_text(item.recorded_at)}  {item.payload['report_id']}  {state}{_noted(item.code, words)}")


def receipt(phone: Phone, asked: argparse.Namespace, words: Words) -> None:
    """A receipt, verified anew with the keys this phone has seen."""
    item = find_item(phone, asked.id, words)
    if item.receipt is None:
        print(words("receipt_none"))
        return
    said = phone.proof(item.id)
    print(words("receipt_valid"))
    print(json.dumps({name: value for name, value in asdict(said).items() if name != "jws"}, indent=2))
    print(said.jws)
