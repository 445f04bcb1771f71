"""Signing in as whom an OpenID provider says somebody is. No account is made by itself. Not here: the provider (gateways)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.domain.accounts import Actor
from backend.domain.errors import DomainError
from backend.domain.second_factor import is_two_factor
from backend.gateways.keys import Keys
from backend.gateways.oidc import OidcIdentity
from backend.persistence.models import OidcBinding, User
from backend.services.accounts.codes import confirmed_factor, use_code
from backend.services.accounts.endings import note
from backend.services.accounts.guarding import check_not_locked, count_failure, forgive
from backend.services.accounts.values import WebSignedIn
from backend.services.accounts.web import open_web_session
from backend.settings import Settings

HOW = "oidc"


@dataclass(frozen=True, slots=True)
class CodeWanted:
    """The provider knows him, but his account has a second factor that the provider did not ask for."""

    user_id: UUID


def sign_in_oidc(
    session: Session, identity: OidcIdentity, *, former: str | None, keys: Keys, now: datetime, settings: Settings
) -> WebSignedIn | CodeWanted | DomainError:
    """Open a session in a browser for ``identity``; ``former`` as for sign_in_web. The account is the one bound to issuer and
    subject; else the active one that the claim names, which is bound now, once.

    Returned refusals: oidc_unknown_account, account_disabled.
    """
    user = _bound(session, identity) or _bind(session, identity, now)
    if user is None:
        return DomainError("oidc_unknown_account")
    if not user.is_active:
        return DomainError("account_disabled")
    trusts = settings.oidc is not None and settings.oidc.second_factor
    has_shown = trusts or is_two_factor(identity.amr)
    if not has_shown and confirmed_factor(session, user.id) is not None:
        return CodeWanted(user.id)
    return open_web_session(
        session, user, former=former, has_shown=has_shown, how=HOW, keys=keys, now=now, settings=settings
    )


def finish_oidc(
    session: Session,
    user_id: UUID,
    code: str,
    *,
    former: str | None,
    keys: Keys,
    now: datetime,
    settings: Settings,
) -> WebSignedIn | DomainError:
    """Open the session of whom sign_in_oidc wanted a code. Returned refusals: bad_code, account_locked, account_disabled, and
    oidc_state when there is no second factor any more."""
    user = session.get_one(User, user_id)
    refusal = check_not_locked(session, user, now)
    if refusal is not None:
        return refusal
    if not user.is_active:
        return DomainError("account_disabled")
    factor = confirmed_factor(session, user_id)
    if factor is None:
        return DomainError("oidc_state")
    if not use_code(session, factor, code, keys=keys, now=now):
        refusal = count_failure(session, None, user, now, "code_refused", "bad_code")
        session.flush()
        return refusal
    forgive(user)
    return open_web_session(
        session, user, former=former, has_shown=True, how=HOW, keys=keys, now=now, settings=settings
    )


def unbind_oidc(session: Session, actor: Actor, user_id: UUID, *, now: datetime) -> None:
    """Forget who a user is at every provider: the next who signs in there with his name is bound anew. Repeatable."""
    gone = session.scalars(
        delete(OidcBinding).where(OidcBinding.user_id == user_id).returning(OidcBinding.issuer)
    ).all()
    if gone:
        note(session, actor, user_id, "oidc_unbound", now, {"issuers": sorted(gone)})
    session.flush()


def _bound(session: Session, identity: OidcIdentity) -> User | None:
    return session.scalar(
        select(User)
        .join(OidcBinding, OidcBinding.user_id == User.id)
        .where(OidcBinding.issuer == identity.issuer, OidcBinding.subject == identity.subject)
    )


def _bind(session: Session, identity: OidcIdentity, now: datetime) -> User | None:
    """The active user whom the claim names, bound to ``identity``; None if there is none, or he is bound to somebody else."""
    if not identity.name:
        return None
    user = session.scalar(
        select(User)
        .where(User.username == identity.name.strip().lower(), User.is_active)
        .with_for_update(key_share=True)
    )
    if user is None:
        return None
    made = session.scalar(
        insert(OidcBinding)
        .values(user_id=user.id, issuer=identity.issuer, subject=identity.subject, bound_at=now)
        .on_conflict_do_nothing()
        .returning(OidcBinding.user_id)
    )
    if made is None:
        # bound already: to this very person by a sign-in beside this one, or to somebody else
        bound = _bound(session, identity)
        return bound if bound is not None and bound.id == user.id else None
    note(session, None, user.id, "oidc_bound", now, {"issuer": identity.issuer, "subject": identity.subject})
    return user
