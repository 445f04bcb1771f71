"""Lost phones: revoking a device and allowing it again. Not here: what a device told about itself (sync)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError
from backend.persistence.models import Device, LoginSession, User
from backend.persistence.queries.accounts import visible_to
from backend.services.accounts.endings import EndReason, end_sessions, note


def revoke_device(session: Session, actor: Actor, device_id: UUID, *, now: datetime) -> Device:
    """End the device's sessions at once and refuse it from now on. Repeatable. Raises not_found for a foreign device."""
    device = _device(session, actor, device_id, now)
    if device.revoked_at is None:
        device.revoked_at, device.revoked_by = now, actor.user_id
        end_sessions(
            session, actor, device.user_id, EndReason.DEVICE_REVOKED, LoginSession.device_id == device.id, now=now
        )
        note(session, actor, device.user_id, "device_revoked", now, {"device": str(device.id)})
        session.flush()
    return device


def restore_device(session: Session, actor: Actor, device_id: UUID, *, now: datetime) -> Device:
    """Let a revoked device that was found again be used; its user signs in anew. Raises not_found."""
    device = _device(session, actor, device_id, now)
    if device.revoked_at is not None:
        device.revoked_at = device.revoked_by = None
        note(session, actor, device.user_id, "device_restored", now, {"device": str(device.id)})
        session.flush()
    return device


def _device(session: Session, actor: Actor, device_id: UUID, now: datetime) -> Device:
    device = session.scalar(
        select(Device)
        .join(User, User.id == Device.user_id)
        .where(Device.id == device_id, visible_to(actor, local_day(now)))
        .with_for_update(of=Device, key_share=True)
        .execution_options(populate_existing=True)
    )
    if device is None:
        raise DomainError("not_found")
    return device
