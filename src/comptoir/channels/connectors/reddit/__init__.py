"""An account on Reddit, and communities that it follows."""
