"""Settings by channel: a channel's own words win over the default's, and a broken file changes nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.channels import BadChannels, Channel, Channels, Limits, ModelPrice, Rules, read_rules
from bot.config import load_settings
from bot.malformed_channels import CHANNEL, LIMITS, PRICE, TABLES, WRITTEN
from chains.metering import Price

EXAMPLE = """
[default]
documents = ["/handbook/**"]

[channel.C0HELP]
mention = false
ask = ["group:S0STAFF"]

[channel.C0LOUD]
documents = []
quiet = true

[limits]
person_per_hour = 30
dollars_per_day = 5

[price."house-7b"]
read = 0.1
written = 0.4
"""


def write(file: Path, text: str) -> Path:
    """Writes the file so that its change is seen whatever the clock's grain."""
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(text)
    os.utime(file, ns=(before + 10**9, before + 10**9))
    return file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "channels.toml", EXAMPLE)


def test_what_a_channel_says_wins_and_the_default_says_the_rest(file: Path) -> None:
    rules = read_rules(file)
    assert rules.of("C0ELSE") == Channel(documents=("/handbook/**",))
    assert rules.of("C0HELP") == Channel(mention=False, documents=("/handbook/**",), ask=("group:S0STAFF",))
    assert rules.of("C0LOUD") == Channel(quiet=True)


def test_in_a_direct_message_only_the_default_documents_count(tmp_path: Path) -> None:
    rules = read_rules(
        write(tmp_path / "c.toml", '[default]\nquiet = true\ndocuments = ["a/"]\nask = ["user:U1"]')
    )
    assert rules.of("D0YOU") == Channel(documents=("a/",))


def test_limits_and_prices_are_read(file: Path) -> None:
    rules = read_rules(file)
    assert (rules.limits.person_per_hour, rules.limits.workspace_per_hour) == (30, None)
    assert rules.limits.dollars_per_day == 5.0
    assert rules.price["house-7b"].price == Price(read=0.1, cached=0.1, written=0.4)


def test_without_a_file_nothing_special_holds(tmp_path: Path) -> None:
    assert Channels(tmp_path / "none.toml").of("C1") == Channels().of("C1") == Channel()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[channel", "not valid TOML"),
        (
            "[chanel.C1]\nquiet = true",
            "chanel: there is no such key: write default, channel, limits or price",
        ),
        (
            "[channel.C1]\nquite = true",
            "channel.C1.quite: there is no such key: write mention, documents, ask or",
        ),
        (
            "[limits]\nper_hour = 1",
            "limits.per_hour: there is no such key: write person_per_hour, workspace_per_",
        ),
        (
            "[limits]\nperson_per_hour = -1",
            "limits.person_per_hour: write a whole number, 0 or more, not “-1”",
        ),
        ('[limits]\ndollars_per_day = "a"', "limits.dollars_per_day: write a number, 0 or more, not “a”"),
        ("[channel.C1]\ndocuments = 7", "channel.C1.documents: write a list of patterns, such as"),
        ("[channel.C1]\ndocuments = [7]", "channel.C1.documents: write a list of patterns, such as"),
        ('[default]\nask = "everyone"', "default.ask: write a list of who may ask, such as"),
        ('[channel.C1]\nquiet = "never"', "channel.C1.quiet: write true or false, not “never”"),
        (
            "[channel]\nC1 = 5",
            "channel.C1: write a table for each channel, such as [channel.C0123ABCD], not “5”",
        ),
        ("limits = true", "limits: write a table, [limits], not true"),
        ("[price.x]\nread = 1", "price.x.written: it is missing: write dollars for a million tokens"),
        (
            "[price.x]\nread = {}\nwritten = 1",
            "price.x.read: write dollars for a million tokens, 0 or more, not a",
        ),
        (
            '[channel."#general"]\nquiet = true',
            "channel.#general: “#general” is no id: write the channel's, such as C0123ABCD, from the end",
        ),
        ("[channel.general]\nquiet = true", "channel.general: “general” is no id: write the channel's"),
        ('[channel.C1]\nask = ["staff"]', "channel.C1.ask: “staff” is no audience: write everyone"),
        (
            '[channel.C1]\nask = ["user:Ünicode"]',
            "channel.C1.ask: “Ünicode” is no id: write the person's, such as U",
        ),
        (
            '[channel.C1]\nask = ["group:staff"]',
            "channel.C1.ask: “staff” is no id: write the user group's, such as S",
        ),
        (
            '[channel.C1]\nask = ["channel:U1"]',
            "channel.C1.ask: “U1” is no id: write the channel's, such as C",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_key(tmp_path: Path, text: str, said: str) -> None:
    file = write(tmp_path / "channels.toml", text)
    with pytest.raises(BadChannels) as caught:
        Channels(file)
    assert str(file) in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_key_of_the_file_has_words() -> None:
    assert TABLES.keys() == Rules.model_fields.keys() == WRITTEN.keys()
    assert CHANNEL.keys() == Channel.model_fields.keys()
    assert LIMITS.keys() == Limits.model_fields.keys()
    assert PRICE.keys() == ModelPrice.model_fields.keys()


def test_a_file_that_was_named_has_to_be_there(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "named.toml"
    with pytest.raises(
        BadChannels, match=r"RAGTIME_CHANNELS names .*named\.toml, which is not there: correct"
    ):
        Channels(file, named=True)
    channels = Channels(write(file, "[channel.C0HELP]\nquiet = true\n"), named=True)
    file.unlink()
    for _ in range(3):
        assert channels.of("C0HELP").quiet
    assert ["which is not there" in record.message for record in caplog.records] == [True]


def test_a_file_that_changes_counts_at_once(file: Path) -> None:
    channels = Channels(file)
    write(file, "[channel.C0HELP]\nquiet = true\n")
    assert channels.of("C0HELP") == Channel(quiet=True)
    file.unlink()
    assert channels.of("C0HELP") == Channel()


def test_a_file_that_breaks_is_told_of_once_and_changes_nothing(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    channels = Channels(file)
    write(file, "[channel")
    for _ in range(3):
        assert channels.of("C0HELP").mention is False
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    write(file, "")
    assert channels.of("C0HELP").mention is True


def test_it_is_in_the_home_unless_it_is_said_where(tmp_path: Path) -> None:
    assert load_settings({"RAGTIME_HOME": str(tmp_path)}).channels == tmp_path / "channels.toml"
    assert load_settings({"RAGTIME_CHANNELS": str(tmp_path / "c.toml")}).channels == tmp_path / "c.toml"
