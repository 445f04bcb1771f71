"""Photos for a fleet: real JPEGs, each different to the eye as well, most of a few KB, some up to 200 KB."""

import io
import random

import numpy as np
from PIL import Image

# (share, width, height, grain of noise, quality): few KB, tens of KB, up to 200 KB
SIZES = ((0.90, 200, 150, 0, 60), (0.08, 480, 360, 12, 75), (0.02, 800, 600, 20, 80))


def picture(chance: random.Random) -> bytes:
    """A picture of soft patches, with noise where it is to be large."""
    rng = np.random.default_rng(chance.getrandbits(64))
    _, width, height, grain, quality = chance.choices(SIZES, [size[0] for size in SIZES])[0]
    coarse = Image.fromarray(rng.integers(0, 255, (6, 8, 3), dtype=np.uint8))
    image = coarse.resize((width, height), Image.Resampling.BICUBIC)
    if grain:
        noise = rng.integers(-grain, grain, (height, width, 1), dtype=np.int16)
        image = Image.fromarray(np.clip(np.asarray(image).astype(np.int16) + noise, 0, 255).astype(np.uint8))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()
