"""A small index for the chain's tests, with the real model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from knowledge.embeddings.minilm import MiniLM
from knowledge.index import Index
from tests.support.knowledge import close, index_in, sync, write

PAGES = {
    "oncall.md": """# On call

The person on call carries the pager for one week. The pager is red. Handover is on Tuesdays at ten.

Bring these to the handover:

- the pager and its charger
- the key of the server room
- the list of open incidents

| Severity | Answer within |
| --- | --- |
| SEV-1 | five minutes |
| SEV-2 | one hour |
""",
    "leave.md": "# Leave\n\nEverybody has thirty days of leave a year. Ask your lead two weeks ahead.\n",
    "secret.md": "---\nmodel: false\n---\n# Vault\n\nThe vault is opened by two directors together.\n",
    "pay.md": "---\naudience: group:hr\n---\n# Pay\n\nThe pay of a senior engineer is 4,200 a month.\n",
    "kitchen.md": "# Kitchen\n\nThe coffee machine is cleaned on Fridays by the team that used it last.\n",
    "prices.md": "# Prices\n\n| Drink | Price |\n| --- | --- |\n| Espresso | 1.20 EUR |\n| Tea | 2 EUR |\n",
    "copy.md": "# Old notes\n\n## Pager\n\nThe pager is red.\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("chain")
    index = index_in(folder / "home", (minilm,))
    sync(index, write(folder / "docs", PAGES), "https://docs.example/")
    yield index
    close(index)
