"""Fixtures for the whole run."""

from __future__ import annotations

from tests.support.knowledge import minilm as minilm
from tests.support.knowledge import model_folder as model_folder
from tests.support.knowledge import open_index as open_index
from tests.support.postgres import postgres as postgres
from tests.support.postgres import postgres_server as postgres_server
