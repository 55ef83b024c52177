"""What to say: the chains that turn a question into a reply. Knows nothing of Slack."""
