"""Models that describe a picture in sentences: on this machine, or behind an address; plain values in and out."""
