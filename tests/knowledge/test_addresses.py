"""How an address is shown: what is secret in it is hidden, and nothing else."""

from __future__ import annotations

import pytest

from knowledge.addresses import secrets, shown, without_secrets


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgresql+psycopg://u:geheim@db:5432/x", "postgresql+psycopg://u:***@db:5432/x"),
        ("postgresql://u:ge/he?im@db/x", "postgresql://u:***@db/x"),
        ("postgresql://u:ge@heim@db/x", "postgresql://u:***@db/x"),
        ("postgresql://u:geheim@[::1/x", "postgresql://u:***@[::1/x"),
        (
            "postgresql://u@db/x?password=geheim&sslmode=require",
            "postgresql://u@db/x?password=***&sslmode=require",
        ),
        ("postgresql://u@db/x?host=a&sslpassword=geheim", "postgresql://u@db/x?host=a&sslpassword=***"),
        ("http://user:geheim@chroma:8000", "http://user:***@chroma:8000"),
        ("http://geheim@gateway/v1", "http://***@gateway/v1"),
        ("https://gateway/v1?api-key=geheim#top", "https://gateway/v1?api-key=***#top"),
        ("https://gateway/v1?a=b&access_token=geheim", "https://gateway/v1?a=b&access_token=***"),
        ("socks5h://user:geheim@proxy:1080", "socks5h://user:***@proxy:1080"),
    ],
)
def test_what_is_secret_is_hidden(address: str, expected: str) -> None:
    assert shown(address) == expected
    assert secrets(address)
    assert shown(f"no answer by {address} twice") == f"no answer by {expected} twice"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u@db/x?passfile=/etc/pass&sslkey=/etc/key.pem&sslmode=require",
        "sqlite:////var/lib/ragtime/ragtime.db",
        "http://localhost:8000/a?mail=a@b.example",
        "https://docs.acme.com/a?b=c",
    ],
)
def test_what_is_no_secret_is_shown(address: str) -> None:
    assert shown(address) == address
    assert secrets(address) == ()


def test_a_secret_is_known_as_it_is_written_and_as_it_is_meant() -> None:
    assert secrets("postgresql://u:a%40b@db/x") == ("a%40b", "a@b")
    assert "my pass" in secrets("postgresql://u:my pass@db/x")


def test_what_is_said_of_an_address_does_not_repeat_its_secrets() -> None:
    address = "postgresql://u:a%40bcdefg@db/x?password=also-secret"
    said = without_secrets("“a@bcdefg” and also-secret are wrong", address)
    assert said == "“***” and *** are wrong"


def test_what_follows_a_secret_stays() -> None:
    address = "postgresql://u@db/x?password=geheimnis"
    assert without_secrets(f"{address}: refused", address) == "postgresql://u@db/x?password=***: refused"


def test_a_short_secret_is_hidden_only_where_it_is_given_as_one() -> None:
    said = without_secrets("the database db at u:db@host: no db", "postgresql://u:db@host/x")
    assert said == "the database db at u:***@host: no db"
