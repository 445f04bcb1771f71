"""Where photo bytes lie: a staging area for uploads, originals under their SHA-256, previews beside them.

Two places, one protocol: a file system (local.py) and an S3 service (s3.py).
Not here: which uploads exist and who may see a photo (services/media), what is in a picture (gateways/images).
"""

from backend.gateways.photo_store.local import LocalPhotoStore
from backend.gateways.photo_store.opening import open_photo_store
from backend.gateways.photo_store.protocol import PhotoStore, StoredFile, digest_of

__all__ = ["LocalPhotoStore", "PhotoStore", "StoredFile", "digest_of", "open_photo_store"]
