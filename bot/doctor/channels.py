"""Settings by channel, and limits: whether the file can be used, and whether its budget can be kept."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Settings
from bot.doctor.finding import Finding

CHANNELS = "Channels"


def channels(settings: Settings) -> Iterator[Finding]:
    """What the file says, in short; a budget is of no use where the model's price is not known."""
    from bot.channels import BadChannels, read_rules
    from chains.llm import DEFAULT_MODEL
    from chains.metering import known_prices

    file = settings.channels
    try:
        rules = read_rules(file, named=settings.names_channels)
    except BadChannels as error:
        yield Finding(CHANNELS, "failed", str(error), "docs/channels.md says what may stand in the file")
        return
    if not file.exists():
        yield Finding(CHANNELS, "ok", "no settings by channel, no limits")
        return
    yield Finding(CHANNELS, "ok", f"{file}: {len(rules.channel)} channels of their own")
    model = (settings.ragtime_model or DEFAULT_MODEL).rpartition(":")[2]
    used = settings.ragtime_model or settings.openai_api_key or settings.openai_base_url
    known = {*known_prices(), *rules.price}
    if rules.limits.dollars_per_day is not None and used and not {model, settings.ragtime_model} & known:
        found = f"dollars_per_day is set, but the price of {model} is not known: its calls do not count"
        yield Finding("Budget", "warning", found, f'Add [price."{model}"] to {file}')
