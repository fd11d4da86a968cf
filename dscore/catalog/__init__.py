"""SQL lives here, and nowhere else: the catalog, its history and its jobs."""
