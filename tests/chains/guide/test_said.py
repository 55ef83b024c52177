"""What people say in many ways, and the values that the reader makes of it, or may not make (`said.toml`)."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from chains.guide.reader import Reader
from knowledge.embeddings.minilm import MiniLM

TABLE = tomllib.loads(Path(__file__).with_name("said.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reader(minilm: MiniLM) -> Reader:
    return Reader(minilm)


@pytest.mark.parametrize(
    ("text", "asked", "values", "besides"),
    [
        pytest.param(text, entry["asked"], entry["values"], entry.get("besides", []), id=text)
        for entry in TABLE["said"]
        for text in entry["texts"]
    ],
)
def test_what_is_said_is_read_and_nothing_besides(
    reader: Reader, text: str, asked: list[str], values: dict[str, str], besides: list[str]
):
    read = {heard.factor: heard.value for heard in reader.read(text, tuple(asked)).heard}
    assert {*read} <= {*values, *besides}
    for factor, value in values.items():
        assert read.get(factor, "") in value.split("|")
