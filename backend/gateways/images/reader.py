"""Asks the decoding child about one picture at a time; restarts it when a picture killed it or took too long."""

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from backend.domain.images import PhotoKind, photo_rules

CHILD = Path(__file__).with_name("decoder.py")
LINE_LIMIT = 64 * 1024
PREVIEW_LIMIT = 4 * 1024 * 1024
# Threads of the number libraries would only multiply the child's memory.
QUIET = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}


class UnreadablePhotoError(Exception):
    """A picture that could not be decoded; ``code`` says why: undecodable, too_many_pixels, too_slow, decoder_died …"""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What a decoded picture told: upright size in pixels, harmless EXIF values, 64-bit hash, JPEG preview."""

    width: int
    height: int
    exif: dict[str, Any]
    perceptual_hash: str | None
    preview: bytes


class _Child:
    """One decoding process, made when first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, question: dict[str, Any], content: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        with self._lock:
            process = self._running()
            watch = threading.Timer(seconds, process.kill)
            started = time.monotonic()
            watch.start()
            try:
                return _exchange(process, question, content)
            except (OSError, ValueError, EOFError, KeyError, AttributeError) as error:
                self._stop()
                slow = time.monotonic() - started >= seconds
                raise UnreadablePhotoError("too_slow" if slow else "decoder_died") from error
            finally:
                watch.cancel()

    def close(self) -> None:
        with self._lock:
            self._stop()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
                [sys.executable, "-I", str(CHILD)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={"PATH": os.environ.get("PATH", ""), **QUIET},
            )
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close(pipe)


def _close(pipe: IO[bytes]) -> None:
    with contextlib.suppress(BrokenPipeError):  # bytes for a child that is gone
        pipe.close()


def _exchange(
    process: subprocess.Popen[bytes], question: dict[str, Any], content: bytes
) -> tuple[dict[str, Any], bytes]:
    questions, answers = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
    questions.write(json.dumps(question).encode() + b"\n")
    questions.write(content)
    questions.flush()
    answer = json.loads(answers.readline(LINE_LIMIT))
    preview_bytes = answer.pop("preview_bytes")
    # a hostile picture may have taken the child over: its answer is believed no further than it is checked
    if not isinstance(preview_bytes, int) or not 0 <= preview_bytes <= PREVIEW_LIMIT:
        raise ValueError("an impossible preview")
    preview = answers.read(preview_bytes)
    if len(preview) < preview_bytes:
        raise EOFError("the child ended within its answer")
    return answer, preview


_child = _Child()
atexit.register(_child.close)


def read_photo(content: BinaryIO, byte_count: int, kind: PhotoKind) -> PhotoFacts:
    """Decode ``byte_count`` bytes of ``content`` as ``kind``; pictures are taken one by one in each process.

    Raises UnreadablePhotoError; a picture that kills or stalls the decoder costs that picture alone.
    """
    rules = photo_rules()
    question = {
        "bytes": byte_count,
        "kind": kind.value,
        "max_pixels": rules.max_pixels_jpeg if kind is PhotoKind.JPEG else rules.max_pixels,
        "max_pixels_buffered": rules.max_pixels,
        "side": rules.preview_side_px,
        "seconds": rules.decode_seconds,
    }
    # all of it first: a store that fails in the middle is not the picture's fault, nor the child's
    held = content.read(byte_count)
    if len(held) < byte_count:
        raise UnreadablePhotoError("incomplete")
    answer, preview = _child.ask(question, held, rules.decode_seconds)
    if "error" in answer:
        raise UnreadablePhotoError(str(answer["error"]))
    return PhotoFacts(answer["width"], answer["height"], answer["exif"], answer["perceptual_hash"], preview)
