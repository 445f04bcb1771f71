"""Commands that record something. None of them needs a network; what they say is on the disk when they return."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from gridpatrol_client.cli.finding import BadInputError, find_task, read_answer, read_pairs, read_position
from gridpatrol_client.cli.words import Words
from gridpatrol_client.drafts import (
    Draft,
    Finding,
    NamedPhoto,
    ReportDraft,
    Site,
    amend_report,
    decline_task,
    emergency_call,
    propose_site,
    submit_report,
    task_step,
    withdraw_report,
)
from gridpatrol_client.errors import PhotoError
from gridpatrol_client.phone import Phone
from gridpatrol_client.stamps import now


def task(phone: Phone, asked: argparse.Namespace, words: Words) -> None:
    """A step of a task."""
    task_id = find_task(phone, asked.id, words)
    if asked.step == "decline":
        if not (asked.reason or "").strip():
            raise BadInputError(words("bad_value", value="--reason"))
        _record(phone, decline_task(task_id, asked.reason), words)
    else:
        _record(phone, task_step(task_id, asked.step), words)


def report(phone: Phone, asked: argparse.Namespace, words: Words) -> None:
    """What the worker saw."""
    task_id = find_task(phone, asked.task, words) if asked.task else None
    form = _form(phone, asked, task_id, words)
    site = Site(asked.site_id, asked.name, asked.address, asked.uscc, asked.uscc_missing)
    draft = submit_report(
        ReportDraft(
            category=asked.category,
            outcome=asked.outcome,
            captured_at=now(),
            form=form,
            task_id=task_id,
            position=read_position(asked.at, asked.datum, asked.source, words),
            site=site if site != Site() else None,
            answers={code: read_answer(value) for code, value in read_pairs(asked.answer, words).items()},
            findings=[_finding(phone, form[0], text, words) for text in asked.finding],
            attributes=_attributes(asked.attribute, words),
            description=asked.description,
            photos=_photos(phone, asked.photo, words),
        )
    )
    print(words("report_made", id=draft.report_id))
    _record(phone, draft, words)


def amend(phone: Phone, asked: argparse.Namespace, words: Words) -> None:
    """Words and photos added to a report."""
    _record(phone, amend_report(asked.id, asked.note, _photos(phone, asked.photo, words)), words)


def withdraw(phone: Phone, asked: argparse.Namespace, words: Words) -> None:
    """Take a report back."""
    _record(phone, withdraw_report(asked.id, asked.reason), words)


def site(phone: Phone, asked: argparse.Namespace, words: Words) -> None:
    """A premise found on the way."""
    position = read_position(asked.at, asked.datum, asked.source, words)
    _record(phone, propose_site(asked.name, asked.category, address=asked.address, position=position), words)


def call(phone: Phone, asked: argparse.Namespace, words: Words) -> None:
    """An emergency call that was made."""
    _record(phone, emergency_call(asked.number, now(), report_id=asked.report, note=asked.note), words)


def _record(phone: Phone, draft: Draft, words: Words) -> None:
    print(words("recorded", id=phone.record(draft).id))


def _form(phone: Phone, asked: argparse.Namespace, task_id: str | None, words: Words) -> tuple[str, int]:
    """The checklist that was filled in: the one named, the task's, or the category's that is on the phone."""
    if asked.form:
        code, _, version = asked.form.partition(":")
        if not (code and version.isdecimal()):
            raise BadInputError(words("bad_value", value=asked.form))
        return code, int(version)
    named = (phone.objects.get("task", task_id) or {}).get("form") if task_id else None
    held = [form for form in phone.objects.of("form").values() if form.get("category") == asked.category]
    form = named or (held[0] if held else None)
    if form is None:
        raise BadInputError(words("no_form"))
    return str(form["code"]), int(form["version"])


def _finding(phone: Phone, form_code: str, text: str, words: Words) -> Finding:
    code, _, rest = text.partition(":")
    severity, _, note = rest.partition(":")
    if not severity:
        items = (phone.objects.get("form", form_code) or {}).get("items", [])
        severity = next((entry.get("severity") or "" for entry in items if entry.get("code") == code), "")
    if not (code and severity):
        raise BadInputError(words("bad_value", value=text))
    return Finding(code, severity, note)


def _attributes(texts: Sequence[str], words: Words) -> dict[str, bool]:
    pairs = read_pairs(texts, words)
    wrong = [value for value in pairs.values() if value not in ("yes", "no")]
    if wrong:
        raise BadInputError(words("bad_value", value=wrong[0]))
    return {name: value == "yes" for name, value in pairs.items()}


def _photos(phone: Phone, texts: Sequence[str], words: Words) -> list[NamedPhoto]:
    photos = []
    for text in texts:
        role, sign, name = text.partition("=")
        path = Path(name if sign else text)
        try:
            file = phone.album.take_in(path.read_bytes())
        except (OSError, PhotoError) as error:
            raise BadInputError(words("bad_file", value=f"{path} ({error})")) from error
        # from a file, so it was not taken in the app: the contract wants that said
        photos.append(NamedPhoto(file, role if sign else "detail", None, "import"))
    return photos
