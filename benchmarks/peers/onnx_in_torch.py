"""Runs an ONNX graph by torch's functions, one operator after the other.

Only what models/*/model.onnx is made of; an operator that is not known here is refused by its name
when the graph is loaded. Weights are converted once; what depends on nothing but weights is not
computed beforehand, as torch would not either.
"""

import onnx
import torch
import torch.nn.functional as functional
from onnx import numpy_helper


def _same_on_both_sides(pads, axes):
    if list(pads[:axes]) == list(pads[axes:]):
        return list(pads[:axes]), None
    # torch pads from the last axis on, begin and end.
    padding = []
    for axis in reversed(range(axes)):
        padding += [pads[axis], pads[axes + axis]]
    return [0] * axes, padding


def _conv(attributes):
    def run(x, weight, bias=None):
        axes = weight.dim() - 2
        pads, extra = _same_on_both_sides(attributes.get("pads", [0] * 2 * axes), axes)
        if extra:
            x = functional.pad(x, extra)
        conv = functional.conv1d if axes == 1 else functional.conv2d
        return conv(x, weight, bias, attributes.get("strides", [1] * axes), pads,
                    attributes.get("dilations", [1] * axes), attributes.get("group", 1))
    return run


def _pool(kind):
    def make(attributes):
        size, step = attributes["kernel_shape"], attributes["strides"]
        pool = getattr(functional, f"{kind}_pool{len(size)}d")
        return lambda x: pool(x, size, step)
    return make


def _reduce_sum(attributes):
    keep = bool(attributes.get("keepdims", 1))
    return lambda x, axes: torch.sum(x, axes.tolist(), keepdim=keep)


def _reduce_max(attributes):
    axes, keep = attributes["axes"], bool(attributes.get("keepdims", 1))
    return lambda x: torch.amax(x, axes, keepdim=keep)


def _reshape(_attributes):
    def run(x, shape):
        sizes = [x.shape[i] if size == 0 else size for i, size in enumerate(shape.tolist())]
        return x.reshape(sizes)
    return run


_OPERATORS = {
    "Add": lambda _: torch.add, "Sub": lambda _: torch.sub, "Mul": lambda _: torch.mul,
    "Div": lambda _: torch.div, "Exp": lambda _: torch.exp, "Log": lambda _: torch.log,
    "Sqrt": lambda _: torch.sqrt, "Relu": lambda _: torch.relu, "MatMul": lambda _: torch.matmul,
    "Identity": lambda _: lambda x: x,
    "Concat": lambda a: lambda *x: torch.cat(x, a["axis"]),
    "Transpose": lambda a: lambda x: x.permute(a["perm"]),
    "Conv": _conv, "AveragePool": _pool("avg"), "MaxPool": _pool("max"),
    "ReduceSum": _reduce_sum, "ReduceMax": _reduce_max, "Reshape": _reshape,
}


class Graph:
    """`Graph(path)(samples, mask)` -> the graph's first output, a tensor."""

    def __init__(self, path):
        model = onnx.load(path)
        self.metadata = {entry.key: entry.value for entry in model.metadata_props}
        self._weights = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy())
                         for tensor in model.graph.initializer}
        self._inputs = [value.name for value in model.graph.input
                        if value.name not in self._weights]
        self._output = model.graph.output[0].name
        self._steps = []
        for node in model.graph.node:
            if node.op_type not in _OPERATORS:
                raise ValueError(f"{path}: node {node.name} is a {node.op_type}, unknown here")
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            run = _OPERATORS[node.op_type](attributes)
            self._steps.append((run, list(node.input), node.output[0]))

    def __call__(self, *inputs):
        values = dict(self._weights)
        values.update(zip(self._inputs, inputs))
        with torch.inference_mode():
            for run, taken, given in self._steps:
                values[given] = run(*(values[name] for name in taken))
        return values[self._output]
