"""Photos of 200 KB per second, each stored for good (tus, creation with upload, hashed, fsync), beside the bare disk."""

import hashlib
import os
import random
import struct
import time
from pathlib import Path
from typing import Any

from backend.gateways.cluster import PrivateCluster
from backend.gateways.keys import Keys
from benchmarks.load import drive, request_bytes
from benchmarks.phones import checked, populate
from benchmarks.stage import prepared_database, served
from tests import photos

BYTES = 200_000
COUNT, REPEATS = 300, 3
COMMENT_BYTES = 60_000  # of one JPEG comment segment, which holds at most 65,533


def run(cluster: PrivateCluster, folder: Path) -> dict[str, Any]:
    """Rates of photos through /uploads and of plain files of the same size, written and fsynced one after the other."""
    url = prepared_database(cluster, "bench_photos")
    _, phones = populate(url, Keys.load(folder / "keys"), loaded=0, light=8)
    environment = {"DATABASE_URL": url, "VAR_DIR": str(folder), "GUNICORN_LOG_LEVEL": "error"}
    chance = random.Random(7)
    rates, disk = [], [_disk_rate(folder)]
    with served("backend.wsgi:app", environment) as service:
        checked(drive(service.port, [_upload(phones[n % 8], _picture(chance)) for n in range(16)]))
        for _ in range(REPEATS):
            requests = [_upload(phones[n % 8], _picture(chance)) for n in range(COUNT)]
            rates.append(checked(drive(service.port, requests)).rate)
            disk.append(_disk_rate(folder))
    rate, base = sum(rates) / len(rates), sum(disk) / len(disk)
    return {
        "bytes": BYTES,
        "per_second": round(rate, 1),
        "files_per_second": round(base, 1),
        "ratio": round(rate / base, 3),
    }


def _picture(chance: random.Random) -> bytes:
    """A real JPEG of exactly BYTES, filled up with comments that no other has."""
    image = photos.jpeg(chance.randrange(1_000_000))
    filling = BYTES - len(image)
    pieces = []
    while filling > 0:
        size = min(filling, COMMENT_BYTES) if filling - COMMENT_BYTES not in range(1, 5) else COMMENT_BYTES - 8
        pieces.append(b"\xff\xfe" + struct.pack(">H", size - 2) + chance.randbytes(size - 4))
        filling -= size
    return image[:2] + b"".join(pieces) + image[2:]


def _upload(token: str, content: bytes) -> bytes:
    headers = {
        "Authorization": f"Bearer {token}",
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(content)),
        "Upload-Metadata": f"{photos.metadata(content)}",
    }
    kind = "application/offset+octet-stream"
    return request_bytes("localhost", "/api/v1/uploads", content, headers, kind=kind)


def _disk_rate(folder: Path) -> float:
    """Files of the same size per second: written, hashed, fsynced, renamed; nothing else."""
    content = random.Random(1).randbytes(BYTES)
    started = time.perf_counter()
    for number in range(COUNT // 3):
        part, whole = folder / f"disk-{number}.part", folder / f"disk-{number}"
        with part.open("wb") as file:
            file.write(content)
            hashlib.sha256(content).hexdigest()
            file.flush()
            os.fsync(file.fileno())
        part.rename(whole)
    seconds = time.perf_counter() - started
    for number in range(COUNT // 3):
        (folder / f"disk-{number}").unlink()
    return COUNT // 3 / seconds
