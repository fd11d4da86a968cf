"""What is wrong with pictures and captions, and whether a set is ready: plain values in, findings out."""
