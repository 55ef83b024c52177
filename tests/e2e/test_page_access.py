"""Everyone can use the page: by keyboard, on a phone, in the dark, with enough contrast."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.playground import GENERAL, YOU, mrkdwn, open_page, plain
from tests.support.slack import LocalSlack

PHONE = {"viewport": {"width": 360, "height": 720}, "has_touch": True, "is_mobile": True}

# Every visible text whose colour is too close to what lies behind it (WCAG AA: 4.5, large text 3).
LOW_CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((part, i) => part * a + below[i] * (1 - a));
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const light = (color) => {
    const [r, g, b] = color.map((part) => linear(part / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const style = getComputedStyle(element);
    const shown = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!texts.currentNode.data.trim() || !shown || element.closest(".sr-only, .skip, [disabled]")) continue;
    const below = behind(element);
    const [a, b] = [light(over(rgba(style.color), below)), light(below)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) found.push(`${ratio.toFixed(2)} ${texts.currentNode.data.trim()}`);
  }
  return found;
}"""


def furnish(slack: LocalSlack) -> str:
    """Some of everything in #general; returns the ts of a message with a thread."""
    client = slack.client()
    question = slack.say("@Ragtime how do I page somebody? `code` <!here>", GENERAL, YOU)
    feedback = {
        "type": "feedback_buttons",
        "action_id": "fb",
        "positive_button": {"text": plain("Helpful"), "value": "yes"},
        "negative_button": {"text": plain("Not helpful"), "value": "no"},
    }
    styles = [{"style": "primary"}, {"style": "danger"}, {}]
    buttons = [
        {"type": "button", "action_id": f"b{n}", "text": plain(f"Button {n}"), **style}
        for n, style in enumerate(styles)
    ]
    client.chat_postMessage(
        channel=GENERAL,
        thread_ts=question["ts"],
        text="x",
        blocks=[
            {
                "type": "markdown",
                "text": "> **Seven** minutes\n\n|a|b|\n|-|-|\n|1|2|\n\n[link](https://a.example)",
            },
            {"type": "context", "elements": [mrkdwn("Sources: <https://a.example|Paging>")]},
            {"type": "actions", "elements": buttons},
            {"type": "context_actions", "elements": [feedback]},
        ],
    )
    slack.say("fine", GENERAL, "U0MARA")
    slack.say("news", "C0ONCALL", "U0MARA")
    client.chat_postEphemeral(channel=GENERAL, user=YOU, text="private *words*")
    client.assistant_threads_setStatus(channel_id=GENERAL, thread_ts=question["ts"], status="is thinking…")
    return question["ts"]


# Everything to touch that is lower than a fingertip; links among words are.
TOO_SMALL = """() => [...document.querySelectorAll("a, button, select, textarea, .box")]
  .filter((control) => control.checkVisibility() && !control.closest(".skip, .markdown"))
  .map((control) => [control.getBoundingClientRect(), control.ariaLabel ?? control.textContent])
  .filter(([{ width, height }]) => width > 0 && height < 44)
  .map(([{ height }, words]) => `${words}: ${height}`)"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_enough_contrast(browser: Browser, local_slack: LocalSlack, scheme: str) -> None:
    ts = furnish(local_slack)
    with open_page(browser, local_slack, f"/#/{GENERAL}/thread/{ts}", color_scheme=scheme) as page:
        expect(page.locator("#thread .button")).to_have_count(3)
        local_slack.say("more news", "C0ONCALL", "U0MARA")
        expect(page.locator("#sidebar .count")).to_be_visible()
        page.locator("#thread-composer").press_sequentially("@")
        expect(page.get_by_role("option").first).to_be_visible()
        assert page.evaluate(LOW_CONTRAST) == []


@pytest.mark.parametrize("path", ["", "/thread/{ts}", "/home"])
def test_nothing_is_wider_than_a_phone_or_too_small_to_touch(
    browser: Browser, local_slack: LocalSlack, path: str
) -> None:
    ts = furnish(local_slack)
    place = "D0YOU" if path == "/home" else GENERAL
    with open_page(browser, local_slack, f"/#/{place}{path.format(ts=ts)}", **PHONE) as page:
        expect(page.locator("main .head-line h1")).to_be_attached()
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        assert page.evaluate("document.querySelector('#composer').getBoundingClientRect().right") <= 360
        assert page.evaluate(TOO_SMALL) == []


def test_on_a_phone_the_thread_of_ones_question_opens_unless_one_is_writing(
    browser: Browser, local_slack: LocalSlack
) -> None:
    client = local_slack.client()

    def ask(page: Page, text: str) -> str:
        page.fill("#composer", text)
        page.press("#composer", "Enter")
        expect(page.locator("#conversation .message").filter(has_text=text)).to_be_visible()
        return local_slack.workspace.messages(GENERAL)[-1]["ts"]

    with open_page(browser, local_slack, f"/#/{GENERAL}", **PHONE) as page:
        first = ask(page, "how do I page somebody?")
        client.chat_postMessage(channel=GENERAL, thread_ts=first, text="By the button.")
        expect(page.locator("#thread .message").last).to_contain_text("By the button.")
        page.go_back()
        expect(page.locator("#thread")).to_be_hidden()
        second = ask(page, "which one?")
        page.fill("#composer", "and ano")
        client.chat_postMessage(channel=GENERAL, thread_ts=second, text="The red one.")
        expect(page.get_by_role("button", name="1 reply")).to_have_count(2)
        expect(page.locator("#composer")).to_have_value("and ano")
        expect(page.locator("#thread")).to_be_hidden()


def test_a_phone_shows_one_pane_and_goes_back(browser: Browser, local_slack: LocalSlack) -> None:
    furnish(local_slack)
    with open_page(browser, local_slack, f"/#/{GENERAL}", **PHONE) as page:
        expect(page.locator("#sidebar")).to_be_hidden()
        page.get_by_role("button", name="1 reply").tap()
        expect(page.locator("#conversation")).to_be_hidden()
        page.get_by_role("button", name="Back to the conversation").tap()
        expect(page.locator("#thread")).to_be_hidden()
        page.get_by_role("link", name="All channels").tap()
        expect(page.locator("#conversation")).to_be_hidden()
        page.get_by_role("link", name="on-call").tap()
        expect(page.get_by_role("heading", level=1)).to_have_text("on-call")


def test_the_skip_link_leads_to_the_composer(page: Page) -> None:
    page.locator("#sidebar a").first.focus()
    page.keyboard.press("Shift+Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#composer")).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_text("general")


def test_messages_are_walked_and_a_thread_opened_and_closed_by_keyboard(
    page: Page, local_slack: LocalSlack
) -> None:
    for text in ("one", "two", "three"):
        local_slack.say(text, GENERAL, "U0MARA")
    rows = page.locator("#conversation .message")
    expect(rows).to_have_count(3)
    expect(page.locator("#conversation .message[tabindex='0']")).to_have_count(1)
    page.locator("#conversation .message[tabindex='0']").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    expect(rows.nth(1)).to_be_focused()
    expect(page.locator("#conversation .message[tabindex='0']")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(rows.nth(1).get_by_role("button", name="Reply in thread")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#thread-composer")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#thread")).to_be_hidden()
    expect(rows.nth(1)).to_be_focused()


def test_focus_stays_on_a_button_whose_message_changes(page: Page, local_slack: LocalSlack) -> None:
    button = {"type": "button", "action_id": "go", "text": plain("Go")}
    blocks = [{"type": "actions", "block_id": "b", "elements": [button]}]
    client = local_slack.client()
    ts = client.chat_postMessage(channel=GENERAL, text="x", blocks=blocks)["ts"]
    page.get_by_role("button", name="Go").focus()
    changed = [{"type": "section", "text": plain("changed")}, *blocks]
    client.chat_update(channel=GENERAL, ts=ts, text="x", blocks=changed)
    expect(page.locator("#conversation .content")).to_contain_text("changed")
    expect(page.get_by_role("button", name="Go")).to_be_focused()


def test_every_control_has_a_name(browser: Browser, local_slack: LocalSlack) -> None:
    ts = furnish(local_slack)
    with open_page(browser, local_slack, f"/#/{GENERAL}/thread/{ts}") as page:
        expect(page.locator("#thread .button")).to_have_count(3)
        for role in ("button", "link", "textbox", "combobox", "navigation", "complementary"):
            for control in page.get_by_role(role).all():
                expect(control).to_have_accessible_name(re.compile(r"\S"))


def test_nothing_moves_for_people_who_want_no_motion(browser: Browser, local_slack: LocalSlack) -> None:
    furnish(local_slack)
    with open_page(browser, local_slack, f"/#/{GENERAL}", reduced_motion="reduce") as page:
        expect(page.locator(".keys i").first).to_be_visible()
        assert page.evaluate("document.getAnimations().length") == 0
