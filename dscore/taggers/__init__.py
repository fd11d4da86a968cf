"""Models that give tags with scores."""
