"""Files of exports on the S3 service of the photos, below a prefix of their own, so that every machine can hand them out."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from backend.domain.errors import DomainError
from backend.gateways.export_store.places import NAME, checked
from backend.gateways.photo_store.s3 import EXPORTS
from backend.gateways.photo_store.s3_bucket import Bucket


class S3ExportStore(Bucket):
    """``exports/<name>`` in the bucket; an ExportStore."""

    def put(self, name: str, made: Path) -> int:
        """Written in one request; a service that kept another length is not believed."""
        size = made.stat().st_size
        with made.open("rb") as file:
            self._call("put_object", Key=_key(name), Body=file, ContentType="application/octet-stream")
        if self._size(_key(name)) != size:
            self._refuse_liar("put_object")
        return size

    def open(self, name: str) -> BinaryIO:
        """Its bytes are fetched from where they are read."""
        size = self.size(name)
        if size is None:
            raise DomainError("not_found")
        return self._reader(_key(name), size)

    def size(self, name: str) -> int | None:
        """Its bytes."""
        return self._size(_key(name))

    def remove(self, name: str) -> None:
        """Deleted; a service says yes also where there was nothing."""
        self._call("delete_object", Key=_key(name))

    def names(self) -> Iterator[str]:
        """All below the prefix."""
        for found in self._objects(EXPORTS):
            name = found["Key"].removeprefix(EXPORTS)
            if NAME.fullmatch(name):
                yield name


def _key(name: str) -> str:
    return EXPORTS + checked(name)
