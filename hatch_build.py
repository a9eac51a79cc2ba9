"""Compiles the message catalogues into the wheel."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        source = Path(self.root) / "src"
        sys.path.insert(0, str(source / "comptoir" / "base"))
        from translations import compile_catalogues

        compile_catalogues(source / "comptoir")
        compiled = source.rglob("locale/*/LC_MESSAGES/*.mo")
        build_data["artifacts"] += [str(path.relative_to(self.root)) for path in compiled]
