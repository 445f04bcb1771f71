"""Reference R: the least a durable web service can do. One trivial Flask endpoint, one single-row insert per request.

Served by the same gunicorn with the same workers and threads, on the same durable database, in the same run.
"""

import os

from flask import Flask, request
from psycopg_pool import ConnectionPool

app = Flask(__name__)
_pool: list[ConnectionPool] = []


def pool() -> ConnectionPool:
    """One pool per worker process, opened after the fork."""
    if not _pool:
        _pool.append(ConnectionPool(os.environ["REFERENCE_DATABASE"], min_size=4, max_size=8, open=True))
    return _pool[0]


@app.post("/insert")
def insert() -> dict[str, str]:
    """Store the body's text and commit."""
    with pool().connection() as connection:
        connection.execute("INSERT INTO reference_rows (body) VALUES (%s)", (request.get_data(as_text=True),))
    return {"result": "stored"}


@app.get("/readyz")
def ready() -> dict[str, str]:
    """Says that it serves."""
    return {"status": "ready"}
