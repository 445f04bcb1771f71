"""Photos: uploads under way, bytes that arrived, who may see them, what was read from them.

Bytes are written first and rows after them: whatever is cut in between, the bytes are there to go on from.
Not here: HTTP and tus headers (api/uploads, api/media), where bytes lie (gateways/photo_store).
"""

from backend.services.media.access import VisibleMedia, make_preview, missing, visible_media
from backend.services.media.arrivals import examine_again, lock_keys, record_arrival, store_photo
from backend.services.media.examination import examine, flag_doubts
from backend.services.media.uploads import (
    UploadState,
    advance,
    create_upload,
    expired_uploads,
    finish,
    resume_upload,
    terminate,
)

__all__ = [
    "UploadState",
    "VisibleMedia",
    "advance",
    "create_upload",
    "examine",
    "examine_again",
    "expired_uploads",
    "finish",
    "flag_doubts",
    "lock_keys",
    "make_preview",
    "missing",
    "record_arrival",
    "resume_upload",
    "store_photo",
    "terminate",
    "visible_media",
]
