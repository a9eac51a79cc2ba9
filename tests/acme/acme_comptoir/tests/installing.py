"""Installs the example package as pip would: its metadata, with the entry point, on the path."""

from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
METADATA = "Metadata-Version: 2.1\nName: acme-comptoir\nVersion: 1.0\n"


def install(folder: Path) -> Path:
    """Write the package's metadata below `folder`, which must then be on the path."""
    import tomllib

    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = folder / "acme_comptoir-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(METADATA, encoding="utf-8")
    points = project["entry-points"]["comptoir.connectors"]
    lines = [f"{name} = {value}" for name, value in points.items()]
    (info / "entry_points.txt").write_text(
        "\n".join(["[comptoir.connectors]", *lines, ""]), encoding="utf-8"
    )
    return folder
