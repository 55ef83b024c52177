"""The folder of the embedded data, which one process owns at a time.

Apart from `knowledge.opening`: to find it taken needs none of the libraries that open what is in it.
"""

from __future__ import annotations

import errno
from pathlib import Path

from filelock import FileLock, Timeout

from knowledge.errors import AdminError

LOCK = "owner.lock"
ELSEWHERE = "set RAGTIME_HOME to another folder"
MAKE_WRITABLE = f"make it writable for this user, or {ELSEWHERE}"
ADVICE = {
    # No folder can be made there: in /proc, say.
    errno.ENOENT: f"no folder can be made there; {ELSEWHERE}",
    errno.EEXIST: f"a file is in its place; {ELSEWHERE}",
    errno.ENOTDIR: f"a file is in its place; {ELSEWHERE}",
    errno.ENOSPC: f"free some space on its disk, or {ELSEWHERE}",
    errno.EROFS: f"its disk can only be read; {ELSEWHERE}",
}


class HomeInUse(AdminError):
    """Another process owns this home."""


class HomeUnusable(AdminError):
    """The folder cannot be made or written to."""


def own(home: Path) -> FileLock:
    """Takes a home for this process, until the lock is released or the process ends.

    Chroma's embedded store is not safe for two processes, so whoever opens it holds this lock.

    Raises:
        HomeInUse: another process has it.
        HomeUnusable: it cannot be made or written to.
    """
    lock = FileLock(home / LOCK)
    make(home)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise HomeInUse(f"{home} is in use by another Ragtime process") from None
    except OSError as error:
        raise unusable(home, error) from None
    return lock


def make(home: Path) -> None:
    """Makes the folder where it is not there yet.

    Raises:
        HomeUnusable: it cannot be made.
    """
    try:
        # What people ask is in it. A home that is there already keeps the permissions that it was given.
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise unusable(home, error) from None


def unusable(home: Path, error: OSError) -> HomeUnusable:
    """What keeps a home from being used, and what to do."""
    reason = (error.strerror or str(error)).lower()
    return HomeUnusable(f"{home} cannot be used ({reason}): {ADVICE.get(error.errno or 0, MAKE_WRITABLE)}")
