"""Members: kernels that forecast every series of a panel at every origin."""
