"""Comments below the videos of a YouTube channel."""
