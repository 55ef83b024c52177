"""Talking at the page: messages, threads, streams, statuses, edits, commands, broken connections."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.support.playground import DIRECT, EXAMPLES, GENERAL, YOU, open_page
from tests.support.slack import LocalSlack


def write(page: Page, text: str, field: str = "#composer") -> None:
    page.fill(field, text)
    page.press(field, "Enter")


def test_a_message_is_sent_with_enter_and_shown(page: Page, local_slack: LocalSlack) -> None:
    page.fill("#composer", "first line")
    page.press("#composer", "Shift+Enter")
    page.keyboard.type("*second* line")
    page.keyboard.press("Enter")
    message = page.locator("#conversation .message")
    expect(message).to_have_count(1)
    expect(message.locator("strong")).to_have_text("second")
    expect(page.locator("#composer")).to_have_value("")
    assert local_slack.workspace.messages(GENERAL)[0]["text"] == "first line\n*second* line"


def test_a_mention_is_completed_by_keyboard(page: Page, local_slack: LocalSlack) -> None:
    page.locator("#composer").press_sequentially("hello @ma")
    expect(page.get_by_role("option", name="@Mara Lindqvist")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Tab")
    page.keyboard.type("and @")
    page.keyboard.press("Enter")
    expect(page.locator("#composer")).to_have_value("hello @Mara Lindqvist and @Ragtime ")
    page.keyboard.press("Enter")
    expect(page.locator("#conversation .mention")).to_have_count(2)
    assert local_slack.workspace.messages(GENERAL)[0]["text"] == "hello <@U0MARA> and <@U0RAGTIME>"


def test_escape_closes_the_suggestions_and_keeps_the_text(page: Page) -> None:
    page.locator("#composer").press_sequentially("@")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.locator("#composer")).to_have_value("@")


def test_a_command_is_completed_and_run(page: Page, local_slack: LocalSlack) -> None:
    page.locator("#composer").press_sequentially("/a")
    page.keyboard.press("Enter")
    page.keyboard.type("what is RAG?")
    page.keyboard.press("Enter")
    attempt = local_slack.wait_until(lambda: local_slack.attempts("/ask"))[0]
    assert attempt.outgoing.payload["text"] == "what is RAG?"
    expect(page.locator("#conversation .message")).to_have_count(0)


def test_a_command_that_is_none_is_explained_and_given_back(
    browser: Browser, local_slack: LocalSlack
) -> None:
    window = browser.new_context()
    page = window.new_page()
    page.goto(local_slack.url + "/#/C0GENERAL")
    write(page, "/nope please")
    expect(page.locator(".toast")).to_contain_text("/nope is no command here. Try /ask or /docs.")
    expect(page.locator("#composer")).to_have_value("/nope please")
    window.close()


def test_a_private_reply_says_that_only_you_see_it(page: Page, local_slack: LocalSlack) -> None:
    local_slack.client().chat_postEphemeral(channel=GENERAL, user=YOU, text="just for you")
    expect(page.locator(".ephemeral")).to_contain_text("Only visible to you")


def test_neighbouring_messages_of_one_person_are_grouped(page: Page, local_slack: LocalSlack) -> None:
    for text in ("one", "two"):
        local_slack.say(text, GENERAL, "U0MARA")
    local_slack.say("three", GENERAL, "U0TOMAS")
    expect(page.locator("#conversation .byline b")).to_have_text(["Mara Lindqvist", "Tomas Okafor"])
    expect(page.locator("#conversation .day")).to_have_text("Today")


def test_the_thread_of_ones_question_opens_and_the_answer_grows(
    browser: Browser, local_slack: LocalSlack
) -> None:
    client = local_slack.client()
    with open_page(browser, local_slack) as page:
        write(page, "How do I page somebody?")
        expect(page.locator("#conversation .message")).to_have_count(1)
        ts = local_slack.workspace.messages(DIRECT)[0]["ts"]
        client.assistant_threads_setStatus(
            channel_id=DIRECT, thread_ts=ts, status="is looking through 412 documents…"
        )
        status = "Ragtime is looking through 412 documents…"
        expect(page.locator("#thread .status")).to_have_text(status)
        expect(page.locator("#announcer")).to_contain_text(status)
        expect(page.locator("#composer")).to_be_focused()
        stream = client.chat_startStream(channel=DIRECT, thread_ts=ts, markdown_text="The phone **rings")
        answer = page.locator("#thread .message").nth(1)
        expect(answer.locator(".streaming")).to_contain_text("The phone **rings")
        expect(page.locator("#thread .status")).to_have_count(0)
        client.chat_appendStream(channel=DIRECT, ts=stream["ts"], markdown_text="** for seven minutes.")
        expect(answer.locator("strong")).to_have_text("rings")
        expect(page.locator("#announcer")).not_to_contain_text("The phone")
        client.chat_stopStream(channel=DIRECT, ts=stream["ts"])
        expect(answer.locator(".streaming")).to_have_count(0)
        expect(page.locator("#announcer")).to_contain_text("Ragtime: The phone rings for seven minutes.")
        expect(page.get_by_role("button", name="1 reply")).to_be_visible()


def test_what_is_new_and_long_is_shown_from_its_start(page: Page, local_slack: LocalSlack) -> None:
    client = local_slack.client()
    client.chat_postMessage(channel=GENERAL, text="\n".join(["The verdict first", *["more"] * 60, "The end"]))
    message = page.locator("#conversation .message").first
    expect(message).to_contain_text("The end")
    expect(message.locator(".byline")).to_be_in_viewport()
    page.locator("#conversation .messages").hover()
    page.mouse.wheel(0, 300)
    local_slack.say("unasked", GENERAL, "U0MARA")
    client.chat_postEphemeral(channel=GENERAL, user=YOU, text="what you asked for")
    expect(page.locator("#conversation .ephemeral .text")).to_be_in_viewport()


def test_a_reply_goes_into_the_thread(page: Page, local_slack: LocalSlack) -> None:
    question = local_slack.say("a question", GENERAL, "U0MARA")
    page.locator("#conversation .message").hover()
    page.get_by_role("button", name="Reply in thread").click()
    expect(page.locator("#thread-composer")).to_be_focused()
    page.keyboard.type("a reply")
    page.keyboard.press("Enter")
    expect(page.locator("#thread .message")).to_have_count(2)
    expect(page.locator("#conversation .message")).to_have_count(1)
    assert local_slack.workspace.messages(GENERAL)[1]["thread_ts"] == question["ts"]


def test_ones_own_message_is_edited_and_deleted(page: Page, local_slack: LocalSlack) -> None:
    write(page, "a typo, @Mara Lindqvist")
    expect(page.locator("#conversation .message")).to_have_count(1)
    page.press("#composer", "ArrowUp")
    field = page.get_by_role("textbox", name="Edit message")
    expect(field).to_have_value("a typo, @Mara Lindqvist")
    field.fill("no typo")
    field.press("Enter")
    expect(page.locator("#conversation .content")).to_contain_text("no typo(edited)")
    page.locator("#conversation .message").hover()
    page.get_by_role("button", name="Delete message").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator("#conversation .message")).to_have_count(0)
    assert local_slack.workspace.messages(GENERAL) == []


def test_others_messages_cannot_be_edited(page: Page, local_slack: LocalSlack) -> None:
    local_slack.say("mine", GENERAL, "U0MARA")
    page.locator("#conversation .message").hover()
    expect(page.get_by_role("button", name="Reply in thread")).to_be_visible()
    expect(page.get_by_role("button", name="Edit message")).to_have_count(0)


def test_news_elsewhere_are_counted(page: Page, local_slack: LocalSlack) -> None:
    local_slack.say("over here", "C0ONCALL", "U0MARA")
    entry = page.get_by_role("link", name="on-call 1 new")
    expect(entry).to_be_visible()
    entry.click()
    expect(page.locator("#sidebar .unread")).to_have_count(0)


def test_example_questions_fill_the_composer_until_one_has_written(page: Page) -> None:
    page.get_by_role("button", name=EXAMPLES[0]).click()
    expect(page.locator("#composer")).to_have_value(f"@Ragtime {EXAMPLES[0]}")
    page.keyboard.press("Enter")
    expect(page.locator(".hint-bar")).to_have_count(0)


def test_suggested_prompts_are_sent_with_a_click(browser: Browser, local_slack: LocalSlack) -> None:
    with open_page(browser, local_slack) as page:
        expect(page.locator(".prompt")).to_have_text(list(EXAMPLES))
        prompts = [{"title": "Who pages?", "message": "Who gets paged first?"}]
        local_slack.client().assistant_threads_setSuggestedPrompts(
            channel_id=DIRECT, title="Ask me", prompts=prompts
        )
        page.get_by_role("button", name="Who pages?").click()
        expect(page.locator("#conversation .content")).to_have_text("Who gets paged first?")
        expect(page.locator(".welcome")).to_have_count(0)


def test_a_lost_connection_is_said_and_what_was_missed_is_caught_up(
    browser: Browser, local_slack: LocalSlack
) -> None:
    links: list[WebSocketRoute] = []
    refuse = False

    def link(route: WebSocketRoute) -> None:
        if refuse:
            route.close()
        else:
            links.append(route)
            route.connect_to_server()

    window = browser.new_context()
    page = window.new_page()
    page.route_web_socket("**/playground/live", link)
    page.goto(local_slack.url + "/#/C0GENERAL")
    local_slack.say("before", GENERAL, "U0MARA")
    expect(page.locator("#conversation .message")).to_have_count(1)
    refuse = True
    links[0].close()
    expect(page.get_by_role("status").filter(has_text="The connection is lost")).to_be_visible()
    local_slack.say("meanwhile", GENERAL, "U0MARA")
    refuse = False
    expect(page.locator("#conversation .message")).to_have_count(2)
    expect(page.locator("#connection")).to_be_hidden()
    window.close()
