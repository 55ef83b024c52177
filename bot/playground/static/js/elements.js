// Block Kit's interactive elements: buttons, menus, boxes and fields, in messages, modals and the home tab.

import * as api from "./api.js";
import { attempt } from "./announce.js";
import { confirmObject } from "./confirm.js";
import { h, served } from "./dom.js";
import { chosenIn, enter, enteredIn } from "./entered.js";
import { icon } from "./icons.js";
import { image, isAllowed } from "./links.js";
import { state } from "./store.js";

const FIELD_TYPES = {
  email_text_input: "email",
  url_text_input: "url",
  number_input: "number",
  datepicker: "date",
  timepicker: "time",
};
const INITIAL = { datepicker: "initial_date", timepicker: "initial_time" };
const PEOPLE_AND_PLACES = {
  users_select: () => [...state.users.values()].map((user) => [user.id, user.real_name]),
  channels_select: () => named(),
  conversations_select: () => named(),
};

/**
 * One element. `place` says where it is: `{ key, ids }`, `ids` being what the server is told.
 * `block` is its block's id; `field` holds `id`, `describedby`, `silent` in an input block.
 */
export function element(spec, place, block, field = {}) {
  const render = RENDER[spec.type] ?? (spec.type in PEOPLE_AND_PLACES ? ids : textField);
  return render(spec, new Use(spec, place, block, field));
}

/** An element in use: what is chosen in it, and telling the server. */
class Use {
  constructor(spec, place, block, field) {
    Object.assign(this, { spec, place, block, field });
    const own = `${place.key}-${block}-${spec.action_id}`.replace(/[^\w-]/g, "_");
    this.id = field.id ?? `element-${own}`;
    this.attributes = {
      id: this.id,
      "data-focus": `${block}/${spec.action_id}`,
      "aria-describedby": field.describedby,
      "aria-label": field.id ? undefined : (spec.accessibility_label ?? spec.placeholder?.text),
    };
  }

  get chosen() {
    return chosenIn(this.place.key, this.block, this.spec.action_id);
  }

  choose(chosen) {
    enter(this.place.key, this.block, this.spec.action_id, chosen);
  }

  /** Remembers a choice and, where the app wants to know at once, tells it. */
  async changed(chosen) {
    this.choose(chosen);
    if (!this.field.silent) await this.press(chosen);
  }

  async press(chosen) {
    const { spec, place, block } = this;
    if (spec.confirm && !(await confirmObject(spec.confirm))) return;
    const action = { block_id: block, action_id: spec.action_id, chosen, entered: enteredIn(place.key) };
    await attempt(api.act({ ...place.ids, ...action }));
  }
}

const RENDER = {
  button(spec, use) {
    const attributes = { ...use.attributes, class: `button ${spec.style ?? ""}`, onclick: () => use.press() };
    if (spec.url && isAllowed(spec.url)) {
      return served("a", spec.text.html, {
        ...attributes,
        href: spec.url,
        target: "_blank",
        rel: "noopener noreferrer",
      });
    }
    return served("button", spec.text.html, { ...attributes, type: "button" });
  },

  icon_button(spec, use) {
    if (spec.visible_to_user_ids && !spec.visible_to_user_ids.includes(state.you)) return null;
    const words = spec.accessibility_label ?? spec.text.text;
    const attributes = {
      ...use.attributes,
      class: "icon-button",
      type: "button",
      "aria-label": words,
      title: spec.text.text,
    };
    return h("button", { ...attributes, onclick: () => use.press() }, icon(spec.icon));
  },

  feedback_buttons(spec, use) {
    const thumb = (kind, button, drawing) =>
      h(
        "button",
        {
          class: "feedback",
          type: "button",
          "data-focus": `${use.attributes["data-focus"]}/${kind}`,
          "aria-label": button.accessibility_label ?? button.text.text,
          "aria-pressed": String(use.chosen === kind),
          onclick: (event) => {
            use.choose(kind);
            for (const each of event.currentTarget.parentElement.children)
              each.setAttribute("aria-pressed", "false");
            event.currentTarget.setAttribute("aria-pressed", "true");
            use.press(kind);
          },
        },
        icon(drawing),
        h("span", {}, button.text.text),
      );
    return h(
      "span",
      { class: "feedback-group", role: "group", "aria-label": "Feedback" },
      thumb("positive", spec.positive_button, "up"),
      thumb("negative", spec.negative_button, "down"),
    );
  },

  static_select(spec, use) {
    const initial = use.chosen === undefined ? spec.initial_option?.value : use.chosen;
    return select(spec, use, initial, optionNodes(spec));
  },

  multi_static_select: (spec, use) => boxes("checkbox", { ...spec, options: allOptions(spec) }, use),
  checkboxes: (spec, use) => boxes("checkbox", spec, use),
  radio_buttons: (spec, use) => boxes("radio", spec, use),

  overflow(spec, use) {
    const items = spec.options.map((option) => h("option", { value: option.value }, option.text.text));
    const menu = select(spec, use, "", items);
    menu.classList.add("overflow");
    menu.setAttribute("aria-label", "More actions");
    menu.querySelector("option").textContent = "⋯";
    return menu;
  },

  plain_text_input: (spec, use) => (spec.multiline ? textArea(spec, use) : textField(spec, use)),
  image: (spec) => image(spec, { class: "accessory-image" }),
};

function ids(spec, use) {
  const initial = use.chosen ?? spec.initial_user ?? spec.initial_channel ?? spec.initial_conversation;
  const options = PEOPLE_AND_PLACES[spec.type]().map(([value, words]) => h("option", { value }, words));
  return select(spec, use, initial, options);
}

const named = () => [...state.channels.values()].filter((c) => c.name).map((c) => [c.id, `#${c.name}`]);
const allOptions = (spec) => [
  ...(spec.options ?? []),
  ...(spec.option_groups ?? []).flatMap((group) => group.options),
];

function optionNodes(spec) {
  const nodes = (options) => options.map((option) => h("option", { value: option.value }, option.text.text));
  if (!spec.option_groups) return nodes(spec.options);
  return spec.option_groups.map((group) => h("optgroup", { label: group.label.text }, nodes(group.options)));
}

function select(spec, use, initial, options) {
  const attributes = {
    ...use.attributes,
    class: "select",
    onchange: (event) => use.changed(event.target.value || null),
  };
  const menu = h(
    "select",
    attributes,
    h("option", { value: "" }, spec.placeholder?.text ?? "Choose…"),
    options,
  );
  menu.value = initial ?? "";
  return menu;
}

function boxes(type, spec, use) {
  const many = type === "checkbox";
  const initial = many
    ? (spec.initial_options ?? []).map((option) => option.value)
    : spec.initial_option?.value;
  const chosen = use.chosen === undefined ? initial : use.chosen;
  const group = h("div", {
    class: "boxes",
    role: many ? "group" : "radiogroup",
    "aria-label": use.attributes["aria-label"],
    "aria-labelledby": use.field.id ? `${use.id}-label` : undefined,
    "aria-describedby": use.field.describedby,
  });
  const read = () => [...group.querySelectorAll("input:checked")].map((box) => box.value);
  for (const option of spec.options) {
    const box = h("input", {
      type,
      name: use.id,
      value: option.value,
      "data-focus": `${use.attributes["data-focus"]}/${option.value}`,
      onchange: () => use.changed(many ? read() : option.value),
    });
    box.checked = many ? chosen?.includes(option.value) : chosen === option.value;
    const description =
      option.description && served("span", option.description.html, { class: "box-description" });
    group.append(
      h("label", { class: "box" }, box, h("span", {}, served("span", option.text.html), description)),
    );
  }
  return group;
}

function textField(spec, use) {
  const type = FIELD_TYPES[spec.type] ?? "text";
  return typing(
    h("input", { ...typingAttributes(spec, use), type, step: spec.is_decimal_allowed ? "any" : undefined }),
    spec,
    use,
  );
}

function textArea(spec, use) {
  return typing(h("textarea", { ...typingAttributes(spec, use), rows: 4 }), spec, use);
}

function typingAttributes(spec, use) {
  return {
    ...use.attributes,
    class: "field",
    placeholder: spec.placeholder?.text,
    maxlength: spec.max_length,
    minlength: spec.min_length,
    min: spec.min_value,
    max: spec.max_value,
    autofocus: spec.focus_on_load,
    oninput: (event) => use.choose(event.target.value),
    onchange: (event) => use.changed(event.target.value),
  };
}

function typing(field, spec, use) {
  field.value = use.chosen ?? spec[INITIAL[spec.type] ?? "initial_value"] ?? "";
  return field;
}
