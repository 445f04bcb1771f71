"""Opens the export store that the settings name: where the photos are, so that several machines work alike."""

import importlib

from backend.gateways.export_store.places import ExportStore, LocalExportStore
from backend.settings import PhotoPlace, Settings

# By name, and only when it is wanted: boto3 costs half a second and 25 MB in every process.
S3_MODULE = "backend.gateways.export_store.s3"


def open_export_store(settings: Settings) -> ExportStore:
    """The store of ``settings``. Talks to nobody yet."""
    if settings.photo_store is PhotoPlace.S3 and settings.s3 is not None:
        store: ExportStore = importlib.import_module(S3_MODULE).S3ExportStore(settings.s3)
        return store
    return LocalExportStore(settings.exports_dir)
