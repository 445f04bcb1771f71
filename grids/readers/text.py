"""Which encoding a file's text has, and words a human can read. No formats here."""

import codecs
from collections.abc import Iterable

# Shapefiles name their encoding in a .cpg file or in one byte of the DBF header (language driver id).
_LANGUAGE_DRIVERS = {0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "cp950", 0x78: "cp950"}


def name_encoding(declared: str) -> str | None:
    """Python's name of a .cpg file's encoding; None where it says nothing usable. GBK is read as its superset GB18030."""
    word = declared.strip().strip("\0\ufeff\"'").lower()
    if word.isdigit() or word.startswith(("cp", "ms")):
        digits = word.lstrip("cpms-")
        word = {"936": "gb18030", "54936": "gb18030", "65001": "utf-8", "20936": "gb18030"}.get(digits, "cp" + digits)
    if word in {"gbk", "gb2312", "gb18030", "euc-cn", "ansi", "oem", "cp936", "gb-2312"}:
        return "gb18030" if not word.startswith(("ansi", "oem")) else None
    try:
        return codecs.lookup(word).name if word else None
    except (LookupError, ValueError, UnicodeError):
        return None


def driver_encoding(language_driver: int) -> str | None:
    """The encoding that a DBF language driver byte stands for, where it settles the matter for Chinese text."""
    return _LANGUAGE_DRIVERS.get(language_driver)


def _decodes(samples: Iterable[bytes], encoding: str) -> bool:
    return all(_decode_cut(sample, encoding) is not None for sample in samples)


def _decode_cut(sample: bytes, encoding: str) -> str | None:
    """Decoded text, a last character that was cut off by a fixed width forgiven; None if it is another encoding."""
    try:
        # Not final: an unfinished character at the end is held back instead of being an error.
        return codecs.getincrementaldecoder(encoding)("strict").decode(sample, final=False)
    except (UnicodeDecodeError, LookupError):
        return None


def detect_encoding(samples: Iterable[bytes]) -> str | None:
    """utf-8 if all samples are that (plain ASCII too), else gb18030 if they are that, else None.

    UTF-8 first: Chinese GBK text is almost never valid UTF-8, while UTF-8 text often passes as GBK nonsense.
    """
    texts = [sample for sample in samples if not sample.isascii()]
    return next((encoding for encoding in ("utf-8", "gb18030") if _decodes(texts, encoding)), None)


def decode(sample: bytes, encoding: str) -> str:
    """Text of a fixed-width field: padding stripped, a character cut at the end dropped, wrong bytes shown as �."""
    stripped = sample.rstrip(b" \0").lstrip(b" ")
    text = _decode_cut(stripped, encoding)
    return (text if text is not None else stripped.decode(encoding, "replace")).strip()
