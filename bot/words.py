"""The words that people read: one place for all that Ragtime says of itself."""

from __future__ import annotations

EXAMPLES = (
    "How many days of leave do I get?",
    "How fast must I acknowledge a page?",
    "What kinds of fine-tuning are there?",
)

# Slash commands: usage hint and description, as in the manifest.
COMMANDS = {
    "/ask": ("your question", "Ask your team’s documents; only you see the answer"),
    "/docs": ("[words]", "What I know: list the documents, or search them"),
}

HELP = (
    "Hi! Ask me about your team’s documents, and I answer with their own words and a link to each. "
    "For example:\n" + "\n".join(f"- {example}" for example in EXAMPLES)
)
ASK_USAGE = (
    f"Write your question after the command, for example `/ask {EXAMPLES[0]}` Only you see the answer."
)

REFUSAL = "I could not find this in your documents."
NEAREST = "The nearest that I have:"
NOTHING_NEAR = "Try other words, or ask a colleague who would know."
UNCONFIRMED = "(not confirmed by the documents)"
MORE_FOLLOWS = "…"

SORRY = "Sorry, I could not answer this: something went wrong on my side. Please ask again in a few minutes."
NOT_SHARED = "I cannot write in this channel yet. Type `/invite @Ragtime` there, then press Share again."
GONE = "I no longer have this answer. Please ask again."

THANKS = {
    True: "Thanks! Good to know.",
    False: "Thanks for telling me. It is noted, so that I get better.",
}

HOME_TITLE = "Ask your team’s documents"
HOME_ABOUT = (
    "I answer questions from your team’s own documents: in their words, with a link to each source. "
    "Where they do not say, I tell you so.\n"
    "• Write to me in *Messages*, or mention me in a channel and I reply in the thread.\n"
    "• `/ask` a question and only you see the answer; you can share it.\n"
    "• `/docs` shows what I know; `/docs words` searches it."
)
PROMPTS_TITLE = "Ask your team’s documents, for example:"


def status(documents: int) -> str:
    """The status line while documents are searched; Slack puts the app's name in front."""
    return f"is looking through {counted(documents)}…"


def counted(documents: int) -> str:
    """A number of documents, in words."""
    return "1 document" if documents == 1 else f"{documents:,} documents"


def shared(user: str, question: str) -> str:
    """What stands above a shared answer; `question` is escaped."""
    return f"<@{user}> asked: {question}"
