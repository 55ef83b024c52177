"""The playground: a local stand-in for Slack, its web page, and the real bot in between."""
