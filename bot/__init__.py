"""Slack: everything that knows what Slack is, and the command line that starts it."""
