"""Opens the photo store that the settings name. Not here: what a store does."""

import importlib

from backend.gateways.photo_store.local import STAGING, LocalPhotoStore
from backend.gateways.photo_store.protocol import PhotoStore
from backend.settings import PhotoPlace, SettingError, Settings

# By name, and only when it is wanted: boto3 costs half a second and 25 MB in every process.
S3_MODULE = "backend.gateways.photo_store.s3"


def open_photo_store(settings: Settings, place: PhotoPlace | None = None) -> PhotoStore:
    """The store of ``settings``, or the one at ``place``. Talks to nobody yet. SettingError when it is not set up."""
    place = place or settings.photo_store
    if place is PhotoPlace.LOCAL:
        return LocalPhotoStore(settings.media_dir)
    if settings.s3 is None:
        raise SettingError("S3_BUCKET", "", "the bucket of the photos is wanted")
    store: PhotoStore = importlib.import_module(S3_MODULE).S3PhotoStore(settings.media_dir / STAGING, settings.s3)
    return store
