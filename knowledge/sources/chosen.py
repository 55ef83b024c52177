"""Which parts of the folder people name, by paths as they write them."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path

from knowledge.errors import AdminError


class NotInFolder(AdminError):
    """What was named is not in the folder of documents; the message says what to set."""


def chosen(root: Path, named: Sequence[str], here: Path) -> list[str]:
    """The paths within the folder `root` that are named, from `here` or from the folder itself.

    One that is not there may have been deleted: it is taken as a path from the folder. None at all are
    returned where the folder itself is named.

    Raises:
        NotInFolder: one lies elsewhere.
    """
    paths = [_path_within(root.resolve(), name, here) for name in named]
    return [] if "." in paths else paths


def is_within(path: str, places: Collection[str]) -> bool:
    """Whether a path is one of these places or lies below one; where none are named, all are meant."""
    return not places or any(path == place or path.startswith(f"{place}/") for place in places)


def _path_within(root: Path, name: str, here: Path) -> str:
    from_here, from_root = (Path(os.path.abspath(base / Path(name).expanduser())) for base in (here, root))
    # A link within the folder is a name of its own; one that leads into it is not.
    places = (from_here, from_here.resolve(), from_root)
    inside = [place for place in places if place.is_relative_to(root)]
    found = next((place for place in inside if place.exists()), None)
    if found is None and (from_here.exists() or not inside):
        folder = from_here if from_here.is_dir() else from_here.parent
        raise NotInFolder(
            f"{from_here} is not within RAGTIME_DOCS ({root}): to have that folder's documents instead, set "
            f"RAGTIME_DOCS={folder}"
        )
    return (found or inside[0]).relative_to(root).as_posix()
