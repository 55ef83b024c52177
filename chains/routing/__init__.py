"""The small classifier behind the router: what it looks at, and what was fitted."""
