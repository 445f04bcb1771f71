"""Where the files of exports lie: in a folder, or beside the photos in an S3 service. Not here: what is in them."""

from backend.gateways.export_store.opening import open_export_store
from backend.gateways.export_store.places import ExportStore, LocalExportStore, NullExportStore

__all__ = ["ExportStore", "LocalExportStore", "NullExportStore", "open_export_store"]
