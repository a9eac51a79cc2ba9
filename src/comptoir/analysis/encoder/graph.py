"""
The encoder as an ONNX graph: integer products whose result never depends on batch mates.

Tokens of a batch lie one after the other, [tokens, 384], and all texts of a batch have the
same number of tokens, so there is neither padding nor mask. What enters a product is rounded
to 255 steps: of a constant width where it comes out of a normalisation or the attention, of
a width of its own for each token after the GELU, whose loudest values vary a hundredfold.
Never of a width taken over the batch, as ONNX Runtime's dynamic quantisation does: a text
would then be read differently beside a loud neighbour.
"""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from comptoir.analysis.encoder.weights import EPSILON, HEADS, WIDTH, Arrays

MODEL, DATA = "model.onnx", "weights.bin"
_OPSET, _IR = 23, 11
_ALIGNED = 64
_INLINE = 1024  # smaller arrays stay in the model file
_MICROSOFT = "com.microsoft"
# After the GELU nothing lies below -0.17: one byte in eight is kept for the negative side.
_GELU_ZERO, _GELU_LEAST = 32, 0.17
_CENTRE = 128


class _Writer:
    """Nodes and constants of a graph in the making; each method returns its output's name."""

    def __init__(self, data: Path | None) -> None:
        self.onnx = importlib.import_module("onnx")
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}
        self.data = data.open("wb") if data else None

    def node(self, kind: str, inputs: list[str], output: str, **options: Any) -> str:
        self.nodes.append(self.onnx.helper.make_node(kind, inputs, [output], **options))
        return output

    def constant(self, name: str, value: npt.ArrayLike) -> str:
        if name not in self.constants:
            array = np.asarray(value, order="C")
            inline = self.data is None or array.nbytes < _INLINE
            self.constants[name] = (
                self.onnx.numpy_helper.from_array(array, name)
                if inline
                else self._kept(name, array)
            )
        return name

    def _kept(self, name: str, array: npt.NDArray[Any]) -> Any:
        """A constant in the data file, which the runtime maps rather than reads."""
        assert self.data is not None
        self.data.write(b"\0" * (-self.data.tell() % _ALIGNED))
        kind = self.onnx.helper.np_dtype_to_tensor_dtype(array.dtype)
        tensor = self.onnx.TensorProto(name=name, data_type=kind, dims=array.shape, data_location=1)
        place = {"location": DATA, "offset": self.data.tell(), "length": array.nbytes}
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        self.data.write(array.tobytes())
        return tensor

    def normalised(self, x: str, name: str, arrays: Mapping[str, Any], output: str) -> str:
        weights = [self.constant(name + end, arrays[name + end]) for end in (".w", ".b")]
        return self.node("LayerNormalization", [x, *weights], output, epsilon=EPSILON)

    def model(self, outputs: list[str]) -> Any:
        helper, kind = self.onnx.helper, self.onnx.TensorProto.FLOAT
        words = helper.make_tensor_value_info("words", kind, ["texts", "tokens", WIDTH])
        means = [helper.make_tensor_value_info(n, kind, ["texts", WIDTH]) for n in outputs]
        graph = helper.make_graph(
            self.nodes, "encoder", [words], means, list(self.constants.values())
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR)

    def close(self) -> None:
        if self.data:
            self.data.close()


class _Products:
    """How matrices are multiplied; this one in float32, to calibrate and to compare with."""

    def __init__(self, writer: _Writer, arrays: Mapping[str, Any]) -> None:
        self.writer, self.arrays = writer, arrays

    def enter(self, x: str, site: str) -> Any:
        """Prepare what enters the products of a site (`l0.qkv`)."""
        return x

    def product(self, entered: Any, name: str) -> str:
        """`name.w` times what entered, plus `name.b`."""
        weights = self.writer.constant(name + ".w", self.arrays[name + ".w"].T)
        raw = self.writer.node("MatMul", [entered, weights], name + ".raw")
        bias = self.writer.constant(name + ".b", self.arrays[name + ".b"])
        return self.writer.node("Add", [raw, bias], name)


class _Integers(_Products):
    """
    In eight bits. `signed` weights are the fast way; where the processor's product of bytes
    saturates (x86 without VNNI) they are shifted to unsigned ones, which is exact everywhere.
    """

    def __init__(self, writer: _Writer, arrays: Mapping[str, Any], signed: bool) -> None:
        super().__init__(writer, arrays)
        self.signed = signed
        self.centre = writer.constant("centre", np.uint8(_CENTRE))

    def enter(self, x: str, site: str) -> tuple[str, str, str, str]:
        return self._by_token(x, site) if site.endswith(".fo") else self._constant(x, site)

    def _constant(self, x: str, site: str) -> tuple[str, str, str, str]:
        node, constant = self.writer.node, self.writer.constant
        if site + ".smooth" in self.arrays:
            smooth = constant(site + ".smooth", self.arrays[site + ".smooth"])
            x = node("Mul", [x, smooth], site + ".even")
        step = constant(site + ".step", self.arrays[site + ".step"])
        rounded = node("QuantizeLinear", [x, step, self.centre], site + ".steps")
        return rounded, step, self.centre, ""

    def _by_token(self, x: str, site: str) -> tuple[str, str, str, str]:
        node, constant = self.writer.node, self.writer.constant
        loudest = node("ReduceMax", [x, constant("inner", [1])], site + ".max", keepdims=1)
        part = constant("gelu.part", np.float32(1 / (255 - _GELU_ZERO)))
        least = constant("gelu.least", np.float32(_GELU_LEAST / _GELU_ZERO))
        step = node("Max", [node("Mul", [loudest, part], site + ".part"), least], site + ".step")
        flat = node("Reshape", [step, constant("flat", [-1])], site + ".flat")
        zero = constant("gelu.zero", np.uint8(_GELU_ZERO))
        shape = node("Shape", [flat], site + ".shape")
        zeros = node("Expand", [zero, shape], site + ".zeros")
        rounded = node("QuantizeLinear", [x, flat, zeros], site + ".steps", axis=0)
        return rounded, constant("one", np.float32(1)), zero, step

    def product(self, entered: tuple[str, str, str, str], name: str) -> str:
        node = self.writer.node
        x, step, zero, by_token = entered
        weights, scale, shift = self._weights(name)
        bias = self.writer.constant(name + ".b", self.arrays[name + ".b"])
        inputs = [x, weights, step, scale, zero, shift]
        if not by_token:
            return node("MatMulIntegerToFloat", [*inputs, bias], name, domain=_MICROSOFT)
        raw = node("MatMulIntegerToFloat", inputs, name + ".raw", domain=_MICROSOFT)
        return node("Add", [node("Mul", [raw, by_token], name + ".sized"), bias], name)

    def _weights(self, name: str) -> tuple[str, str, str]:
        matrix = self.arrays[name + ".w"].T
        zeros = np.zeros(matrix.shape[1], np.int8)
        if not self.signed:
            matrix = (matrix.astype(np.int16) + _CENTRE).astype(np.uint8)
            zeros = np.full(matrix.shape[1], _CENTRE, np.uint8)
        constant = self.writer.constant
        scale = constant(name + ".w.scale", self.arrays[name + ".w.scale"])
        return constant(name + ".w", matrix), scale, constant(f"zeros{zeros.size}", zeros)


def _layer(writer: _Writer, products: _Products, layer: int, x: str) -> str:
    node, name = writer.node, f"l{layer}"
    flat = writer.constant("rows", np.array([-1, WIDTH]))
    entered = products.enter(x, f"{name}.qkv")
    parts = [
        node("Reshape", [products.product(entered, f"{name}.{p}"), "shape"], f"{name}.{p}3")
        for p in "qkv"
    ]
    heads = node("Attention", parts, f"{name}.heads", q_num_heads=HEADS, kv_num_heads=HEADS)
    heads = node("Reshape", [heads, flat], f"{name}.ao.in")
    heard = products.product(products.enter(heads, f"{name}.ao"), f"{name}.ao")
    x = node("Add", [x, heard], f"{name}.a")
    x = writer.normalised(x, f"{name}.aln", products.arrays, f"{name}.fi.in")
    inner = products.product(products.enter(x, f"{name}.fi"), f"{name}.fi")
    # The tanh form is a quarter faster, and closer to the exact one than a step of eight bits.
    inner = node("Gelu", [inner], f"{name}.fo.in", approximate="tanh")
    outer = products.product(products.enter(inner, f"{name}.fo"), f"{name}.fo")
    x = node("Add", [x, outer], f"{name}.o")
    return writer.normalised(x, f"{name}.oln", products.arrays, f"{name}.out")


def _whole(writer: _Writer, products: _Products, count: int) -> None:
    writer.node("Shape", ["words"], "shape")
    flat = writer.constant("rows", np.array([-1, WIDTH]))
    x = writer.node("Reshape", ["words", flat], "flat.words")
    x = writer.normalised(x, "emb.ln", products.arrays, "l-1.out")
    for layer in range(count):
        x = _layer(writer, products, layer, x)
    _mean(writer, x, "mean")


def _mean(writer: _Writer, x: str, name: str) -> None:
    """
    Mean over the tokens of each text.

    A product with a row of ones, because ReduceMean adds in another order for a single text.
    """
    node, constant = writer.node, writer.constant
    parted = node("Reshape", [x, "shape"], name + ".parted")
    bounds = [constant(f"{name}.{end}", np.array([end])) for end in (1, 2)]
    tokens = node("Slice", ["shape", *bounds], name + ".tokens")
    ones = node(
        "Expand", [constant(name + ".one", np.ones((1, 1), np.float32)), tokens], name + ".ones"
    )
    total = node("MatMul", [ones, parted], name + ".total")
    count = node("Cast", [tokens], name + ".count", to=writer.onnx.TensorProto.FLOAT)
    mean = node("Div", [total, count], name + ".each")
    node("Squeeze", [mean, bounds[0]], name)


def write(folder: Path, arrays: Arrays, count: int, signed: bool) -> None:
    """
    Write the graph and its weights into a folder, as `model.onnx` and `weights.bin`.

    arrays: every layer as `layers.quantise` gives it, and `emb.ln.w`, `emb.ln.b`.
    The graph takes `words` [texts, tokens, 384], word vectors with their places added, and
    gives `mean` [texts, 384], not normalised.
    """
    writer = _Writer(folder / DATA)
    _whole(writer, _Integers(writer, arrays, signed), count)
    writer.close()
    (folder / MODEL).write_bytes(writer.model(["mean"]).SerializeToString())


def floating(
    arrays: Mapping[str, npt.NDArray[Any]], count: int, extra: tuple[str, ...] = ()
) -> bytes:
    """The same encoder in float32 with plain-named arrays, and `extra` inner results as outputs."""
    writer = _Writer(None)
    _whole(writer, _Products(writer, arrays), count)
    model = writer.model(["mean"])
    kind = writer.onnx.TensorProto.FLOAT
    for name in extra:
        model.graph.output.append(writer.onnx.helper.make_tensor_value_info(name, kind, None))
    result: bytes = model.SerializeToString()
    return result


def with_middle(folder: Path, layer: int) -> bytes:
    """The graph of a folder with a second output `middle`: the mean after `layer` layers."""
    writer = _Writer(None)
    model = writer.onnx.load(folder / MODEL, load_external_data=False)
    _mean(writer, f"l{layer - 1}.out", "middle")
    model.graph.node.extend(writer.nodes)
    model.graph.initializer.extend(writer.constants.values())
    kind = writer.onnx.TensorProto.FLOAT
    info = writer.onnx.helper.make_tensor_value_info("middle", kind, ["texts", WIDTH])
    model.graph.output.append(info)
    result: bytes = model.SerializeToString()
    return result


def with_states(folder: Path, count: int) -> bytes:
    """
    The graph of a folder with a second output `states`: what stands at each token after the
    last layer, [texts × tokens, 384], of which `mean` is the mean.
    """
    onnx = importlib.import_module("onnx")
    model = onnx.load(folder / MODEL, load_external_data=False)
    last = onnx.helper.make_node("Identity", [f"l{count - 1}.out"], ["states"])
    model.graph.node.append(last)
    kind = onnx.TensorProto.FLOAT
    info = onnx.helper.make_tensor_value_info("states", kind, ["rows", WIDTH])
    model.graph.output.append(info)
    result: bytes = model.SerializeToString()
    return result


def bytes_saturate() -> bool:
    """
    Does this processor's product of unsigned by signed bytes saturate?

    True on x86 with AVX2 and no VNNI, where pairs of products are summed in sixteen bits.
    """
    onnx = importlib.import_module("onnx")
    helper, kinds = onnx.helper, onnx.TensorProto
    a = helper.make_tensor_value_info("a", kinds.UINT8, [1, 64])
    y = helper.make_tensor_value_info("y", kinds.INT32, [1, 64])
    b = onnx.numpy_helper.from_array(np.full((64, 64), 127, np.int8), "b")
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "b"], ["y"])], "g", [a], [y], [b]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    got = session(model.SerializeToString()).run(None, {"a": np.full((1, 64), 255, np.uint8)})[0]
    return bool((got != 64 * 255 * 127).any())


def session(model: bytes | Path, folder: Path | None = None) -> Any:
    """
    An inference session on one thread, for a graph as bytes (its weights in `folder`) or file.
    """
    runtime = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Texts come in many lengths: a remembered memory plan for each would only grow.
    options.enable_mem_pattern = False
    # Beyond "basic" the runtime fuses sums into a SkipLayerNormalization ten times slower.
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    # Nor should it round before a reshape and restore after it.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    if folder is not None:
        key = "session.model_external_initializers_file_folder_path"
        options.add_session_config_entry(key, str(folder))
    source = str(model) if isinstance(model, Path) else model
    return runtime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
