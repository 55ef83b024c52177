// The connection that brings the state and every change; comes back by itself after a break.

const FIRST_DELAY = 500;
const LONGEST_DELAY = 5000;

/** Calls `onChange` with each change (the whole state first, again after a break), `onLink` with true or false. */
export function connect(onChange, onLink) {
  let delay = FIRST_DELAY;
  const open = () => {
    const socket = new WebSocket(`ws://${location.host}/playground/live`);
    socket.onmessage = ({ data }) => {
      delay = FIRST_DELAY;
      onLink(true);
      onChange(JSON.parse(data));
    };
    socket.onclose = () => {
      onLink(false);
      setTimeout(open, delay);
      delay = Math.min(delay * 2, LONGEST_DELAY);
    };
  };
  open();
}
