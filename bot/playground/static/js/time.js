// Slack's timestamps as people read them.

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

export const dateOf = (ts) => new Date(Number(ts) * 1000);
export const clock = (ts) => CLOCK.format(dateOf(ts));

/** The same without "am" and "pm", for narrow places. */
export const shortClock = (ts) => clock(ts).replace(/\s*[ap]\.?m\.?$/i, "");
export const full = (ts) => FULL.format(dateOf(ts));

/** "Today", "Yesterday", or the date. */
export function day(ts) {
  const date = dateOf(ts);
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (date >= midnight) return "Today";
  if (date >= midnight - 86_400_000) return "Yesterday";
  return DAY.format(date);
}
