"""Layers to the one line that a trainer reads; the catalog renders too, where it counts how long captions are."""

from dscore.catalog.rendering import Renderers, caption_of, rendered, renderers

__all__ = ["Renderers", "caption_of", "rendered", "renderers"]
