"""Rivals: what they publish, how hard they press, what they offer, what their customers bear."""
