"""Datasets on the Hugging Face hub: found, looked at from afar, downloaded at one commit, and read in seven layouts."""
