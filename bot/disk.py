"""How much room there is on the disk where data live, and how little is too little."""

from __future__ import annotations

import shutil
from pathlib import Path

MIB = 2**20
GIB = 2**30
# Soon there may be too little.
LOW = GIB
# Too little: SQLite's write-ahead log alone takes a few, and more while much is read.
FULL = 16 * MIB


def free(where: Path) -> int:
    """Bytes that this user may still write there, or where it would be made."""
    return shutil.disk_usage(existing_part(where)).free


def existing_part(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(folder for folder in (path, *path.parents) if folder.exists())
