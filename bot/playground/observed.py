"""State that several threads change and observers hear about, with timestamps that never repeat."""

from __future__ import annotations

import threading
from collections.abc import Callable
from copy import deepcopy
from typing import Any, Protocol

Change = dict[str, Any]


class Observer(Protocol):
    """Called with each change, in order, under the workspace's lock, from any thread: be quick.

    Changes are `{"type": …}` with
    `message`, `message_changed` (also `previous`), `message_deleted`: `message`;
    `status`: `channel`, `thread_ts`, `status` (empty: cleared), `loading_messages`;
    `title`: `channel`, `thread_ts`, `title`;
    `suggested_prompts`: `channel`, `thread_ts` (empty: the whole DM), `title`, `prompts`;
    `reaction`: `channel`, `ts`, `name`, `user`, `message`;
    `view_opened`, `view_updated`, `view_closed`: `user`, `view`; `view_errors`: `user`, `view_id`,
    `errors` (by block_id); `home`: `user`, `view`;
    `request`: `to` (`events`, `commands`, `interactivity`), `payload`, `user`: for Slack's delivery;
    `delivery`: `user`, `what`, `ok`, `error`: how a command or interaction reached the app.
    """

    def __call__(self, change: Change, /) -> None: ...


class Observed:
    """What is changed under `lock` and told to observers; `clock` gives seconds since 1970."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self._observers: list[Observer] = []
        self._last_ts = 0

    def subscribe(self, observer: Observer) -> Callable[[], None]:
        """Adds an observer; the returned function takes it away again."""
        with self.lock:
            self._observers.append(observer)

        def unsubscribe() -> None:
            with self.lock:
                if observer in self._observers:
                    self._observers.remove(observer)

        return unsubscribe

    def emit(self, change: Change) -> None:
        """Tells every observer of a change."""
        with self.lock:
            for observer in tuple(self._observers):
                observer(deepcopy(change))

    def next_ts(self) -> str:
        """A timestamp that no other message has, later than all before."""
        with self.lock:
            self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"
