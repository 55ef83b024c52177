"""What becomes of an event: what it is for, what is done about it, and its one reply into Slack."""
