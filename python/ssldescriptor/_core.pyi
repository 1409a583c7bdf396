"""Stub of the C++ core: arrays in, arrays out. Each owner keeps his own section."""

# --- build -------------------------------------------------------------------------------------

def build_config() -> dict[str, str | int]:
    """Return how the extension was built: version, compiler, standard, build type."""
