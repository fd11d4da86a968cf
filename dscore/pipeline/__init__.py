"""Each step of the straight line, as one file: where plug-ins meet the catalog."""
