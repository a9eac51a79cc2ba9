"""
A pytest plugin (`-p comptoir.testing`): tests run on a throw-away installation.

Loaded before Django is set up, so that no test ever sees the real folder, and
so that the first run of a checkout finds its catalogues compiled.
"""

import os
import sys
import tempfile

from comptoir.base.translations import compile_catalogues

# Kept for the life of the process; removed with it.
HOME = tempfile.TemporaryDirectory(prefix="comptoir-tests-", ignore_cleanup_errors=True)

os.environ["COMPTOIR_HOME"] = HOME.name
os.environ.setdefault("COMPTOIR_LOG_LEVEL", "ERROR")
# Rules read in milliseconds; tests of the model ask for it by name.
os.environ.setdefault("COMPTOIR_TRIAGE", "light")
# Tests start many processes: each would compile every module again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
compile_catalogues()
