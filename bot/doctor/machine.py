"""The machine: Python and its packages, the settings in short, network, disk and memory."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from urllib.request import getproxies

from bot import disk
from bot.client import proxy_for
from bot.config import SAMPLE_DOCS, Settings
from bot.disk import GIB
from bot.doctor.finding import Finding
from knowledge.addresses import shown

PYTHONS = ((3, 11), (3, 14))
# The local embedder, Chroma and a few thousand documents stay below this.
LOW_MEMORY = GIB // 2
CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")


def python(_settings: Settings) -> Iterator[Finding]:
    """Python's version, and whether the packages of the lock are there."""
    found = f"{platform.python_version()} in {sys.prefix}"
    if not PYTHONS[0] <= sys.version_info[:2] < PYTHONS[1]:
        yield Finding("Python", "failed", found, "Install Python 3.11, 3.12 or 3.13, then `make run`")
    else:
        yield Finding("Python", "ok", found)
    missing = missing_packages()
    if missing:
        advice = "Run `make run` once more: it installs what is missing"
        yield Finding("Packages", "failed", f"not installed: {', '.join(missing)}", advice)
    else:
        names = ("slack-bolt", "langchain", "chromadb", "openai")
        yield Finding("Packages", "ok", ", ".join(f"{name} {version(name)}" for name in names))


def missing_packages() -> list[str]:
    """The packages that Ragtime asks for and that are not installed."""
    from packaging.requirements import Requirement

    missing: list[str] = []
    for line in requires("ragtime") or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate():
            try:
                version(requirement.name)
            except PackageNotFoundError:
                missing.append(requirement.name)
    return missing


def summary(settings: Settings) -> Iterator[Finding]:
    """What is set, in short; secrets as set or not."""
    modes = {
        "playground": f"playground at http://127.0.0.1:{settings.port}",
        "socket": "Slack by Socket Mode",
        "http": f"Slack by HTTP, at /slack/events on port {settings.port}",
    }
    docs = "the sample" if settings.ragtime_docs == SAMPLE_DOCS else str(settings.ragtime_docs)
    secrets = ("slack_bot_token", "slack_app_token", "slack_signing_secret", "openai_api_key")
    given = [name.upper() for name in secrets if getattr(settings, name)]
    yield Finding(
        "Settings",
        "ok",
        f"{modes[settings.mode]}; documents: {docs}; secrets set: {', '.join(given) or 'none'}",
    )


def network(settings: Settings, environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Which proxy calls go through, and whose certificates are believed."""
    proxy = proxy_for(settings.slack_api_url)
    named = {scheme: url for scheme, url in getproxies().items() if scheme in ("http", "https")}
    if proxy:
        yield Finding("Proxy", "ok", f"Slack is reached through {address_of_proxy(proxy)}")
    elif named:
        listed = ", ".join(sorted({address_of_proxy(url) for url in named.values()}))
        yield Finding("Proxy", "ok", f"{listed}, but not for {settings.slack_api_url}")
    else:
        yield Finding("Proxy", "ok", "none")
    yield certificates(environment)


def certificates(environment: Mapping[str, str]) -> Finding:
    """Where certificate authorities come from: the system's store, or what variables name."""
    subject = "Certificates"
    given = {name: environment[name] for name in CERTIFICATE_VARIABLES if environment.get(name)}
    found = "the system's store" + "".join(f"; {name}={path}" for name, path in given.items())
    for name, path in given.items():
        if not Path(path).exists():
            return Finding(
                subject, "failed", f"{name}={path}: there is no such file", f"Correct or unset {name}"
            )
    if "REQUESTS_CA_BUNDLE" in given and "SSL_CERT_FILE" not in given:
        return Finding(
            subject,
            "warning",
            found,
            "Ragtime's clients read SSL_CERT_FILE, not REQUESTS_CA_BUNDLE: set both to the same file",
        )
    return Finding(subject, "ok", found)


def address_of_proxy(url: str) -> str:
    """A proxy's address without its password; one without a scheme is meant as HTTP."""
    return shown(url if "://" in url else f"http://{url}")


def resources(settings: Settings) -> Iterator[Finding]:
    """Free space where the data live, and free memory."""
    yield room(disk.free(settings.ragtime_home), settings.ragtime_home)
    free = available_memory()
    if free is None:
        yield Finding("Memory", "skipped", "this system does not say how much is free")
    else:
        yield memory(free)


def room(free: int, where: Path) -> Finding:
    """What so many free bytes on a disk mean."""
    found = f"{free / GIB:.1f} GB free at {where}"
    advice = "Free some space, or set RAGTIME_HOME to another disk"
    if free < disk.FULL:
        return Finding("Disk", "failed", f"{free / disk.MIB:.0f} MB free at {where}", advice)
    if free < disk.LOW:
        return Finding("Disk", "warning", found, advice)
    return Finding("Disk", "ok", found)


def memory(free: int) -> Finding:
    """What so many free bytes mean."""
    found = f"{free / GIB:.1f} GB free"
    if free < LOW_MEMORY:
        return Finding("Memory", "warning", found, "Ragtime needs about half a gigabyte: give it more")
    return Finding("Memory", "ok", found)


def available_memory() -> int | None:
    """Bytes that can be had without swapping; None where the system does not tell (not Linux)."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    values = dict(line.split(":", 1) for line in lines if ":" in line)
    words = values.get("MemAvailable", "").split()
    return int(words[0]) * 1024 if words else None
