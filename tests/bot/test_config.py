"""Settings, read from a dictionary in place of the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import SAMPLE_DOCS, BadSettings, Settings, load_settings, other_variables, usable_settings

TOKEN = {"SLACK_BOT_TOKEN": "xoxb-1"}


def test_with_nothing_set_it_is_the_playground_over_the_sample():
    settings = load_settings({})
    assert settings.mode == "playground"
    assert settings.ragtime_docs == SAMPLE_DOCS
    assert settings.ragtime_home == Path("var").resolve()
    assert settings.database == f"sqlite:///{settings.ragtime_home}/ragtime.db"
    assert settings.port == 3000


def test_empty_values_count_as_unset_and_others_pass():
    settings = load_settings({"OPENAI_API_KEY": "", "PORT": "", "PATH": "/bin", "RAGTIME_UNKNOWN": "1"})
    assert settings == load_settings({})


@pytest.mark.parametrize("proxy", ["http://proxy:3128", "proxy:3128", "socks5://u:p@127.0.0.1", ""])
def test_a_proxy_may_be_written_as_usual(proxy: str):
    load_settings({"OPENAI_API_KEY": "sk-1", "HTTPS_PROXY": proxy})


def test_where_nothing_is_called_no_proxy_matters():
    load_settings({"HTTPS_PROXY": "ftp://proxy:port"})


@pytest.mark.parametrize(
    ("more", "mode"),
    [({"SLACK_APP_TOKEN": "xapp-1"}, "socket"), ({"SLACK_SIGNING_SECRET": "s"}, "http")],
)
def test_the_tokens_choose_the_mode(more: dict[str, str], mode: str):
    assert load_settings({**TOKEN, **more}).mode == mode


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"SLACK_BOT_TOKEN": "xoxp-1", "SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN: a bot token begins"),
        ({**TOKEN, "SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN: an app-level token begins with xapp-"),
        (TOKEN, "SLACK_BOT_TOKEN: it is set alone: add SLACK_APP_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN: it is missing"),
        ({"SLACK_SIGNING_SECRET": "s"}, "SLACK_BOT_TOKEN: it is missing"),
        (
            {"OPENAI_API_KEY": "sk-1", "HTTPS_PROXY": "http://u:pw@proxy:port"},
            "HTTPS_PROXY: it is no proxy’s",
        ),
        ({"OPENAI_API_KEY": "sk-1", "http_proxy": "ftp://proxy:21"}, "HTTP_PROXY: it is no proxy’s address"),
        ({"PORT": "0"}, "PORT: write a number from 1 to 65535, not “0”"),
        ({"PORT": "65536"}, "PORT: "),
        ({"PORT": "http"}, "PORT: write a number from 1 to 65535, not “http”"),
        (
            {"RAGTIME_KEEP_DAYS": "-1"},
            "RAGTIME_KEEP_DAYS: write a whole number of days from 1 to 36500, not “-1”",
        ),
        ({"RAGTIME_KEEP_DAYS": "36501"}, "RAGTIME_KEEP_DAYS: write a whole number of days from 1 to 36500"),
        ({"RAGTIME_KEEP_DAYS": "1.5"}, "RAGTIME_KEEP_DAYS: write a whole number of days from 1 to 36500"),
        (
            {"RAGTIME_TAKEOVER_SECONDS": "0"},
            "RAGTIME_TAKEOVER_SECONDS: write a number of seconds from 1 to 86400",
        ),
        (
            {"RAGTIME_TAKEOVER_SECONDS": "inf"},
            "RAGTIME_TAKEOVER_SECONDS: write a number of seconds from 1 to",
        ),
        ({"RAGTIME_LOG": "xml"}, "RAGTIME_LOG: write text or json, not “xml”"),
        ({"CHROMA_URL": "http://:8000"}, "CHROMA_URL: it names no server"),
        ({"CHROMA_URL": "localhost:8000"}, "CHROMA_URL: write it with http:// or https://"),
        ({"OPENAI_BASE_URL": "localhost"}, "OPENAI_BASE_URL: write it with http"),
        ({"SLACK_API_URL": "slack.com"}, "SLACK_API_URL: write it with http"),
        ({"RAGTIME_DOCS_URL": "wiki"}, "RAGTIME_DOCS_URL: write it with http"),
    ],
)
def test_a_bad_value_is_one_line_with_its_name_and_what_to_do(environment: dict[str, str], said: str):
    with pytest.raises(BadSettings) as caught:
        load_settings(environment)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("address", ["https://me:s3cret@wiki/", "https://wiki/?token=s3cret"])
def test_an_address_that_everybody_reads_holds_no_secret(address: str):
    with pytest.raises(BadSettings, match="RAGTIME_DOCS_URL: everybody would read the password") as caught:
        load_settings({"RAGTIME_DOCS_URL": address})
    assert "s3cret" not in str(caught.value)


def test_tokens_that_were_swapped_are_both_told_by_their_kind():
    with pytest.raises(BadSettings) as caught:
        load_settings({"SLACK_BOT_TOKEN": "xapp-1-s3cret", "SLACK_APP_TOKEN": "xoxb-1-s3cret"})
    bot, app = str(caught.value).splitlines()
    assert "this is an app-level token, which belongs into SLACK_APP_TOKEN" in bot
    assert "this is a bot token, which belongs into SLACK_BOT_TOKEN" in app
    assert "s3cret" not in str(caught.value)


def test_what_is_well_formed_can_be_used_without_the_rest():
    settings, malformed = usable_settings({"PORT": "x", "SLACK_BOT_TOKEN": "xoxb-1", "RAGTIME_MODEL": "m"})
    assert (settings.port, settings.ragtime_model) == (3000, "m")
    assert set(malformed) == {"PORT", "SLACK_BOT_TOKEN"}


def test_two_bad_values_are_two_lines():
    with pytest.raises(BadSettings) as caught:
        load_settings({"PORT": "x", "CHROMA_URL": "x"})
    assert sorted(line.split(":")[0] for line in str(caught.value).splitlines()) == ["CHROMA_URL", "PORT"]


def test_the_environment_wins_over_the_env_file(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_text("PORT=4000\nRAGTIME_MODEL=gpt-x # a remark\n")
    settings = load_settings({"PORT": "5000"}, file)
    assert (settings.port, settings.ragtime_model) == (5000, "gpt-x")
    assert load_settings({}, tmp_path / "none").port == 3000


def test_folders_are_absolute_and_know_the_home_sign():
    settings = load_settings({"RAGTIME_HOME": "~/ragtime", "RAGTIME_DOCS": "docs"})
    assert settings.ragtime_home == Path.home() / "ragtime"
    assert settings.ragtime_docs == Path("docs").resolve()


def test_slack_s_address_ends_in_a_slash():
    assert load_settings({"SLACK_API_URL": "https://slack-gov.com/api"}).slack_api_url.endswith("/api/")


def test_secrets_are_never_printed():
    secrets = {"SLACK_BOT_TOKEN": "xoxb-s3cret", "SLACK_SIGNING_SECRET": "s3cret", "OPENAI_API_KEY": "s3cret"}
    settings = load_settings(secrets)
    assert "s3cret" not in repr(settings)
    with pytest.raises(BadSettings) as caught:
        load_settings({"SLACK_BOT_TOKEN": "s3cret"})
    assert "s3cret" not in str(caught.value)


def test_every_variable_says_what_it_is_for():
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_what_a_dotenv_file_says_beside_the_settings_is_for_other_libraries(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_text("ANTHROPIC_API_KEY=secret\nPORT=4000\nHTTPS_PROXY=\n")
    assert other_variables(file) == {"ANTHROPIC_API_KEY": "secret"}
    assert other_variables(tmp_path / "none") == {}
