"""Settings: the one place that reads the environment (and a `.env` file), every variable documented."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import chain
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.malformed import in_words, token_kind
from knowledge.addresses import secrets as secrets_in
from knowledge.errors import AdminError

SAMPLE_DOCS = Path(__file__).resolve().parent.parent / "knowledge" / "sample"

PROXIES = ("https_proxy", "http_proxy", "all_proxy")
PROXY_SCHEMES = ("http", "https", "socks4", "socks5", "socks5h")
# Where one of these is set, something beyond this machine is called.
CALLING = frozenset(("openai_api_key", "openai_base_url", "ragtime_model", "slack_bot_token"))
SECRET_ENDINGS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "HEADERS")

# A hundred years: dates that lie much further back cannot be reckoned with.
MOST_DAYS = 36_500

PLAYGROUND = "http://127.0.0.1"

Mode = Literal["playground", "socket", "http"]


class BadSettings(AdminError):
    """Settings that cannot be used; the message is one line for each, with what to do."""


class Settings(BaseSettings):
    """Everything that can be set from outside."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    slack_bot_token: SecretStr | None = Field(
        None, description="The app's bot token (xoxb-…). Without it, `make run` serves the playground."
    )
    slack_app_token: SecretStr | None = Field(
        None, description="App-level token (xapp-…, scope connections:write): connects by Socket Mode."
    )
    slack_signing_secret: SecretStr | None = Field(
        None, description="Signing secret: takes events by HTTP at /slack/events."
    )
    slack_api_url: str = Field(
        "https://slack.com/api/", description="Base of Slack's Web API; GovSlack and proxies change it."
    )
    openai_api_key: SecretStr | None = Field(
        None, description="With it, OpenAI's models write the answers and make the embeddings."
    )
    openai_base_url: str | None = Field(
        None,
        description="An OpenAI-compatible server instead (Ollama, vLLM, a gateway), for example "
        "http://localhost:11434/v1.",
    )
    ragtime_model: str | None = Field(
        None,
        description="The chat model: a name (default gpt-6-luna), or provider:name for any LangChain "
        "provider.",
    )
    ragtime_embeddings: str | None = Field(
        None,
        description="The embedder: `local` (all-MiniLM-L6-v2, ships with the bot) or `openai[:model]`. "
        "Default: openai with OPENAI_API_KEY and no OPENAI_BASE_URL, else local.",
    )
    ragtime_home: Path = Field(Path("./var"), description="Where the embedded data live.")
    ragtime_docs: Path = Field(SAMPLE_DOCS, description="Folder of documents to sync at start.")
    ragtime_docs_url: str | None = Field(
        None,
        description="Where people can open the documents; the path within the folder is appended, for "
        "example https://github.com/acme/handbook/blob/main/.",
    )
    database_url: str | None = Field(
        None, description="SQLAlchemy URL of the database. Default: SQLite in RAGTIME_HOME."
    )
    chroma_url: str | None = Field(
        None, description="A Chroma server, for example http://localhost:8000. Default: embedded."
    )
    ragtime_takeover_seconds: float = Field(
        20.0,
        ge=1,
        le=86_400,
        description="On PostgreSQL: a worker that is silent for so long is taken for dead, and others go on.",
    )
    ragtime_channels: Path | None = Field(
        None,
        description="The file of settings by channel and limits. Default: channels.toml in RAGTIME_HOME.",
    )
    ragtime_keep_days: int | None = Field(
        None,
        ge=1,
        le=MOST_DAYS,
        description="Delete questions, replies and guides after so many days. Default: keep.",
    )
    ragtime_log: Literal["text", "json"] = Field(
        "text",
        description="How to log: `text` has warnings for people, `json` all that is done, for machines.",
    )
    port: int = Field(3000, ge=1, le=65535, description="Port of the playground, /slack/events and /healthz.")

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(("xoxb-", "xoxe.xoxb-")):
            raise ValueError(
                f"a bot token begins with xoxb-, and this is {token_kind(value.get_secret_value())}: copy it "
                "from your app's “OAuth & Permissions” page"
            )
        return value

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith("xapp-"):
            raise ValueError(
                f"an app-level token begins with xapp-, and this is {token_kind(value.get_secret_value())}: "
                "make one under “Basic Information”"
            )
        return value

    @field_validator("slack_api_url", "openai_base_url", "chroma_url", "ragtime_docs_url")
    @classmethod
    def _http_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("write it with http:// or https://")
        if value is not None and not _names_a_host(value):
            raise ValueError("it names no server: write it like http://localhost:8000")
        return value

    @field_validator("ragtime_docs_url")
    @classmethod
    def _for_everybody(cls, value: str | None) -> str | None:
        if value is not None and secrets_in(value):
            raise ValueError("everybody would read the password or key in it: leave that out")
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _trailing_slash(cls, value: str) -> str:
        return value.rstrip("/") + "/"

    @field_validator("ragtime_home", "ragtime_docs", "ragtime_channels")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().resolve() if value else None

    @property
    def mode(self) -> Mode:
        """How events reach the bot: over a socket, by HTTP, or from the playground."""
        if self.slack_bot_token is None:
            return "playground"
        return "socket" if self.slack_app_token else "http"

    @property
    def shows_documents(self) -> bool:
        """Whether links to the documents lead to the playground, which shows them while it runs."""
        return self.mode == "playground" and self.ragtime_docs_url is None

    @property
    def docs_url(self) -> str | None:
        """Where people can open the documents; the playground shows them itself."""
        if self.shows_documents:
            return f"{PLAYGROUND}:{self.port}/documents/"
        return self.ragtime_docs_url

    @property
    def channels(self) -> Path:
        """The file of settings by channel and limits."""
        return self.ragtime_channels or self.ragtime_home / "channels.toml"

    @property
    def names_channels(self) -> bool:
        """Whether that file was named, and so has to be there: one that is not there sets no limits."""
        return self.ragtime_channels is not None

    @property
    def database(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.ragtime_home / 'ragtime.db'}"

    @property
    def shared(self) -> bool:
        """Whether database and vectors are on servers, so that any number of processes may use them."""
        return bool(self.chroma_url) and self.database.startswith(("postgresql", "postgres:"))

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses that are set: passwords and keys may stand in them."""
        named = (self.slack_api_url, self.openai_base_url, self.chroma_url)
        return tuple(address for address in (*named, self.database_url) if address)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must be shown nowhere, as far as the settings hold it."""
        values = (getattr(self, name) for name in type(self).model_fields)
        given = (value.get_secret_value() for value in values if isinstance(value, SecretStr))
        return (*given, *chain.from_iterable(map(secrets_in, self.addresses)))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  (pydantic's signature)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003  (pydantic's signature)
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  (pydantic's signature)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  (pydantic's signature)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Values come from `load_settings` alone, which tests hand a dictionary."""
        return (init_settings,)


def _names_a_host(url: str) -> bool:
    """Whether an address has a host, and a port that is a number if any."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def other_variables(dotenv: Path) -> dict[str, str]:
    """What a `.env` file says beside the settings, for libraries that read the environment themselves.

    A LangChain provider's key (`ANTHROPIC_API_KEY`) or a proxy's address (`HTTPS_PROXY`), for example.
    """
    values = dotenv_values(dotenv) if dotenv.is_file() else {}
    return {
        name: value for name, value in values.items() if value and name.lower() not in Settings.model_fields
    }


def other_secrets(environment: Mapping[str, str]) -> tuple[str, ...]:
    """What other variables hold that must be shown nowhere: keys, by their names; passwords in addresses."""
    others = {name: value for name, value in environment.items() if name.lower() not in Settings.model_fields}
    named = [value for name, value in others.items() if value and name.upper().endswith(SECRET_ENDINGS)]
    return (*named, *chain.from_iterable(map(secrets_in, others.values())))


def load_settings(environment: Mapping[str, str], dotenv: Path | None = None) -> Settings:
    """Reads the settings from environment variables, and below them from a `.env` file.

    Empty values count as unset.

    Raises:
        BadSettings: a value is malformed, or Slack's tokens do not fit together.
    """
    settings, malformed = usable_settings(environment, dotenv)
    if malformed:
        raise BadSettings("\n".join(f"{name}: {words}" for name, words in malformed.items()))
    return settings


def usable_settings(
    environment: Mapping[str, str], dotenv: Path | None = None
) -> tuple[Settings, dict[str, str]]:
    """The settings without those that cannot be used; and those, by variable, with what to do about each."""
    values = {**(dotenv_values(dotenv) if dotenv and dotenv.is_file() else {}), **environment}
    known = {
        name: value
        for name, value in ((key.lower(), value) for key, value in values.items())
        if name in Settings.model_fields and value
    }
    malformed: dict[str, str] = {}
    try:
        settings = Settings(**known)  # pyright: ignore[reportArgumentType]  (strings, validated here)
    except ValidationError as error:
        malformed = in_words(error, known)
        fine = {name: value for name, value in known.items() if name not in malformed}
        settings = Settings(**fine)  # pyright: ignore[reportArgumentType]
    malformed = _do_not_fit(known.keys()) | _bad_proxies(values, known.keys()) | malformed
    return settings, {name.upper(): words for name, words in malformed.items()}


def _bad_proxies(values: Mapping[str, str | None], given: Collection[str]) -> dict[str, str]:
    """The proxies that cannot be used, where anything would be called by them."""
    proxies = {name.lower(): value for name, value in values.items() if name.lower() in PROXIES and value}
    return {
        name: "it is no proxy’s address: write it like http://proxy.example:3128, or unset it"
        for name, value in proxies.items()
        if CALLING.intersection(given) and not _is_a_proxy(value)
    }


def _is_a_proxy(address: str) -> bool:
    scheme, separator, _ = address.partition("://")
    return _names_a_host(address if separator else f"http://{address}") and (
        not separator or scheme.lower() in PROXY_SCHEMES
    )


def _do_not_fit(given: Collection[str]) -> dict[str, str]:
    """What is missing for Slack's tokens to be of use."""
    name, others = "slack_bot_token", {"slack_app_token", "slack_signing_secret"}
    if name in given and not others.intersection(given):
        return {
            name: "it is set alone: add SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP), or "
            "unset it for the playground"
        }
    if name not in given and others.intersection(given):
        return {
            name: "it is missing: copy it from your app's “OAuth & Permissions” page, or unset "
            "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET for the playground"
        }
    return {}
