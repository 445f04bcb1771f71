"""How gunicorn serves the application; used by ``gridpatrol serve`` and by service managers alike. Settings: settings.py."""

import os
import shutil
import tempfile

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
# Where the workers count together (metrics.py); set before the application is imported, kept when this file is read again.
_COUNTS = "gridpatrol-counts-"
_counts = os.environ.get("PROMETHEUS_MULTIPROC_DIR") or tempfile.mkdtemp(prefix=_COUNTS, dir=worker_tmp_dir)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = _counts
proc_name = "gridpatrol"
control_socket_disable = True  # it would write into the home folder
errorlog = "-"
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "warning")
accesslog = None  # the application logs its requests itself, without names and tokens


def on_exit(_server: object) -> None:
    """The counts begin anew with the next start."""
    if os.path.basename(_counts).startswith(_COUNTS):  # noqa: PTH119 - a name only; a folder somebody else gave stays
        shutil.rmtree(_counts, ignore_errors=True)
