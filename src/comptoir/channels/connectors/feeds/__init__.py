"""Blogs, forums, press and review sites, as far as they offer a feed."""
