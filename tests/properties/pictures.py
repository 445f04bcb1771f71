"""The pictures of the property test: few, small, real, shared by all phones."""

from tests import photos

_CONTENTS = [photos.encode(photos.draw(900 + seed, (48, 32))) for seed in range(4)]
PICTURES: dict[str, bytes] = {photos.sha256(content): content for content in _CONTENTS}
