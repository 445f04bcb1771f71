"""Looking into pictures that strangers sent. Decoding happens in a child process that may be killed at no cost."""

from backend.gateways.images.reader import PhotoFacts, UnreadablePhotoError, read_photo

__all__ = ["PhotoFacts", "UnreadablePhotoError", "read_photo"]
