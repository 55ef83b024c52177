"""Builds the ONNX graph of all-MiniLM-L6-v2 from its published weights.

The model is BERT (Devlin et al. 2018, arXiv:1810.04805) with 6 layers, 12 heads and 384 hidden units,
distilled (Wang et al. 2020, arXiv:2002.10957) and trained for sentence similarity. The graph holds all
of it, so that nothing but onnxruntime is needed to run it: token ids in, vectors out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

LAYERS = 6
HEADS = 12
HIDDEN = 384
HEAD = HIDDEN // HEADS
EPSILON = 1e-12
OPSET = 20


class _Graph:
    """Collects nodes and weights, naming each node's result after what it is."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def constant(self, name: str, array: np.ndarray) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, op: str, inputs: list[str], result: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, inputs, [result], name=result, **attributes))
        return result


def build(weights_file: Path, graph_file: Path) -> None:
    """Writes the graph for the weights (safetensors, float32) to `graph_file`.

    Inputs: `ids` and `mask`, int64, (batch, tokens); positions beyond a text's end have mask 0.
    Outputs, float32: `embedding` (batch, 384), the mean of the text's token vectors, of unit length;
    `tokens` (batch, tokens, 384), the token vectors themselves, not normalised.
    """
    weights = load_file(weights_file)
    graph = _Graph()
    hidden = _embed(graph, weights)
    graph.add("Cast", ["mask"], "mask_float", to=TensorProto.FLOAT)
    graph.constant("axes_12", np.array([1, 2], np.int64))
    graph.constant("one", np.array(1, np.float32))
    graph.constant("masked_out", np.array(np.finfo(np.float32).min, np.float32))
    graph.add("Unsqueeze", ["mask_float", "axes_12"], "mask_heads")
    graph.add("Sub", ["one", "mask_heads"], "mask_inverse")
    graph.add("Mul", ["mask_inverse", "masked_out"], "mask_scores")
    graph.constant("split_heads", np.array([0, 0, HEADS, HEAD], np.int64))
    graph.constant("join_heads", np.array([0, 0, HIDDEN], np.int64))
    graph.constant("scale", np.array(HEAD**-0.5, np.float32))
    for layer in range(LAYERS):
        hidden = _encode(graph, weights, layer, hidden)
    graph.add("Identity", [hidden], "tokens")
    _pool(graph)
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "all-MiniLM-L6-v2",
            [
                helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
                for name in ("ids", "mask")
            ],
            [
                helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", HIDDEN]),
                helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["batch", "tokens", HIDDEN]),
            ],
            graph.weights,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        # What opset 20 belongs to; newer ones are refused by older runtimes.
        ir_version=9,
    )
    onnx.checker.check_model(model)
    onnx.save(model, str(graph_file))


def _embed(graph: _Graph, weights: dict[str, np.ndarray]) -> str:
    """Word, position and segment embeddings, summed and normalised."""
    prefix = "embeddings."
    words = graph.constant("words", weights[prefix + "word_embeddings.weight"])
    graph.add("Gather", [words, "ids"], "word_vectors")
    # All texts are of one segment, so its vector is added to the positions' once and for all.
    segment = weights[prefix + "token_type_embeddings.weight"][0]
    graph.constant("positions", weights[prefix + "position_embeddings.weight"] + segment)
    graph.add("Shape", ["ids"], "length", start=1, end=2)
    graph.constant("zero", np.array([0], np.int64))
    graph.add("Slice", ["positions", "zero", "length", "zero"], "position_vectors")
    graph.add("Add", ["word_vectors", "position_vectors"], "embedded")
    return _normalise(graph, weights, prefix + "LayerNorm", "embedded")


def _normalise(graph: _Graph, weights: dict[str, np.ndarray], name: str, value: str) -> str:
    return graph.add(
        "LayerNormalization",
        [
            value,
            graph.constant(name + ".weight", weights[name + ".weight"]),
            graph.constant(name + ".bias", weights[name + ".bias"]),
        ],
        name,
        axis=-1,
        epsilon=EPSILON,
    )


def _dense(graph: _Graph, weights: dict[str, np.ndarray], name: str, value: str) -> str:
    graph.constant(name + ".weight", weights[name + ".weight"].T)
    graph.constant(name + ".bias", weights[name + ".bias"])
    graph.add("MatMul", [value, name + ".weight"], name + ".product")
    return graph.add("Add", [name + ".product", name + ".bias"], name)


def _encode(graph: _Graph, weights: dict[str, np.ndarray], layer: int, hidden: str) -> str:
    """One transformer layer: self-attention and feed-forward, each with a residual and a norm."""
    prefix = f"encoder.layer.{layer}."
    heads = {}
    for part, order in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])):
        flat = _dense(graph, weights, f"{prefix}attention.self.{part}", hidden)
        split = graph.add("Reshape", [flat, "split_heads"], flat + ".split")
        heads[part] = graph.add("Transpose", [split], flat + ".heads", perm=order)
    name = prefix + "attention"
    graph.add("MatMul", [heads["query"], heads["key"]], name + ".raw")
    graph.add("Mul", [name + ".raw", "scale"], name + ".scaled")
    graph.add("Add", [name + ".scaled", "mask_scores"], name + ".masked")
    graph.add("Softmax", [name + ".masked"], name + ".weights", axis=-1)
    graph.add("MatMul", [name + ".weights", heads["value"]], name + ".mixed")
    graph.add("Transpose", [name + ".mixed"], name + ".transposed", perm=[0, 2, 1, 3])
    joined = graph.add("Reshape", [name + ".transposed", "join_heads"], name + ".joined")
    attended = _dense(graph, weights, name + ".output.dense", joined)
    residual = graph.add("Add", [attended, hidden], name + ".residual")
    middle = _normalise(graph, weights, name + ".output.LayerNorm", residual)
    inner = _dense(graph, weights, prefix + "intermediate.dense", middle)
    activated = graph.add("Gelu", [inner], prefix + "activated")
    outer = _dense(graph, weights, prefix + "output.dense", activated)
    residual = graph.add("Add", [outer, middle], prefix + "residual")
    return _normalise(graph, weights, prefix + "output.LayerNorm", residual)


def _pool(graph: _Graph) -> None:
    """The mean of the token vectors that the mask keeps, scaled to unit length."""
    graph.constant("axis_1", np.array([1], np.int64))
    graph.constant("axis_2", np.array([2], np.int64))
    graph.constant("tiny", np.array(1e-9, np.float32))
    graph.add("Unsqueeze", ["mask_float", "axis_2"], "mask_tokens")
    graph.add("Mul", ["tokens", "mask_tokens"], "kept")
    graph.add("ReduceSum", ["kept", "axis_1"], "total", keepdims=0)
    graph.add("ReduceSum", ["mask_float", "axis_1"], "count_raw", keepdims=1)
    graph.add("Max", ["count_raw", "tiny"], "count")
    graph.add("Div", ["total", "count"], "mean")
    graph.add("ReduceL2", ["mean", "axis_1"], "norm_raw", keepdims=1)
    graph.add("Max", ["norm_raw", "tiny"], "norm")
    graph.add("Div", ["mean", "norm"], "embedding")
