"""Pictures: decoding in child processes, thumbnails, hashes and measures."""
