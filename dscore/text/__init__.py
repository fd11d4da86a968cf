"""Tags, captions and the search language, as plain text work."""
