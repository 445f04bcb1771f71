"""Uploads over a real connection: the tus client others wrote, connections that break, two writers at once."""

import io
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import requests
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from tusclient.client import TusClient
from tusclient.exceptions import TusUploadFailed
from werkzeug.serving import WSGIRequestHandler, make_server

from backend.domain.ids import new_id
from backend.domain.vocabulary import Role
from backend.gateways.photo_store import LocalPhotoStore
from backend.persistence.models import Media, Report, ReportPhoto
from backend.services.sync import SyncContext
from backend.services.sync.arrivals import Arrival, read_item
from backend.services.sync.known import hold_and_look
from tests import photos
from tests.conftest import NOW
from tests.factories import actor_of, make_report, make_user, token_for
from tests.phone import item, report_payload
from tests.tus import photo_row

BYTES = "application/offset+octet-stream"


class QuietHandler(WSGIRequestHandler):
    """HTTP/1.1 without lines on the error stream."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def address(live_app: Flask) -> Iterator[str]:
    """A real server on a free port of the loopback interface."""
    server = make_server("127.0.0.1", 0, live_app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def bearer(live_app: Flask, live_session: Session) -> dict[str, str]:
    """Headers of a signed-in worker."""
    token = token_for(live_app, live_session, make_user(live_session))
    live_session.commit()
    return {"Authorization": f"Bearer {token}"}


def tus(address: str, bearer: dict[str, str]) -> TusClient:
    return TusClient(f"{address}/api/v1/uploads", headers=bearer)


def fields(content: bytes) -> dict[str, str]:
    return {"sha256": photos.sha256(content), "mime": "image/jpeg"}


def stored(app: Flask, content: bytes) -> bool:
    store: LocalPhotoStore = app.extensions["gridpatrol"].gateways.photos
    return store.size(photos.sha256(content)) == len(content)


def test_tuspy_sends_a_photo_in_pieces(live_app: Flask, address: str, bearer: dict[str, str]) -> None:
    content = photos.jpeg(100, quality=95)
    uploader = tus(address, bearer).uploader(
        file_stream=io.BytesIO(content), chunk_size=4000, metadata=fields(content), upload_checksum=True
    )
    uploader.upload()
    assert uploader.offset == len(content)
    assert stored(live_app, content)
    sent = requests.get(f"{address}/api/v1/media/{photos.sha256(content)}", headers=bearer, timeout=30)
    assert sent.content == content


def test_tuspy_resumes_where_it_stopped(live_app: Flask, address: str, bearer: dict[str, str]) -> None:
    content = photos.jpeg(101, quality=95)
    first = tus(address, bearer).uploader(file_stream=io.BytesIO(content), chunk_size=3000, metadata=fields(content))
    first.upload(stop_at=6000)
    assert not stored(live_app, content)
    second = tus(address, bearer).uploader(file_stream=io.BytesIO(content), url=first.url, chunk_size=3000)
    assert second.offset == 6000
    second.upload()
    assert stored(live_app, content)


def test_tuspy_skips_a_known_photo_after_asking(live_app: Flask, address: str, bearer: dict[str, str]) -> None:
    content = photos.jpeg(102)
    client = tus(address, bearer)
    client.uploader(file_stream=io.BytesIO(content), metadata=fields(content)).upload()
    again = client.uploader(file_stream=io.BytesIO(content), metadata=fields(content), retries=1, retry_delay=0)
    again.upload()
    assert again.offset == len(content)


def test_tuspy_hears_that_it_sent_no_photo(address: str, bearer: dict[str, str]) -> None:
    uploader = tus(address, bearer).uploader(file_stream=io.BytesIO(photos.HTML), metadata=fields(photos.HTML))
    with pytest.raises(TusUploadFailed) as failure:
        uploader.upload()
    assert failure.value.status_code == 422
    assert b"not_a_photo" in failure.value.response_content


def create(address: str, bearer: dict[str, str], content: bytes) -> str:
    headers = {
        **bearer,
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(content)),
        "Upload-Metadata": photos.metadata(content),
    }
    answer = requests.post(f"{address}/api/v1/uploads", headers=headers, timeout=30)
    assert answer.status_code == 201
    return answer.headers["Location"]


def half_a_patch(address: str, bearer: dict[str, str], where: str, content: bytes, sent: int) -> socket.socket:
    """A connection on which ``sent`` bytes of the promised ones are under way."""
    place = urlsplit(address)
    assert place.hostname and place.port
    connection = socket.create_connection((place.hostname, place.port))
    head = (
        f"PATCH {where} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: {bearer['Authorization']}\r\n"
        f"Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: {BYTES}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    connection.sendall(head.encode() + content[:sent])
    return connection


def offset_of(address: str, bearer: dict[str, str], where: str) -> int:
    answer = requests.head(address + where, headers={**bearer, "Tus-Resumable": "1.0.0"}, timeout=30)
    return int(answer.headers["Upload-Offset"])


def send_rest(address: str, bearer: dict[str, str], where: str, content: bytes, offset: int) -> requests.Response:
    headers = {**bearer, "Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), "Content-Type": BYTES}
    return requests.patch(address + where, headers=headers, data=content[offset:], timeout=30)


def until(condition: object, seconds: float = 20) -> None:
    assert callable(condition)
    waited = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        waited.wait(0.05)
    raise AssertionError("it never came true")


def until_writing(app: Flask, where: str) -> None:
    """Until the server has taken the upload for the request under way: a probe before that could take it instead."""
    store: LocalPhotoStore = app.extensions["gridpatrol"].gateways.photos
    until((store.root / "staging" / f"{UUID(where.rsplit('/', 1)[1]).hex}.part").exists, 20)


def test_a_cut_connection_costs_nothing_that_arrived(live_app: Flask, address: str, bearer: dict[str, str]) -> None:
    content = photos.encode(photos.draw(103, (1600, 1200)), "PNG")
    assert len(content) > 300_000
    where = create(address, bearer, content)
    half_a_patch(address, bearer, where, content, 200_000).close()
    until(lambda: offset_of(address, bearer, where) == 200_000)
    assert send_rest(address, bearer, where, content, 200_000).status_code == 204
    assert stored(live_app, content)


def test_of_two_writers_at_once_one_is_told_to_wait(live_app: Flask, address: str, bearer: dict[str, str]) -> None:
    content = photos.jpeg(104, quality=95)
    where = create(address, bearer, content)
    with half_a_patch(address, bearer, where, content, 1000) as slow:
        until_writing(live_app, where)
        assert send_rest(address, bearer, where, content, 0).status_code == 423
        assert offset_of(address, bearer, where) == 0  # asking is allowed meanwhile
        slow.sendall(content[1000:])
        assert slow.recv(200).startswith(b"HTTP/1.1 204")
    assert stored(live_app, content)


def test_a_slow_upload_holds_no_transaction_open(
    live_app: Flask, live_session: Session, address: str, bearer: dict[str, str]
) -> None:
    content = photos.jpeg(105)
    where = create(address, bearer, content)
    horizon = select(
        func.pg_snapshot_xmin(func.pg_current_snapshot()) == func.pg_snapshot_xmax(func.pg_current_snapshot())
    )
    with half_a_patch(address, bearer, where, content, 100):
        until_writing(live_app, where)
        until(lambda: live_session.scalars(horizon).one())


def test_naming_and_arriving_at_the_same_moment_count_once(
    live_app: Flask, live_session: Session, address: str, bearer: dict[str, str]
) -> None:
    """The report's transaction is open while the upload completes: whoever commits second counts the photo."""
    content = photos.jpeg(106)
    where = create(address, bearer, content)
    author = make_user(live_session)
    named = {"sha256": photos.sha256(content), "bytes": len(content), "mime": "image/jpeg", "role": "detail"}
    submit = read_item(item("report.submit", report_payload(photos=[{**named, "taken_at": None, "source": "camera"}])))
    assert isinstance(submit, Arrival) and submit.fault is None
    context = SyncContext(actor_of(author, Role.GRID_WORKER), NOW, new_id(), 0)
    assert hold_and_look(live_session, context, [submit]).photos == set()
    report = make_report(live_session, author, photos_expected=1)
    live_session.add(photo_row(report, content))
    live_session.flush()
    answers: list[int] = []
    sender = threading.Thread(target=lambda: answers.append(send_rest(address, bearer, where, content, 0).status_code))
    sender.start()
    sender.join(0.5)
    assert answers == []  # it waits for the report's transaction
    live_session.commit()
    sender.join(30)
    assert answers == [204]
    found = live_session.execute(
        select(Report.photos_here, ReportPhoto.arrived_at).join(ReportPhoto, ReportPhoto.report_id == Report.id)
    ).one()
    assert found[0] == 1
    assert found[1] is not None


def test_two_photos_of_one_report_arriving_at_once_are_both_counted(
    live_app: Flask, live_session: Session, address: str, bearer: dict[str, str]
) -> None:
    both = [photos.jpeg(seed) for seed in (107, 108)]
    report = make_report(live_session, make_user(live_session), photos_expected=2)
    live_session.add_all(photo_row(report, content, number) for number, content in enumerate(both))
    live_session.commit()
    places = [create(address, bearer, content) for content in both]
    # held here, so that both uploads stand before the report's row at the same time
    live_session.execute(select(Report.id).where(Report.id == report.id).with_for_update())
    senders = [
        threading.Thread(target=send_rest, args=(address, bearer, where, content, 0))
        for where, content in zip(places, both, strict=True)
    ]
    for sender in senders:
        sender.start()
    senders[0].join(0.5)
    live_session.rollback()
    for sender in senders:
        sender.join(30)
    assert live_session.scalars(select(Report.photos_here)).one() == 2
    assert live_session.scalars(select(func.count()).select_from(Media)).one() == 2
