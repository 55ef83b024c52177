"""Sources: where documents come from. Each yields what there is, and loads one document at a time."""
