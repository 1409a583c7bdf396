"""Self-supervised training of the SSLDescriptor networks (extra ``[train]``)."""
