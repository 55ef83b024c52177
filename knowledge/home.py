"""The folder of the embedded data, which one process owns at a time.

Apart from `knowledge.opening`: to find it taken needs none of the libraries that open what is in it.
"""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from knowledge.errors import AdminError

LOCK = "owner.lock"


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
        raise _unusable(home, error) from None
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
        raise _unusable(home, error) from None


def _unusable(home: Path, error: OSError) -> HomeUnusable:
    reason = (error.strerror or str(error)).lower()
    return HomeUnusable(
        f"{home} cannot be used ({reason}): make it writable, or set RAGTIME_HOME to another folder"
    )
