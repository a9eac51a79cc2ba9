"""French, as Django has it, with a word between day and time."""

DATETIME_FORMAT = "j F Y à H:i"
