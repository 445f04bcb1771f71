"""Jobs about exports: making one, letting old ones expire, taking up what a lost worker left.

Not here: what is in a file (services/exports), where it lies (gateways/export_store).
"""

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import structlog
from procrastinate import JobContext

from backend.api.exports.filters import wanted_of
from backend.api.state import State, current_state
from backend.domain.errors import DomainError
from backend.domain.exports import PULSE_SECONDS, PULSE_SHARE
from backend.gateways.export_store.places import FOLDER_MODE, MAKING
from backend.gateways.job_queue import EXPORT_QUEUE, MAKE_EXPORT
from backend.gateways.photo_store.disk import room
from backend.jobs.app import application_of, job_app
from backend.persistence.unit_of_work import reading, snapshot, unit_of_work
from backend.services import exports
from backend.services.exports import Made, Order

log = structlog.get_logger(__name__)
EXPIRE, REVIVE = "exports.expire", "exports.revive"
LEFTOVER_SECONDS = 24 * 3600  # much longer than any export takes


class _StopError(Exception):
    """Nobody wants this attempt any more: cancelled, or taken up by another worker."""


class _WorkerStopsError(Exception):
    """The worker was told to stop; the export is for another one."""


@job_app.task(name=MAKE_EXPORT, queue=EXPORT_QUEUE, pass_context=True)
def make_export(context: JobContext, export_id: str) -> None:
    """Make the file of one export. Repeating it begins anew, or does nothing where it is done."""
    with application_of(context).app_context():
        make(UUID(export_id), context.should_abort)


@job_app.periodic(cron="11 * * * *")
@job_app.task(name=EXPIRE, queue="housekeeping", queueing_lock=EXPIRE, pass_context=True)
def expire(context: JobContext, timestamp: int) -> None:
    """Delete files whose days are over, and what killed workers left behind."""
    with application_of(context).app_context():
        log.info("exports_expired", count=expire_files(), leftovers=clear_leftovers(), due=timestamp)


@job_app.periodic(cron="* * * * *")
@job_app.task(name=REVIVE, queue="housekeeping", queueing_lock=REVIVE, pass_context=True)
def revive(context: JobContext, timestamp: int) -> None:
    """Take up exports that lost their job; almost always there is none."""
    with application_of(context).app_context():
        now = current_state().gateways.clock.now()
        with unit_of_work() as session:
            found = exports.revive_lost(session, now=now)
        if found:
            log.warning("exports_taken_up", exports=[str(one) for one in found], due=timestamp)


def make(export_id: UUID, must_stop: Callable[[], bool] = lambda: False) -> None:
    """What the job does, inside an application context. ``must_stop``: whether the worker is about to end."""
    state = current_state()
    with unit_of_work() as session:
        order = exports.begin(session, export_id, now=state.gateways.clock.now())
    if order is None:
        return
    try:
        _make(state, order, must_stop)
    except _StopError:
        log.info("export_stopped", export=str(order.id))
    except _WorkerStopsError:
        with unit_of_work() as session:
            exports.put_back(session, order, now=state.gateways.clock.now())
    except DomainError as error:
        _fail(state, order, error.code)
    except Exception:
        log.exception("export_failed", export=str(order.id), kind=order.kind.value, format=order.format.value)
        _fail(state, order, "export_failed")


def expire_files() -> int:
    """What the job does, inside an application context; how many files it deleted."""
    state = current_state()
    count = 0
    while True:
        with unit_of_work() as session:
            names = exports.expire_old(session, now=state.gateways.clock.now())
        for name in names:
            state.gateways.exports.remove(name)
        count += len(names)
        if not names:
            return count


def clear_leftovers() -> int:
    """Delete files that belong to no export, and folders in which killed workers were making one; how many."""
    state = current_state()
    with reading() as session:
        names = [name for name in state.gateways.exports.names() if not exports.is_wanted(session, name)]
    for name in names:
        state.gateways.exports.remove(name)
    old = [path for path in _making(state).iterdir() if path.stat().st_mtime < time.time() - LEFTOVER_SECONDS]
    for path in old:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return len(names) + len(old)


def _make(state: State, order: Order, must_stop: Callable[[], bool]) -> None:
    store = state.gateways.exports
    with room(), tempfile.TemporaryDirectory(dir=_making(state), prefix="export-") as folder:
        made = _write(order, Path(folder), _Pulse(order, must_stop))
        size = store.put(order.name, made.path)
    with unit_of_work() as session:
        is_wanted = exports.finish(
            session, order, rows=made.rows, byte_count=size, notes=made.notes, permissions=made.permissions,
            days=state.settings.export_days, now=state.gateways.clock.now(),
        )  # fmt: skip
    if not is_wanted:
        store.remove(order.name)
        raise _StopError
    log.info("export_made", export=str(order.id), kind=order.kind.value, rows=made.rows, bytes=size)


def _write(order: Order, folder: Path, pulse: "_Pulse") -> Made:
    wanted = wanted_of(order.kind, order.filters, order.began_at)
    with snapshot() as session:
        return exports.write_file(session, order, wanted, folder, pulse)


def _fail(state: State, order: Order, code: str) -> None:
    with unit_of_work() as session:
        exports.fail(session, order, code, now=state.gateways.clock.now())


def _making(state: State) -> Path:
    folder = state.settings.exports_dir / MAKING
    folder.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    return folder


class _Pulse:
    """Tells how far it is, in a unit of work of its own beside the snapshot, at most every second or every 2 %."""

    def __init__(self, order: Order, must_stop: Callable[[], bool]) -> None:
        self._order, self._must_stop = order, must_stop
        self._told_at, self._told_rows = float("-inf"), 0

    def __call__(self, done: int, total: int) -> None:
        """Raises _StopError or _WorkerStopsError."""
        if self._must_stop():
            raise _WorkerStopsError
        late = time.monotonic() - self._told_at >= PULSE_SECONDS
        if not late and done < total and done - self._told_rows < max(1, total * PULSE_SHARE):
            return
        with unit_of_work() as session:
            goes_on = exports.tell_progress(session, self._order, done, total)
        if not goes_on:
            raise _StopError
        self._told_at, self._told_rows = time.monotonic(), done
