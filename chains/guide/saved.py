"""A guide's states and steps as JSON and back, with a version.

What a newer version adds is left aside when it is read, so that versions may run side by side.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from chains.guide.contract import State, Step
from chains.guide.policy import POLICY

VERSION = 1

T = TypeVar("T", State, Step)


class BadSave(ValueError):
    """What was stored is no guide's state or step; the message is one line that says why."""


def state_to_json(state: State) -> dict[str, Any]:
    """A state as a JSON object."""
    return _written(State, state)


def state_from_json(saved: object) -> State:
    """The other way round.

    Raises:
        BadSave: it is no state, or has a factor or value that the policy does not have.
    """
    state = _read(State, saved)
    try:
        POLICY.check(state.values)
    except ValueError as error:
        raise BadSave(f"no state of a guide: {error}") from None
    return state


def step_to_json(step: Step) -> dict[str, Any]:
    """A step as a JSON object."""
    return _written(Step, step)


def step_from_json(saved: object) -> Step:
    """The other way round.

    Raises:
        BadSave: it is no step.
    """
    return _read(Step, saved)


def _written(kind: type[T], thing: T) -> dict[str, Any]:
    return {"version": VERSION, **_adapter(kind).dump_python(thing, mode="json")}


def _read(kind: type[T], saved: object) -> T:
    name = kind.__name__.lower()
    if not isinstance(saved, dict) or not isinstance(cast("dict[str, Any]", saved).get("version"), int):
        raise BadSave(f"no {name} of a guide: a JSON object with a version is expected")
    try:
        return _adapter(kind).validate_python(saved)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadSave(f"no {name} of a guide: {where}: {first['msg']}") from None


@cache
def _adapter(kind: type[T]) -> TypeAdapter[T]:
    # Made at the first use: it takes some 100 ms.
    return TypeAdapter(kind)
