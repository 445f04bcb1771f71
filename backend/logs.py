"""Logs as JSON lines on stderr. No names, phone numbers, tokens or coordinates: callers log ids and codes."""

import logging
import sys

import orjson
import structlog


class _StderrLogger:
    """Writes one line at a time to whatever is the error stream now: print() costs more than making the line."""

    def msg(self, line: bytes) -> None:
        sys.stderr.write(line.decode() + "\n")
        sys.stderr.flush()

    log = debug = info = warning = error = critical = exception = msg


def configure_logs() -> None:
    """Set structlog up once; safe to call again."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # never the locals of a frame: they hold people's reports
            structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(serializer=orjson.dumps, default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_names: _StderrLogger(),
        cache_logger_on_first_use=True,
    )
