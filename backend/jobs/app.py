"""The job queue's application object, for the worker and whoever defers. Not here: any task (files beside this)."""

import os

from flask import Flask
from procrastinate import App, JobContext, PsycopgConnector

from backend.gateways.cluster import database_url, libpq_url
from backend.settings import load_settings

# Every module that defines tasks; the worker imports them all.
TASK_MODULES = ("backend.jobs.housekeeping",)
FLASK_APP = "flask_app"

job_app = App(
    # Nothing connects before a worker runs; services defer on the connection of their own unit of work.
    connector=PsycopgConnector(conninfo=libpq_url(database_url(load_settings(os.environ))), min_size=1, max_size=4),
    import_paths=TASK_MODULES,
)


def work(flask_app: Flask, *, until_empty: bool = False) -> None:
    """Run jobs until SIGTERM or SIGINT, or with ``until_empty`` until none is left.

    Jobs find the application by ``application_of``.
    """
    job_app.run_worker(
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
