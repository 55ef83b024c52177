"""Sends signed events at a steady pace, whether or not the acks come, and times each ack."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from bot.playground.transports import signature

# Slack gives up on an ack after three seconds.
PATIENCE_SECONDS = 3.0
# One in so many is delivered once more at once, as after an ack that got lost.
REPEATED = 50


@dataclass(frozen=True, slots=True)
class Sent:
    """One delivery: the seconds until its ack, and the HTTP status (0: none came in time)."""

    seconds: float
    status: int


async def send_all(
    url: str, secret: str, events: Sequence[Any], rate: float, tick: Callable[[int], None]
) -> list[Sent]:
    """Sends the events to `url`, `rate` a second, on a schedule that no slow ack shifts.

    `tick` hears how many were sent. Returns the deliveries in the order of their acks.
    """
    done: list[Sent] = []
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
    async with (
        httpx.AsyncClient(timeout=PATIENCE_SECONDS, limits=limits, trust_env=False) as client,
        asyncio.TaskGroup() as sending,
    ):
        began = time.perf_counter()
        for number, event in enumerate(events):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            body = json.dumps(event).encode()
            sending.create_task(_send(client, url, secret, body, done))
            if number % REPEATED == 0:
                sending.create_task(_send(client, url, secret, body, done, again=True))
            tick(number + 1)
    return done


async def _send(
    client: httpx.AsyncClient, url: str, secret: str, body: bytes, done: list[Sent], again: bool = False
) -> None:
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(secret, timestamp, body),
    }
    if again:
        headers |= {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    began = time.perf_counter()
    try:
        status = (await client.post(url, content=body, headers=headers)).status_code
    except httpx.HTTPError:
        status = 0
    done.append(Sent(time.perf_counter() - began, status))
