"""Where pictures come from: ZIPs, folders, single files."""
