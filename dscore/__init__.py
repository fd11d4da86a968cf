"""dscore: a catalog of pictures, tags and captions, for people who train LoRAs."""

__version__ = "0.1.0"
