"""How gunicorn serves the application; used by ``gridpatrol serve`` and by service managers alike. Settings: settings.py."""

import os

from backend.metrics_folder import prepare_folder, remove_folder
from backend.settings import load_settings

_settings = load_settings(os.environ)

wsgi_app = "backend.wsgi:app"
bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = _settings.web_workers
threads = _settings.web_threads
# Imported once, then forked: half the start time and memory. Database connections are made after the fork, on first use.
preload_app = True
timeout = 120  # an import of 50,000 grids is checked within the request
graceful_timeout = 15
keepalive = 75  # phones and nginx keep their connection between the calls of one synchronisation
backlog = 1024
max_requests = 20_000  # a slow leak in a native library never grows old
max_requests_jitter = 2_000
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - heartbeat files, unlinked at once
# Where the workers count together; before the application is imported.
_counts = prepare_folder(worker_tmp_dir)
proc_name = "gridpatrol"
control_socket_disable = True  # it would write into the home folder
errorlog = "-"
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "warning")
accesslog = None  # the application logs its requests itself, without names and tokens


def on_exit(_server: object) -> None:
    """The counts begin anew with the next start."""
    remove_folder(_counts)
