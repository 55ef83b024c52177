"""A process that is told to end does, even where a thread of it waits for something that never comes."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from bot.ending import ANSWERS_BY, EXIT_BY, REPORT_SECONDS, REQUESTS_BY, SYNC_BY, Ending
from tests.support.command import ROOT

STUCK = """
import os, signal, threading
from bot import ending

ending.EXIT_BY = 0.2
threading.Thread(target=threading.Event().wait).start()
end = ending.Ending()
with ending.ended_by_signals(end):
    os.kill(os.getpid(), signal.SIGTERM)
    end.told.wait()
"""


def test_what_does_not_end_by_itself_is_ended() -> None:
    ended = subprocess.run([sys.executable, "-c", STUCK], cwd=ROOT, timeout=30)
    assert ended.returncode == -signal.SIGALRM


def test_each_part_has_its_share_of_the_ten_seconds() -> None:
    assert REQUESTS_BY < ANSWERS_BY < SYNC_BY < SYNC_BY + REPORT_SECONDS < EXIT_BY < 10
    ending = Ending()
    assert ending.left(ANSWERS_BY) == ANSWERS_BY
    ending.begin()
    assert ending.told.is_set()
    assert ending.left(ANSWERS_BY) <= ANSWERS_BY
    assert ending.left(0) == 0


LEFT = """
import atexit, threading
from bot.ending import leave

atexit.register(print, "taken down")
threading.Thread(target=threading.Event().wait, name={name!r}, daemon=True).start()
print("ended in order")
leave()
"""


@pytest.mark.parametrize(("name", "said"), [("sync", ""), ("another", "taken down\n")])
def test_python_is_not_taken_down_under_a_thread_that_embeds(name: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEFT.format(name=name)], cwd=ROOT, timeout=30, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, f"ended in order\n{said}")
