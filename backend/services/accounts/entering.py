"""Who signs in: name, password, and the code of whoever has a second factor. Not here: the session that follows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.domain.errors import DomainError
from backend.gateways.keys import Keys
from backend.persistence.models import User
from backend.services.accounts.codes import confirmed_factor, use_code
from backend.services.accounts.guarding import check_secret, count_failure, forgive
from backend.services.accounts.hashing import hash_password, is_outdated
from backend.settings import Settings


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who has shown that he is ``user``; ``has_shown``: by a second factor as well."""

    user: User
    has_shown: bool


def check_who_signs_in(
    session: Session,
    username: str,
    password: str,
    code: str | None,
    *,
    keys: Keys,
    now: datetime,
    settings: Settings,
) -> Known | DomainError:
    """The user of this name, if the password is his, and the code where he has a second factor; his row is locked then.

    Otherwise the refusal to be returned: bad_credentials (unknown user or wrong password, not told apart), account_locked,
    account_disabled, second_factor_needed (no code given) or bad_code.
    """
    user = session.scalar(select(User).where(User.username == username.strip().lower()))
    refusal = check_secret(session, None, user, password, now=now, settings=settings, forgives=False)
    if refusal is not None or user is None:
        session.flush()
        return refusal or DomainError("bad_credentials")
    if not user.is_active:
        return DomainError("account_disabled")
    factor = confirmed_factor(session, user.id)
    if factor is not None:
        if code is None:
            return DomainError("second_factor_needed")
        if not use_code(session, factor, code, keys=keys, now=now):
            refusal = count_failure(session, None, user, now, "code_refused", "bad_code")
            session.flush()
            return refusal
    forgive(user)
    if is_outdated(user.password_hash, settings):
        user.password_hash = hash_password(password, settings)
    return Known(user, factor is not None)
