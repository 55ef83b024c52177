"""The folder of the embedded data: why it cannot be used is told with what to do about that."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from knowledge.embeddings.choice import local_embedder
from knowledge.home import HomeUnusable, unusable


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (errno.EACCES, "(permission denied): make it writable for this user, or set RAGTIME_HOME to another"),
        (
            errno.ENOENT,
            "(no such file or directory): no folder can be made there; set RAGTIME_HOME to another",
        ),
        (errno.ENOTDIR, "(not a directory): a file is in its place; set RAGTIME_HOME to another folder"),
        (
            errno.ENOSPC,
            "(no space left on device): free some space on its disk, or set RAGTIME_HOME to another",
        ),
        (
            errno.EROFS,
            "(read-only file system): its disk can only be read; set RAGTIME_HOME to another folder",
        ),
    ],
)
def test_what_to_do_depends_on_why_it_cannot_be_used(code: int, advice: str) -> None:
    told = unusable(Path("/there"), OSError(code, os.strerror(code)))
    assert str(told).startswith(f"/there cannot be used {advice}")


def test_a_home_that_cannot_keep_the_models_graph_is_told_as_such() -> None:
    with pytest.raises(HomeUnusable, match="/dev/null cannot be used"):
        local_embedder(Path("/dev/null"))
