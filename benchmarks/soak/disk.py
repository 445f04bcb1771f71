"""A small disk for photos, which can be filled. A tmpfs of its own, where root may mount one; else photos have the big disk."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BALLAST = "ballast"


@dataclass
class PhotoDisk:
    """The folder of the photos. ``kind`` says what it lies on: ``tmpfs`` or ``shared`` (then it cannot be filled)."""

    folder: Path
    kind: str

    @property
    def can_be_filled(self) -> bool:
        """Whether it is ours alone."""
        return self.kind == "tmpfs"

    def fill(self) -> None:
        """Leave not a byte."""
        with (self.folder / BALLAST).open("ab", buffering=0) as file, contextlib.suppress(OSError):
            free = os.statvfs(self.folder)
            os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize)
        with (self.folder / BALLAST).open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"\0" * 4096):
                pass

    def clear(self) -> None:
        """Give the room back."""
        (self.folder / BALLAST).unlink(missing_ok=True)

    def copy_to(self, target: Path) -> None:
        """What an operator does after ``db backup``. A photo that vanishes meanwhile was only staged."""
        target.mkdir()
        for path in sorted(self.folder.rglob("*")):
            copy = target / path.relative_to(self.folder)
            with contextlib.suppress(FileNotFoundError):
                if path.is_dir():
                    copy.mkdir(exist_ok=True)
                elif path.name != BALLAST:
                    shutil.copy2(path, copy)

    def replace_by(self, source: Path) -> None:
        """Put the copy back in place of what is here."""
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        shutil.copytree(source, self.folder, dirs_exist_ok=True)


@contextlib.contextmanager
def photo_disk(folder: Path, megabytes: int) -> Iterator[PhotoDisk]:
    """Mount a disk of so many megabytes at ``folder``, if that can be done."""
    folder.mkdir(parents=True, exist_ok=True)
    options = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "gridpatrol-soak", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(options, capture_output=True, check=False).returncode == 0
    try:
        yield PhotoDisk(folder, "tmpfs" if mounted else "shared")
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=False)
