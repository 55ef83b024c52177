// What the person does, sent to the server. A refusal becomes an error with the server's own sentence.

export class Refused extends Error {}

async function post(path, body) {
  let answer;
  try {
    answer = await fetch(`/playground/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Refused("The playground does not answer. Is it still running in your terminal?");
  }
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok)
    throw new Refused(content.error ?? "The playground could not do that. Its terminal says why.");
  return content;
}

export const write = (channel, text, thread_ts) => post("messages", { channel, text, thread_ts });
export const edit = (channel, ts, text) => post("messages/edit", { channel, ts, text });
export const remove = (channel, ts) => post("messages/delete", { channel, ts });
export const command = (channel, name, text) => post("commands", { channel, command: name, text });
export const act = (action) => post("actions", action);
export const submitView = (view_id, entered) => post("views/submit", { view_id, entered });
export const closeView = (view_id) => post("views/close", { view_id });
export const openApp = (tab) => post("home", { tab });
