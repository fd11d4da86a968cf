"""Gelbooru, and the boorus that speak its language (engines 0.2 and 0.2.5)."""
