"""The Markdown dialect of team documents: CommonMark, GitHub's tables, and what site generators add.

Their additions (admonitions, containers, attributes, shortcodes, wiki links, icons) are markup to a
reader of the source, so that each is either understood or left out, never shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml.html import defs
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_block import StateBlock, html_block
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from knowledge.documents import UnreadableDocument
from knowledge.parsers.limits import MAX_NESTING
from knowledge.parsers.text_pieces import names

_ANYWHERE = ["paragraph", "reference", "blockquote", "list"]
"""Rules that these block rules may interrupt."""

_ADMONITIONS = names(
    "abstract attention bug caution danger details error example failure hint important info note question",
    "quote seealso spoiler success summary tip todo warning",
)
_CONTAINER = re.compile(
    rf":{{3,}}[ \t]*(?:(?:{'|'.join(sorted(_ADMONITIONS))})\b[ \t]*"
    r"(?:\[(?P<label>[^\]]*)\]|(?P<title>[^{\n]*)))?",
    re.IGNORECASE,
)
_TAB = re.compile(r'===[!+]?[ \t]+"(?P<title>[^"]*)"[ \t]*$')
_LINES_OF_MARKUP = re.compile(
    r'-{1,2}8<-{1,2}[ \t].*|(?:import|export)[ \t]+[\w{*][^\n]*["\'`;{(]'
    r"|\[\[?_?toc_?\]\]?|\$\{toc\}|\{:toc\}",
    re.IGNORECASE,
)

_NOTHING = re.compile(
    r"\{\{[<%].{0,500}?[%>]\}\}|\{%.{0,500}?%\}"  # shortcodes of Hugo, Liquid and Jinja
    r"|\{/\*.{0,2000}?\*/\}"  # comments of MDX
    r"|\{:[^{}\n]*\}|\{[ ]*[.#][\w-][^{}\n]*\}|\{[ ]*[\w-]+=\"?[\w-]+\"?[ ]*\}"  # attribute lists
    r"|:(?:material|fontawesome|octicons|simple)-[\w-]+:"  # icons
    r"|!\[\[[^\[\]\n]*\]\]",  # embedded files of Obsidian
    re.DOTALL,
)
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|\n]+\|)?([^\[\]|\n]+)\]\](?!\()")
# Slack's own notation for whom a message calls, pasted into a document: words like others.
_SLACK_TOKEN = re.compile(
    r"<(?:!(?:channel|here|everyone|subteam\^\w+|date\^[^<>|\n]+)|@[UW]\w+|#C\w+)(?:\|[^<>\n]*)?>"
)
_MARKED = re.compile(r"==(?=[^\s=])(.{1,500}?)(?<=\S)==")
_CALLOUT = re.compile(r"\[!\w+\][+-]?(?:[ \t]+|$)", re.MULTILINE)
_HEADING_ATTRIBUTES = re.compile(r"\{[ \t]*:?[ \t]*(?P<list>[.#][^{}\n]*)\}[ \t]*#*[ \t]*$")
_PLACEHOLDER = re.compile(r"\{\{[^{}\n]*\}\}")
# What is left in the text after parsing is markup with a mistake in it.
_BROKEN_BOLD = re.compile(r"(?<![\w)])\*\*|\*\*(?![\w(])")
_BROKEN_LINK = re.compile(r"\[([^\[\]]+)\]\([^()]*\)")
_CHECKBOX = re.compile(r"\[[ xX]\][ \t]+")

_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z][\w-]*)(?P<attributes>[^>]*?)(?P<empty>/?)>", re.DOTALL)
_HTML = frozenset(defs.tags) | names("bdi data dialog hgroup main picture search slot template wbr")
# An HTML parser takes all that follows an unclosed one of these for its content.
_SWALLOWING = names(
    "button canvas iframe nav noembed noframes noscript object plaintext script select style svg template",
    "textarea title video xmp",
)
# Without attributes these do nothing: whoever writes one writes about it.
_MENTIONED = names("a body div form head html img input link meta span table")


def team_markdown() -> MarkdownIt:
    """A parser for the dialect; it renders to HTML.

    It raises UnreadableDocument for what is nested too deeply.
    """
    # Its own bound lies above ours, as it leaves out what is beyond it in silence.
    md = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING + 10}).enable(["table", "strikethrough"])
    md.block.ruler.before("code", "nesting", _nesting)
    md.use(deflist_plugin).use(footnote_plugin, inline=False).use(admon_plugin)
    # Footnotes stay where they are written.
    md.disable("footnote_tail")
    for token_type in (
        "footnote_ref",
        "footnote_anchor",
        "footnote_reference_open",
        "footnote_reference_close",
    ):
        md.add_render_rule(token_type, _render_nothing)
    md.add_render_rule("html_inline", _render_html_inline)
    md.add_render_rule("text", _render_text)
    md.block.ruler.before("fence", "container", _container, {"alt": _ANYWHERE})
    md.block.ruler.before("fence", "tab", _tab, {"alt": _ANYWHERE})
    md.block.ruler.before("fence", "line_of_markup", _line_of_markup, {"alt": _ANYWHERE})
    md.inline.ruler.before("link", "nothing", _nothing)
    md.inline.ruler.before("link", "wiki_link", _wiki_link)
    md.inline.ruler.before("emphasis", "marked", _marked)
    md.inline.ruler.before("autolink", "slack_token", _slack_token)
    md.block.ruler.at("html_block", _html_block, {"alt": ["paragraph", "reference", "blockquote"]})
    md.core.ruler.before("inline", "leading_markup", _leading_markup)
    return md


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _nesting(state: StateBlock, _start: int, _end: int, _silent: bool) -> bool:
    if state.level >= MAX_NESTING:
        raise UnreadableDocument("its lists or quotations are nested too deeply")
    return False


def _container(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`:::tip Title`, and its closing `:::`: a box where it is titled and closed; else both lines go."""
    line = _line(state, start)
    if not line.startswith(":::") or not (match := _CONTAINER.match(line)):
        return False
    if silent:
        return True
    title = match["label"] or match["title"] or ""
    colons = line[: len(line) - len(line.lstrip(":"))]
    close = next((at for at in range(start + 1, end) if _line(state, at).strip() == colons), start)
    if title.strip() and close > start:
        _push_box(state, start, title, close, state.blkIndent)
        state.line = close + 1
    else:
        _push_title(state, start, title, {})
        state.line = start + 1
    return True


def _tab(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`=== "Title"` with its content indented, as Material for MkDocs has them."""
    line = _line(state, start)
    if not line.startswith("===") or not (match := _TAB.match(line)):
        return False
    if silent:
        return True
    indent = state.sCount[start] + 4
    last = start + 1
    while last < end and (state.isEmpty(last) or state.sCount[last] >= indent):
        last += 1
    _push_box(state, start, match["title"], last, indent)
    state.line = last
    return True


def _line_of_markup(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """Lines that are instructions to a site generator: inclusions, imports, tables of contents."""
    if not _LINES_OF_MARKUP.fullmatch(_line(state, start).strip()):
        return False
    if not silent:
        state.line = start + 1
    return True


def _push_box(state: StateBlock, start: int, title: str, end: int, indent: int) -> None:
    """The lines after the first as a box, as admonitions are."""
    state.push("box_open", "div", 1).attrs = {"class": "admonition"}
    _push_title(state, start, title, {"class": "admonition-title"})
    outer = state.blkIndent, state.lineMax
    # What is in the box ends with it, whatever its last paragraph would go on with.
    state.blkIndent, state.lineMax = indent, end
    state.md.block.tokenize(state, start + 1, end)
    state.blkIndent, state.lineMax = outer
    state.push("box_close", "div", -1)


def _push_title(state: StateBlock, line: int, title: str, attributes: dict[str, str | int | float]) -> None:
    if not title.strip():
        return
    opening = state.push("paragraph_open", "p", 1)
    opening.map, opening.attrs = [line, line + 1], attributes
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = title.strip(), [line, line + 1], []
    state.push("paragraph_close", "p", -1)


def _nothing(state: StateInline, _silent: bool) -> bool:
    if state.src[state.pos] not in "{:!" or not (match := _NOTHING.match(state.src, state.pos, state.posMax)):
        return False
    state.pos = match.end()
    return True


def _wiki_link(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "[" or not (match := _WIKI_LINK.match(state.src, state.pos, state.posMax)):
        return False
    if not silent:
        state.pending += match[1]
    state.pos = match.end()
    return True


def _marked(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "=" or not (match := _MARKED.match(state.src, state.pos, state.posMax)):
        return False
    if not silent:
        outer, state.posMax = state.posMax, match.end(1)
        state.pos = match.start(1)
        state.md.inline.tokenize(state)
        state.posMax = outer
    state.pos = match.end()
    return True


def _html_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """HTML's blocks, of which a line that begins with `<!here>` is none."""
    return not _SLACK_TOKEN.match(_line(state, start)) and html_block(state, start, end, silent)


def _slack_token(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "<" or not (match := _SLACK_TOKEN.match(state.src, state.pos, state.posMax)):
        return False
    if not silent:
        state.pending += match[0]
    state.pos = match.end()
    return True


def _leading_markup(state: StateCore) -> None:
    """What is markup at a block's begin or end: anchors, default titles, types of alerts, boxes of tasks."""
    previous = Token("", "", 0)
    before = previous
    for token in state.tokens:
        if token.type == "inline":
            if previous.type == "heading_open" and (match := _HEADING_ATTRIBUTES.search(token.content)):
                token.content = token.content[: match.start()].rstrip()
                if anchor := re.search(r"#([^\s.#}]+)", match["list"]):
                    previous.attrSet("id", anchor[1])
            elif previous.type == "admonition_title_open" and '"' not in before.info:
                # `!!! note` without a title of its own gets its type's name, which says nothing.
                token.content = token.content if " " in before.info.strip() else ""
            elif token.content.startswith("[!"):
                token.content = _CALLOUT.sub("", token.content, count=1)
            elif _PLACEHOLDER.fullmatch(token.content):
                token.content = ""
            elif before.type == "list_item_open" and token.content[:1] == "[":
                token.content = _CHECKBOX.sub("", token.content, count=1)
        before, previous = previous, token


def _render_nothing(*_: object) -> str:
    return ""


def _render_text(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    text = tokens[index].content
    if "**" in text:
        text = _BROKEN_BOLD.sub("", text)
    if "](" in text:
        text = _BROKEN_LINK.sub(r"\1", text)
    return escapeHtml(text)


def _render_html_inline(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    """HTML within text passes, but `<name>` that stands for a value is text."""
    content = tokens[index].content
    match = _TAG.fullmatch(content)
    if match is None or match["close"] or match["empty"]:
        return content
    name = match["name"].lower()
    bare = not match["attributes"].strip()
    stands_alone = name in _SWALLOWING or (bare and (name not in _HTML or name in _MENTIONED))
    if stands_alone and not any(
        token.type == "html_inline" and token.content.lower().startswith(f"</{name}")
        for token in tokens[index:]
    ):
        return escapeHtml(content)
    return content
