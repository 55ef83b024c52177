// Where in the workspace the page is, kept in the address: `#/C1`, `#/C1/thread/123.456`, `#/D1/home`, `#/` (the list).

/** `{ channel, thread, home }` from the address. */
export function current() {
  const [, channel = "", kind = "", ts = ""] = location.hash.split("/");
  return { channel, thread: kind === "thread" ? ts : "", home: kind === "home" };
}

export const toChannel = (channel) => `#/${channel}`;
export const toThread = (channel, ts) => `#/${channel}/thread/${ts}`;
export const toHome = (channel) => `#/${channel}/home`;
export const toList = () => "#/";

/** Goes there; `replace` leaves no step to go back to. */
export function go(hash, { replace = false } = {}) {
  if (replace) {
    history.replaceState(null, "", hash);
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else if (location.hash !== hash) location.hash = hash;
}
