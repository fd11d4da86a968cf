"""What goes over the network: which addresses may be asked, how, and with which keys."""
