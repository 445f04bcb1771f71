"""The job queue's application object, for the worker and whoever defers. Not here: any task (files beside this)."""

from flask import Flask
from procrastinate import App, JobContext, PsycopgConnector

from backend.gateways.cluster import libpq_url

# Every module that defines tasks; the worker imports them all.
TASK_MODULES = (
    "backend.jobs.accounts",
    "backend.jobs.alarms",
    "backend.jobs.clocks",
    "backend.jobs.departments",
    "backend.jobs.grids",
    "backend.jobs.history",
    "backend.jobs.housekeeping",
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


def work(flask_app: Flask, *, until_empty: bool = False) -> None:
    """Run jobs until SIGTERM or SIGINT, or with ``until_empty`` until none is left.

    Jobs find the application by ``application_of``; the queue is the one in the application's own database.
    """
    address = libpq_url(flask_app.config["SQLALCHEMY_DATABASE_URI"])
    with job_app.replace_connector(PsycopgConnector(conninfo=address, min_size=1, max_size=4)) as running:
        running.run_worker(
            wait=not until_empty,
            concurrency=1,  # jobs are blocking and use the processor; more workers, not more at once
            shutdown_graceful_timeout=20,
            additional_context={FLASK_APP: flask_app},
        )


def application_of(context: JobContext) -> Flask:
    """The application a job works for; open its ``app_context()`` and a unit of work inside the job."""
    app = context.additional_context[FLASK_APP]
    if not isinstance(app, Flask):
        raise TypeError("the worker was started without an application")
    return app
