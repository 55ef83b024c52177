"""Block Kit at the page: every block is drawn, elements tell the app, modals and the home tab work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from bot.blocks.mrkdwn import link_mrkdwn
from bot.blocks.quoted_links import quoted_link
from chains.contract import Source, Statement
from tests.support.playground import DIRECT, GENERAL, YOU, mrkdwn, open_page, option, plain
from tests.support.slack import LocalSlack

CONFIRM = {
    "title": plain("Sure?"),
    "text": mrkdwn("It is gone for everyone."),
    "confirm": plain("Remove it"),
    "deny": plain("Keep"),
}
INPUTS = [
    {
        "type": "input",
        "block_id": "why",
        "label": plain("Why"),
        "hint": plain("In your words"),
        "element": {"type": "plain_text_input", "action_id": "text", "multiline": True},
    },
    {
        "type": "input",
        "block_id": "kind",
        "label": plain("Kind"),
        "element": {"type": "static_select", "action_id": "pick", "options": [option("Old", "old")]},
    },
    {
        "type": "input",
        "block_id": "who",
        "optional": True,
        "label": plain("Tell"),
        "element": {"type": "checkboxes", "action_id": "tell", "options": [option("My team", "team")]},
    },
]
MODAL = {"type": "modal", "title": plain("Tell us more"), "submit": plain("Send"), "blocks": INPUTS}


def post(slack: LocalSlack, *blocks: dict[str, Any]) -> None:
    slack.client().chat_postMessage(channel=GENERAL, text="fallback", blocks=list(blocks))


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "block_id": "acts", "elements": list(elements)}


def pressed(slack: LocalSlack, count: int = 1) -> dict[str, Any]:
    attempts = slack.wait_until(
        lambda: found if len(found := slack.attempts("block_actions")) >= count else None
    )
    return attempts[count - 1].outgoing.payload


def test_blocks_for_reading_are_drawn(page: Page, local_slack: LocalSlack) -> None:
    cells = [
        [{"type": "raw_text", "text": text} for text in row] for row in (("Level", "Minutes"), ("SEV-1", "5"))
    ]
    rich = {
        "type": "rich_text_section",
        "elements": [{"type": "text", "text": "strong", "style": {"bold": True}}],
    }
    listed = {"type": "rich_text_list", "style": "bullet", "elements": [rich]}
    post(
        local_slack,
        {"type": "header", "text": plain("A header :tada:")},
        {"type": "section", "text": mrkdwn("*bold* <@U0MARA>"), "fields": [mrkdwn("*Owner*\nMara")]},
        {"type": "divider"},
        {"type": "markdown", "text": "## Heading\n\n|a|b|\n|-|-:|\n|1|2|\n\n`code`"},
        {"type": "table", "rows": cells, "column_settings": [{"align": "left"}, {"align": "right"}]},
        {"type": "rich_text", "elements": [rich, listed]},
        {"type": "image", "image_url": "https://elsewhere.example/x.png", "alt_text": "A chart"},
        {"type": "context", "elements": [mrkdwn("_quiet words_")]},
    )
    content = page.locator("#conversation .content")
    expect(content.locator("h3.header")).to_have_text("A header 🎉")
    expect(content.locator(".section .mention")).to_have_text("@Mara Lindqvist")
    expect(content.locator(".fields")).to_contain_text("Owner")
    expect(content.locator("hr")).to_have_count(1)
    expect(content.get_by_role("heading", name="Heading")).to_be_visible()
    expect(content.locator("table")).to_have_count(2)
    expect(content.get_by_role("columnheader", name="Level")).to_be_visible()
    expect(content.locator("td", has_text="5")).to_have_css("text-align", "right")
    expect(content.locator("li strong")).to_have_text("strong")
    expect(content.get_by_role("link", name="A chart")).to_have_attribute("target", "_blank")
    expect(content.locator("img")).to_have_count(0)
    expect(content.locator(".context em")).to_have_text("quiet words")
    expect(content).not_to_contain_text("fallback")


def test_hostile_text_in_blocks_is_only_words(page: Page, local_slack: LocalSlack) -> None:
    trap = "<img src=x onerror=alert(1)><script>alert(1)</script> [x](javascript:alert(1))"
    link = {"type": "link", "url": "javascript:alert(1)", "text": "a trap"}
    post(
        local_slack,
        {"type": "section", "text": mrkdwn(trap)},
        {"type": "header", "text": plain(trap[:140])},
        {"type": "markdown", "text": trap},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]},
        actions(
            {"type": "button", "action_id": "b", "text": plain("<b>Go</b>"), "url": "javascript:alert(1)"}
        ),
    )
    content = page.locator("#conversation .content")
    expect(content).to_contain_text("<script>")
    expect(content.get_by_role("button")).to_have_text("<b>Go</b>")
    assert content.locator("script, img, a[href^='javascript' i]").count() == 0


def test_a_button_is_pressed_after_its_question_is_confirmed(page: Page, local_slack: LocalSlack) -> None:
    button = {"type": "button", "action_id": "rm", "value": "7", "style": "danger", "text": plain("Remove")}
    post(local_slack, actions({**button, "confirm": CONFIRM}))
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
    assert pressed(local_slack)["actions"][0]["value"] == "7"
    assert len(local_slack.attempts("block_actions")) == 1


def test_menus_and_boxes_tell_what_was_chosen_and_keep_it(page: Page, local_slack: LocalSlack) -> None:
    options = [option("Alpha", "a"), option("Beta", "b")]
    post(
        local_slack,
        actions(
            {"type": "static_select", "action_id": "sel", "placeholder": plain("Pick"), "options": options},
            {"type": "checkboxes", "action_id": "chk", "options": options},
            {"type": "radio_buttons", "action_id": "rad", "options": options},
        ),
    )
    page.get_by_role("combobox", name="Pick").select_option("b")
    assert pressed(local_slack)["actions"][0]["selected_option"]["value"] == "b"
    page.get_by_role("checkbox", name="Alpha").check()
    assert [o["value"] for o in pressed(local_slack, 2)["actions"][0]["selected_options"]] == ["a"]
    page.get_by_role("radio", name="Beta").check()
    payload = pressed(local_slack, 3)
    assert payload["actions"][0]["selected_option"]["value"] == "b"
    assert payload["state"]["values"]["acts"]["sel"]["selected_option"]["value"] == "b"
    message = local_slack.workspace.messages(GENERAL)[0]
    local_slack.client().reactions_add(channel=GENERAL, timestamp=message["ts"], name="eyes")
    expect(page.locator(".reaction")).to_contain_text("👀")
    expect(page.get_by_role("combobox", name="Pick")).to_have_value("b")
    expect(page.get_by_role("checkbox", name="Alpha")).to_be_checked()


def test_feedback_is_given_and_shown_as_given(page: Page, local_slack: LocalSlack) -> None:
    feedback = {
        "type": "feedback_buttons",
        "action_id": "fb",
        "positive_button": {"text": plain("Helpful"), "value": "yes"},
        "negative_button": {"text": plain("Not helpful"), "value": "no"},
    }
    trash = {"type": "icon_button", "action_id": "rm", "icon": "trash", "text": plain("Remove")}
    post(local_slack, {"type": "context_actions", "elements": [feedback, trash]})
    page.get_by_role("button", name="Not helpful").click()
    assert pressed(local_slack)["actions"][0]["value"] == "no"
    expect(page.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Remove").click()
    assert pressed(local_slack, 2)["actions"][0]["action_id"] == "rm"


def test_a_modal_asks_for_what_is_missing_and_sends_what_was_entered(
    page: Page, local_slack: LocalSlack
) -> None:
    post(local_slack, actions({"type": "button", "action_id": "more", "text": plain("More")}))
    page.get_by_role("button", name="More").click()
    trigger = pressed(local_slack)["trigger_id"]
    local_slack.client().views_open(trigger_id=trigger, view=MODAL)
    dialog = page.get_by_role("dialog", name="Tell us more")
    dialog.get_by_role("checkbox", name="My team").check()
    dialog.get_by_role("button", name="Send").click()
    why = dialog.get_by_role("textbox", name="Why")
    expect(why).to_be_focused()
    expect(why).to_have_accessible_description("Please complete this required field. In your words")
    why.fill("It is old")
    dialog.get_by_role("combobox", name="Kind").select_option("old")
    dialog.get_by_role("button", name="Send").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="More")).to_be_focused()
    attempt = local_slack.wait_until(lambda: local_slack.attempts("view_submission"))[0]
    values = attempt.outgoing.payload["view"]["state"]["values"]
    assert values["why"]["text"]["value"] == "It is old"
    assert values["kind"]["pick"]["selected_option"]["value"] == "old"
    assert values["who"]["tell"]["selected_options"][0]["value"] == "team"


def test_escape_closes_a_modal(page: Page, local_slack: LocalSlack) -> None:
    post(local_slack, actions({"type": "button", "action_id": "more", "text": plain("More")}))
    page.get_by_role("button", name="More").click()
    local_slack.client().views_open(trigger_id=pressed(local_slack)["trigger_id"], view=MODAL)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert local_slack.workspace.open_views(YOU) == []


def test_the_home_tab_shows_what_the_app_published(browser: Browser, local_slack: LocalSlack) -> None:
    button = {"type": "button", "action_id": "ask", "text": plain("Ask")}
    with open_page(browser, local_slack, f"/#/{DIRECT}") as page:
        page.get_by_role("link", name="Home").click()
        expect(page.locator(".home")).to_have_text("The app has put nothing here yet.")
        local_slack.wait_until(lambda: local_slack.attempts("app_home_opened"))
        blocks = [{"type": "header", "text": plain("Welcome")}, actions(button)]
        local_slack.client().views_publish(user_id=YOU, view={"type": "home", "blocks": blocks})
        expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
        page.get_by_role("button", name="Ask").click()
        assert pressed(local_slack)["container"]["type"] == "view"


def test_an_app_that_fails_is_said(browser: Browser, local_slack: LocalSlack) -> None:
    local_slack.deliver_to(f"{local_slack.url}/nothing-here")
    with open_page(browser, local_slack, f"/#/{GENERAL}") as page:
        page.fill("#composer", "/ask what is RAG?")
        page.press("#composer", "Enter")
        expect(page.locator(".toast")).to_contain_text("Ragtime could not take that.")


def test_a_cited_source_opens_at_its_heading(
    browser: Browser, local_slack: LocalSlack, tmp_path: Path
) -> None:
    (tmp_path / "paging.md").write_text("# Paging\n\nWords.\n\n## Whom to page\n\nThe primary.\n")
    source = f"<{local_slack.url}/documents/paging.md#whom-to-page|[1] Paging › Whom to page>"
    with open_page(browser, local_slack, f"/#/{GENERAL}") as page:
        post(local_slack, {"type": "context", "elements": [mrkdwn(source)]})
        with page.context.expect_page() as opened:
            page.get_by_role("link", name="[1] Paging").click()
        heading = opened.value.get_by_role("heading", name="Whom to page")
        expect(heading).to_be_in_viewport()
        expect(heading).to_have_css("border-left-width", "4px")


CITED = {
    "rooms.html": (
        "<p>Words.</p>" * 80 + "<p>A room can be booked at <b>most</b>\nfive weeks ahead.</p>",
        "A room can be booked at most five weeks ahead.",
    ),
    "tools.csv": ("Tool,Owner\n" + "Filler,Nobody\n" * 80 + "Bellbuoy,Maren\n", "Bellbuoy | Maren"),
}


def test_a_cited_source_opens_at_the_words_that_were_quoted(
    browser: Browser, local_slack: LocalSlack, tmp_path: Path
) -> None:
    with open_page(browser, local_slack, f"/#/{GENERAL}") as page:
        for name, (document, quotation) in CITED.items():
            (tmp_path / name).write_text(document)
            cited = Source(1, name, name, (), "", url=f"{local_slack.url}/documents/{name}")
            url = quoted_link(cited, [Statement(quotation, (1,), (quotation,), quoted=True)])
            post(local_slack, {"type": "context", "elements": [mrkdwn(link_mrkdwn(name, url))]})
            with page.context.expect_page() as opened:
                page.get_by_role("link", name=name).click()
            expect(opened.value.locator("p, tr").last).to_be_in_viewport()
