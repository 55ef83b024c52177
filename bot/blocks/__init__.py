"""What is said, as Slack shows it: Markdown, mrkdwn, blocks, modals, buttons. Pure functions."""
