"""``python -m tests.record_session``: the reference client lives through a day on a live server.

Written for whoever writes a client; tests/scenarios/test_recorded_session.py plays it again and
fails when it is stale.
"""

import json
import os
import tempfile
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from backend.gateways.cluster import throwaway_cluster
from backend.persistence.database import db
from tests.clients.network import served
from tests.conftest import LIVE, TEMPLATE, make_application, make_template
from tests.recorded.names import Names
from tests.recorded.playing import RECORDING
from tests.recorded.story import live, populate
from tests.recorded.tape import Exchange, Tape

ABOUT = (
    "A session of the reference client (clients/python), recorded by python -m tests.record_session and played again by the "
    "tests. <…> stands for what differs each time: the same name is the same value everywhere, except <version>, which is any "
    "whole number. Bodies are shown unpacked, Upload-Metadata decoded, lists in forms and vocabularies cut to their first entry; "
    "an answer marked reply_is_lost never reached the phone. device_time is 0.123 s ahead of the server's clock."
)


def record(app: Flask, session: Session, folder: Path) -> list[Exchange]:
    """The day's exchanges, with stable names."""
    populate(app, session)
    tape = Tape(app)
    with served(tape) as url:
        live(tape, url, folder)
    hidden: list[Exchange] = Names().hide(tape.exchanges)
    return hidden


def main() -> None:
    """Record and write."""
    os.environ.setdefault("GRIDPATROL_TEST", "1")
    with throwaway_cluster() as cluster, tempfile.TemporaryDirectory() as name:
        make_template(cluster)
        cluster.create_database(LIVE, template=TEMPLATE)
        folder = Path(name)
        app = make_application(cluster.url(LIVE), folder / "server")
        with app.app_context():
            exchanges = record(app, db.session(), folder / "phone")
            for engine in db.engines.values():
                engine.dispose()
    text = json.dumps({"about": ABOUT, "exchanges": exchanges}, ensure_ascii=False, indent=1)
    RECORDING.write_text(text + "\n", "utf-8")
    print(f"written: {RECORDING}, {len(exchanges)} exchanges")


if __name__ == "__main__":
    main()
