"""
The encoder in torch, to be tuned, with the heads that learn beside it.

Same sums as `comptoir.analysis.encoder`, in floating point.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from comptoir.analysis.encoder import load_layers, units
from comptoir.analysis.encoder.weights import EPSILON, HEADS, WIDTH, Wheel
from comptoir.analysis.model import DATA, FIELDS, OWN_LANGUAGES, heads_file

PAD = units.NOTHING
INNER = 4 * WIDTH
_PARTS = ("q", "k", "v", "ao", "aln", "fi", "fo", "oln")


@cache
def _half() -> bool:
    """Whether this processor multiplies sixteen-bit numbers itself; others take ten times longer."""
    told = Path("/proc/cpuinfo")
    return told.exists() and any(flag in told.read_text() for flag in ("avx512_bf16", "amx_bf16"))


def brisk() -> torch.autocast:
    """Sums in sixteen bits where that is faster."""
    return torch.autocast("cpu", torch.bfloat16, enabled=_half())


class Layer(nn.Module):
    """One layer of the encoder, from the wheel's weights."""

    def __init__(self, wheel: Wheel, number: int, drop: float) -> None:
        super().__init__()
        self.q, self.k, self.v, self.ao = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.fi, self.fo = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.aln, self.oln = (nn.LayerNorm(WIDTH, eps=EPSILON) for _ in range(2))
        self.drop = drop
        for part in _PARTS:
            module: Any = getattr(self, part)
            module.weight.data = torch.tensor(wheel.floats(f"l{number}.{part}.w"))
            module.bias.data = torch.tensor(wheel.floats(f"l{number}.{part}.b"))

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        texts, tokens, _ = x.shape

        def heads(part: nn.Linear) -> torch.Tensor:
            return part(x).view(texts, tokens, HEADS, WIDTH // HEADS).transpose(1, 2)

        drop = self.drop if self.training else 0.0
        heard = functional.scaled_dot_product_attention(
            heads(self.q), heads(self.k), heads(self.v), attn_mask=mask, dropout_p=drop
        )
        heard = self.ao(heard.transpose(1, 2).reshape(texts, tokens, WIDTH))
        x = self.aln(x + functional.dropout(heard, drop))
        return self.oln(x + functional.dropout(self.fo(functional.gelu(self.fi(x))), drop))


class Words(nn.Module):
    """Vectors of words with their places, normalised; never tuned."""

    def __init__(self, reader: units.Reader) -> None:
        super().__init__()
        self.reader = reader
        self.weight = torch.tensor(reader.wheel.floats("emb.ln.w"))
        self.bias = torch.tensor(reader.wheel.floats("emb.ln.b"))

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        texts, tokens = numbers.shape
        rows = self.reader.vectors(numbers.reshape(-1).numpy()).reshape(texts, tokens, WIDTH)
        x = torch.from_numpy(rows + self.reader.wheel.positions[:tokens])
        return functional.layer_norm(x, (WIDTH,), self.weight, self.bias, EPSILON)


class Reader(nn.Module):
    """
    Layers from `first` on, and the heads on the mean of the tokens.

    Heads see the mean less the usual mean, over the usual spread: vectors of this encoder lie
    close together, and heads would otherwise spend their time on what all texts share.
    """

    def __init__(self, wheel: Wheel, numbers: Iterable[int], kinds: int, drop: float = 0.1) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer(wheel, number, drop) for number in numbers)
        self.heads = nn.ModuleDict(
            {
                name: nn.Linear(WIDTH, size)
                for name, size in (dict(FIELDS) | {"register": 1}).items()
            }
        )
        for name, head in self.heads.items():
            nn.init.normal_(head.weight, std=0.02)
            nn.init.constant_(head.bias, -2.0 if name in ("intents", "aspects", "irony") else 0.0)
        self.public = nn.Embedding(len(OWN_LANGUAGES) + 1, 3 * WIDTH + 3)
        nn.init.zeros_(self.public.weight)
        self.back = nn.Linear(WIDTH, WIDTH)
        nn.init.eye_(self.back.weight)
        nn.init.zeros_(self.back.bias)
        self.kinds = nn.Parameter(torch.randn(kinds, WIDTH) * 0.05)
        self.register_buffer("usual", torch.zeros(WIDTH))
        self.register_buffer("spread", torch.ones(WIDTH))

    def see(self, means: torch.Tensor) -> None:
        """Heads see means less their usual value, over their spread, and answer as before."""
        usual, spread = means.mean(0), means.std(0)
        turn = (spread / self.spread)[:, None]
        shift = (usual - self.usual) / self.spread
        with torch.no_grad():
            for head in self.heads.values():
                head.bias += head.weight @ shift
                head.weight *= turn.T
            added = self.public.weight[:, : 3 * WIDTH].view(-1, WIDTH, 3)
            self.public.weight[:, 3 * WIDTH :] += torch.einsum("h,lhc->lc", shift, added)
            added *= turn
        self.usual.copy_(usual)
        self.spread.copy_(spread)

    def mean(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The mean of the tokens after the last layer, [texts, 384]."""
        for layer in self.layers:
            x = layer(x, mask[:, None, None, :])
        held = mask[..., None].to(x.dtype)
        return ((x * held).sum(1) / held.sum(1)).float()

    def forward(
        self,
        x: torch.Tensor,
        mask: torch.Tensor,
        languages: torch.Tensor,
        public: torch.Tensor | None = None,
    ) -> dict[str, torch.Tensor]:
        """Logits by field; public: how much each text is public talk, when known, [texts]."""
        return self.answer(self.mean(x, mask), languages, public)

    def answer(
        self, mean: torch.Tensor, languages: torch.Tensor, public: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        """The same, from the means of the tokens."""
        seen = functional.dropout((mean - self.usual) / self.spread, 0.1, self.training)
        found = {name: head(seen).float() for name, head in self.heads.items()}
        talk = torch.sigmoid(found["register"]) if public is None else public[:, None]
        shift = self.public(languages)
        turn = shift[:, : 3 * WIDTH].view(-1, WIDTH, 3)
        added = torch.einsum("bh,bhc->bc", seen, turn) + shift[:, 3 * WIDTH :]
        found["tone"] = found["tone"] + talk * added
        vector = functional.normalize(self.back(mean).float(), dim=-1)
        kinds = 20 * vector @ functional.normalize(self.kinds.float(), dim=-1).T
        return found | {"vector": vector, "kinds": kinds, "mean": mean}


def shipped(name: str) -> dict[str, torch.Tensor]:
    """
    The state of a reader as kept in the tree, to go on from: weights rounded to eight bits, heads
    calibrated and on the mean as it is; the classes it told apart are not kept.
    """
    layers = load_layers(DATA / f"{name}.npz").floats()
    first = min(int(array.split(".")[0][1:]) for array in layers)
    state: dict[str, np.ndarray[Any, Any]] = {}
    for array, value in layers.items():
        number, part, kind = array.split(".")
        made = "weight" if kind == "w" else "bias"
        state[f"layers.{int(number[1:]) - first}.{part}.{made}"] = value
    with np.load(heads_file()) as file:
        kept = {n.removeprefix(f"{name}."): file[n] for n in file.files if n.startswith(name)}
    for field in (*FIELDS, "register"):
        state[f"heads.{field}.weight"] = kept[f"{field}.w"]
        state[f"heads.{field}.bias"] = kept[f"{field}.b"]
    turns = kept["tone.language.w"].transpose(0, 2, 1).reshape(len(OWN_LANGUAGES), -1)
    shifts = np.concatenate([turns, kept["tone.language.b"]], 1)
    state["public.weight"] = np.concatenate([shifts, 0 * shifts[:1]])
    state["back.weight"], state["back.bias"] = kept["vector.w"], kept["vector.b"]
    state["usual"], state["spread"] = np.zeros(WIDTH), np.ones(WIDTH)
    return {name: torch.tensor(np.asarray(value, np.float32)) for name, value in state.items()}


def padded(texts: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Token numbers with padding, [texts, tokens], and where there are any."""
    length = max(len(text) for text in texts)
    numbers = torch.tensor([[*text, *[PAD] * (length - len(text))] for text in texts])
    return numbers, numbers != PAD


def batches(
    lengths: Sequence[int], size: int, chance: np.random.RandomState | None = None
) -> list[np.ndarray[Any, np.dtype[np.int64]]]:
    """Places of texts of much the same length; in random order with `chance`."""
    keys = np.array(lengths, float)
    if chance is not None:
        keys += chance.uniform(-4, 4, len(keys))
    order = np.argsort(keys, kind="stable")
    found = [order[at : at + size] for at in range(0, len(order), size)]
    if chance is not None:
        chance.shuffle(found)
    return found
