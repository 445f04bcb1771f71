"""Photos: uploads under way, bytes that arrived, who may see them, what was read from them.

Bytes are written first and rows after them: whatever is cut in between, the bytes are there to go on from.
Not here: HTTP and tus headers (api/uploads, api/media), where bytes lie (gateways/photo_store).
"""

from backend.services.media.access import VisibleMedia, make_preview, missing, visible_media
from backend.services.media.arrivals import examine_again, lock_keys, record_arrival, store_photo
from backend.services.media.examination import examine, flag_doubts
from backend.services.media.moving import Move
from backend.services.media.uploads import (
    BytesHere,
    UploadState,
    advance,
    create_upload,
    expired_uploads,
    find_upload,
    finish,
    known_uploads,
    look_at_bytes,
    publish,
    resume_upload,
    terminate,
)
from backend.services.media.verifying import BATCH, Inspection, KnownPhoto, photos_after, without_row

__all__ = [
    "BATCH",
    "BytesHere",
    "Inspection",
    "KnownPhoto",
    "Move",
    "UploadState",
    "VisibleMedia",
    "advance",
    "create_upload",
    "examine",
    "examine_again",
    "expired_uploads",
    "find_upload",
    "finish",
    "flag_doubts",
    "known_uploads",
    "lock_keys",
    "look_at_bytes",
    "make_preview",
    "missing",
    "photos_after",
    "publish",
    "record_arrival",
    "resume_upload",
    "store_photo",
    "terminate",
    "visible_media",
    "without_row",
]
