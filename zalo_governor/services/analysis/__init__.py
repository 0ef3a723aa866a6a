"""Looking back at what was heard: leaked texts, and rules tried again."""
