"""What goes over the wire, counted byte by byte on real sockets and published in the sync guide."""
