"""The same scripts for tuspy and tus-js-client, both run through a relay that notes what passes."""

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from tusclient.client import TusClient

from tests import photos
from tests.clients.network import served
from tests.documents import CHECKOUT
from tests.tus_clients.conftest import Server
from tests.tus_clients.hand import PATH
from tests.tus_clients.relay import Answer, Relay

PIECE = 3000
OVERRIDE = "method in a header"
JS_SCRIPTS = ("whole", "pieces", "first bytes along", "resume", "give up", OVERRIDE)
# seeds of photos, so that no script finds its own sent already
FIRST_SEED = {"tuspy": 5100, "tus-js-client": 5200}


def _whole(client: TusClient, content: bytes) -> None:
    client.uploader(file_stream=io.BytesIO(content), metadata=_metadata(content)).upload()


def _pieces(client: TusClient, content: bytes) -> None:
    client.uploader(file_stream=io.BytesIO(content), metadata=_metadata(content), chunk_size=PIECE).upload()


def _checksum(client: TusClient, content: bytes) -> None:
    client.uploader(
        file_stream=io.BytesIO(content), metadata=_metadata(content), chunk_size=PIECE, upload_checksum=True
    ).upload()


def _resume(client: TusClient, content: bytes) -> None:
    first = client.uploader(file_stream=io.BytesIO(content), metadata=_metadata(content), chunk_size=PIECE)
    first.upload(stop_at=PIECE)
    second = client.uploader(file_stream=io.BytesIO(content), url=first.url, chunk_size=PIECE)
    assert second.offset == PIECE
    second.upload()


PY_SCRIPTS: dict[str, Callable[[TusClient, bytes], None]] = {
    "whole": _whole, "pieces": _pieces, "checksum": _checksum, "resume": _resume,
}  # fmt: skip


def run_tuspy(server: Server, script: str) -> list[Answer]:
    """What was answered to tuspy."""
    content = photos.jpeg(FIRST_SEED["tuspy"] + list(PY_SCRIPTS).index(script))
    relay = Relay(server.url, len(content))
    with served(relay) as url:
        PY_SCRIPTS[script](TusClient(url + PATH, headers=server.headers), content)
    return relay.answers


def run_tus_js(server: Server, script: str, folder: Path) -> list[Answer]:
    """What was answered to tus-js-client."""
    content = photos.jpeg(FIRST_SEED["tus-js-client"] + JS_SCRIPTS.index(script))
    file = folder / "photo.jpg"
    file.write_bytes(content)
    relay = Relay(server.url, len(content))
    with served(relay) as url:
        told = [script, url + PATH, str(file), json.dumps(server.headers), json.dumps(_metadata(content))]
        done = subprocess.run(
            ["node", CHECKOUT / "tests/tus_clients/client.mjs", *told], capture_output=True, text=True, check=False
        )
    # the reference knows no method in a header
    assert (done.returncode == 0) is (script != OVERRIDE or server.is_ours), done.stderr[-2000:]
    return relay.answers


def _metadata(content: bytes) -> dict[str, str]:
    return {"sha256": photos.sha256(content), "mime": "image/jpeg"}
