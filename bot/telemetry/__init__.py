"""What is told of the bot at work: logs without secrets and messages, and reasons for failures."""
