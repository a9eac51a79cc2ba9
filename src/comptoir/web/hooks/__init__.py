"""Where networks deliver: `/hooks/<token>/`."""
