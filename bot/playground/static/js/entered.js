// What the person has chosen or typed in blocks, kept while a message or view is drawn anew.

const entries = new Map();

/** Everything entered at one place: `{ block_id: { action_id: chosen } }`. */
export const enteredIn = (key) => entries.get(key) ?? {};

/** What is entered into one element, or undefined. */
export const chosenIn = (key, block, action) => entries.get(key)?.[block]?.[action];

export function enter(key, block, action, chosen) {
  const place = entries.get(key) ?? {};
  entries.set(key, { ...place, [block]: { ...place[block], [action]: chosen } });
}

export const forget = (key) => entries.delete(key);
