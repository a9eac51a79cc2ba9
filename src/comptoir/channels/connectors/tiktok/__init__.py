"""Comments below a brand’s own videos on TikTok."""
