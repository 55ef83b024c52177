"""The words that people read: one place for all that Ragtime says of itself."""

from __future__ import annotations

from collections.abc import Sequence

# What newcomers are offered to ask, whatever the documents; and over those that ship with Ragtime.
FOR_THE_GUIDE = "Should we fine-tune a model or use RAG for our support bot?"
EXAMPLES = ("Which documents do you know?", "What can you do?", FOR_THE_GUIDE)
SAMPLE_EXAMPLES = (
    "How many days of leave do I get?",
    "How quickly do I have to acknowledge a page?",
    "What kinds of fine-tuning are there?",
    FOR_THE_GUIDE,
)

# Slash commands: usage hint and description, as in the manifest.
COMMANDS = {
    "/ask": ("your question", "Ask your team’s documents; only you see the answer"),
    "/docs": ("[words]", "What I know: list the documents, or search them"),
    "/guide": ("[what you are building]", "RAG or fine-tuning? Two to four questions; only you see them"),
}

ASK_USAGE = (
    "Write your question after the command, for example `/ask Who is on call?` Only you see the answer."
)

REFUSAL = "I could not find this in your documents."
NEAREST = "The nearest that I have:"
NOTHING_NEAR = "Try other words, or ask a colleague who would know."
UNCONFIRMED = "(not confirmed by the documents)"
MORE_FOLLOWS = "…"

# The guide, as far as Slack's side has words of its own for it.
UNSURE = "I don’t know"
DONE = "Done"
IN_WORDS = "Answer in words"
IN_YOUR_WORDS = "or just answer in your own words"
WHY = "Why?"
CHANGE = "Change an answer"
FIGURES = "Figures and sources"
SHARE = "Share"
EXPORT = "Export"
EXPORTED = "The decision record as Markdown, to copy:"
SHARED = "Shared."
SHARE_WHERE = "Where to? I have to be in that channel."
A_CHANNEL = "A channel"
SEND = "Send"
CANCEL = "Cancel"
GUIDE_GONE = "I no longer have this conversation. `/guide` begins a new one."
GUIDE_OVER = "Your last recommendation here. `/guide start over` begins anew."
OFFER = "Not sure which fits you? Two to four questions."
START = "Start"
SET_ASIDE = "Set aside: something else was meant."

# In front of what was answered, and behind a question that was not and is asked again further down.
TICK = "✓"
ASKED_BELOW = "(asked again below)"

NOT_MEANT = "Not what you meant?"
SWITCH = {"answer": "Search the documents", "guide": "Help me choose"}

# Commands in plain words.
CAN = (
    "I answer questions from your team’s documents, list them (`/docs`), and help to choose between RAG and "
    "fine-tuning (`/guide`). You can also tell me to forget this thread, or to delete your history."
)
CANNOT = f"I can’t do that from here. {CAN}"
NOT_UNDERSTOOD = (
    "I did not understand that. Ask me a question about your team’s documents, "
    "or tell me what you are building."
)
UNREAD_ATTACHMENT = "I do not read what is attached to a message, only its words and the documents."
ONLY_ATTACHED = (
    f"{UNREAD_ATTACHMENT} Please put your question into words. An admin can add a file to the documents."
)
NO_GUIDE = "There is nothing of that kind going on here. Tell me what you are building, and we begin."
CANCELLED = "All right, no more questions. `/guide` begins anew whenever you like."
STILL_ASKING = "My question above still stands, whenever you like."
NOT_LOOKED = "I have not looked through the documents yet; I am about to."
NOTHING_KNOWN = "There is no document yet that you may read here. An admin can add some."
NOT_ALL_READ = (
    "I have not read all documents yet, so this may miss something: ask again in a few minutes. If it stays "
    "so, an admin can see why with `ragtime doctor`."
)
FORGET_ALL = (
    "This deletes all that you asked me, my replies to you, your feedback and the guides that you began: "
    "here with me, not the messages in Slack. It cannot be undone."
)
FORGET = "Delete my history"
NOT_YOURS = "Only the person who asked for it can confirm that. Tell me “delete my history” to delete yours."
NOTHING_HERE = "There is nothing in this thread yet that I could forget."
THREAD_FORGOTTEN = (
    "Forgotten: I no longer know what was said in this thread. The messages stay in Slack; that cannot be "
    "undone on my side."
)
NOTHING_TO_SHARE = (
    "There is nothing to share here yet. To share an answer, ask me in that channel, or by `/ask`."
)
SHARE_BY_BUTTON = "Where to? Choose the channel here:"
EXPORT_BY_BUTTON = "The decision record is long: only you see it when you press the button."

QUIET = (
    "I stay quiet in this channel. Ask me with `/ask`, or in a direct message: only you see the answer then."
)
MAY_NOT_ASK = (
    "In this channel I answer questions of some people only. In a direct message I am happy to answer yours."
)

SORRY = (
    "Sorry, I could not answer this: something went wrong on my side. Please ask again in a few minutes. If "
    "that does not help, tell an admin."
)
NOT_SHARED = "I cannot write in this channel yet. Type `/invite @Ragtime` there, then press Share again."
NOT_FOR_CHANNEL = (
    "I cannot show this here: I find no answer in the documents that everyone in this channel may read. "
    "Nobody else has seen your question. Others can ask me with `/ask`."
)
SHARED_BEFORE = "This was shared here before."
NOT_SHARED_BEFORE = (
    "I could not show this here: not everyone in this channel may read what it rests on, "
    "or I am to be quiet in it. Others can ask me with `/ask`."
)
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
    "• `/docs` shows what I know; `/docs words` searches it.\n"
    "• RAG or fine-tuning? Tell me what you are building, in a message or with `/guide`: two to four "
    "questions, then a recommendation with its reasons."
)
PROMPTS_TITLE = "Ask your team’s documents, for example:"


def status(documents: int) -> str:
    """The status line while documents are searched; Slack puts the app's name in front."""
    return f"is looking through {counted(documents)}…"


def busy_status(seconds: int) -> str:
    """The status line while many questions wait; Slack puts the app's name in front."""
    return f"is busy, about {seconds} seconds…"


def busy(seconds: int) -> str:
    """What is said at once to a command while many questions wait."""
    return f"Many questions at once: yours takes about {seconds} seconds. There is no need to ask again."


def help_with(examples: Sequence[str]) -> str:
    """What Ragtime does, with questions to begin with."""
    return (
        "Hi! Ask me about your team’s documents, and I answer with their own words and a link to each. "
        "Or tell me what you are building, and I help you choose between RAG and fine-tuning. "
        "For example:\n"
    ) + "\n".join(f"- {example}" for example in examples)


def counted(documents: int) -> str:
    """A number of documents, in words."""
    return "1 document" if documents == 1 else f"{documents:,} documents"


def rows_left_out(count: int) -> str:
    """Below a table of which some rows are shown."""
    return f"{count:,} more {'row' if count == 1 else 'rows'} in the source."


def shared(user: str, question: str) -> str:
    """What stands above a shared answer; `question` is escaped."""
    return f"<@{user}> asked: {question}"


def progress(number: int, most: int) -> str:
    """How far a guide is."""
    return f"Question {number} of at most {most}"


def shared_recommendation(user: str, topic: str) -> str:
    """What stands above a shared recommendation; `topic` is escaped, empty where it is not known."""
    about = f" for: {topic}" if topic else ""
    return f"<@{user}> shared a recommendation{about}"


def last_looked(moment: str) -> str:
    """When the documents were last looked through; `moment` as Slack shows times."""
    return f"I last looked through the documents {moment}, and look again by myself every few minutes."


def forgotten(turns: int) -> str:
    """What was deleted of a person's history."""
    counted = "1 question" if turns == 1 else f"{turns:,} questions"
    return f"Deleted: {counted} with my replies, your feedback and your guides. The messages stay in Slack."
