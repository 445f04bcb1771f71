"""The job queue's application object, for the worker and whoever defers. Not here: any task (files beside this)."""

from collections.abc import Collection

from flask import Flask
from procrastinate import App, JobContext, PsycopgConnector

from backend.gateways.cluster import libpq_url
from backend.gateways.job_queue import EXPORT_QUEUE

# Every module that defines tasks; the worker imports them all.
TASK_MODULES = (
    "backend.jobs.accounts",
    "backend.jobs.alarms",
    "backend.jobs.clocks",
    "backend.jobs.departments",
    "backend.jobs.exports",
    "backend.jobs.grids",
    "backend.jobs.history",
    "backend.jobs.housekeeping",
    "backend.jobs.maps",
    "backend.jobs.media",
    "backend.jobs.rule_sets",
    "backend.jobs.sync",
    "backend.jobs.webhooks",
)
FLASK_APP = "flask_app"

job_app = App(
    # Nothing connects before a worker runs; services defer on the connection of their own unit of work.
    connector=PsycopgConnector(),
    import_paths=TASK_MODULES,
)


def work(
    flask_app: Flask, *, until_empty: bool = False, only: Collection[str] = (), without: Collection[str] = ()
) -> None:
    """Run jobs until SIGTERM or SIGINT, or with ``until_empty`` until none is left.

    Jobs find the application by ``application_of``; the queue is the one in the application's own database. ``only`` and
    ``without`` name queues: exports take minutes, and nothing else shall wait behind them.
    """
    address = libpq_url(flask_app.config["SQLALCHEMY_DATABASE_URI"])
    with job_app.replace_connector(PsycopgConnector(conninfo=address, min_size=1, max_size=4)) as running:
        running.run_worker(
            wait=not until_empty,
            queues=_queues(running, only, without),
            concurrency=1,  # jobs are blocking and use the processor; more workers, not more at once
            # an export looks whether it must stop and is taken up by another worker; other jobs are short and end
            shutdown_graceful_timeout=1 if set(only) == {EXPORT_QUEUE} else 20,
            additional_context={FLASK_APP: flask_app},
        )


def _queues(app: App, only: Collection[str], without: Collection[str]) -> list[str] | None:
    """The queues to be served; None: all, also those that nobody knows yet."""
    if only or not without:
        return sorted(only) or None
    app.perform_import_paths()
    return sorted({task.queue for task in app.tasks.values()} - set(without))


def application_of(context: JobContext) -> Flask:
    """The application a job works for; open its ``app_context()`` and a unit of work inside the job."""
    app = context.additional_context[FLASK_APP]
    if not isinstance(app, Flask):
        raise TypeError("the worker was started without an application")
    return app
