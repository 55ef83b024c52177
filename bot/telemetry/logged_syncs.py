"""How syncs went, as lines of the log: where logs are read by machines, no bar is drawn."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext

from knowledge.sync import Report, SyncReport

log = logging.getLogger(__name__)


class LoggedSyncs:
    """Tells the log what each sync changed, and of each unusable file once."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()
        self._lacking = ""

    def progress(self) -> AbstractContextManager[Report]:
        """Nothing is said while a sync runs."""
        return nullcontext(lambda _: None)

    def done(self, result: SyncReport) -> None:
        """A line where anything changed, for each file newly left out, and where vectors are missing."""
        if result.remark:
            log.warning("%s", result.remark)
        if result.added or result.changed or result.moved or result.removed:
            log.info("in the index: %s", result)
        if result.lacking != self._lacking:
            log.error("%s", result.lacking) if result.lacking else log.info("all vectors are made")
        self._lacking = result.lacking
        skipped = {(item.path, item.reason) for item in result.skipped}
        for path, reason in sorted(skipped - self._told):
            log.warning("left out: %s: %s", path, reason)
        self._told = skipped
