"""Every connector, held to the same contract."""
