"""Floating-point operations of a network, counted from its ONNX graph: two for each multiplication of a convolution or product.

Activations, pooling and resizing are left out: they are under a hundredth of these networks.
"""

import math
from pathlib import Path

import onnx
from onnx import shape_inference


def count(path: Path, shape: tuple[int, ...]) -> int:
    """Returns the operations of one run on an input of this shape.

    Raises ValueError for a graph in which the shape of a product is not known.
    """
    model = onnx.load(str(path))
    _fix_input(model, shape)
    graph = shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph
    shapes = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    for value in [*graph.input, *graph.value_info, *graph.output]:
        shapes.setdefault(value.name, tuple(dim.dim_value for dim in value.type.tensor_type.shape.dim))
    for node in graph.node:
        if node.op_type == "Constant":
            shapes[node.output[0]] = _constant_shape(node)
    return sum(_operations(node, shapes) for node in graph.node)


def _fix_input(model: onnx.ModelProto, shape: tuple[int, ...]) -> None:
    constants = {tensor.name for tensor in model.graph.initializer}
    wanted = next(value for value in model.graph.input if value.name not in constants)
    dims = wanted.type.tensor_type.shape.dim
    if len(dims) != len(shape):
        raise ValueError(f"{wanted.name} has {len(dims)} axes, not {len(shape)}")
    for dim, size in zip(dims, shape, strict=True):
        dim.dim_value = size
    # Shapes that were written for another input size would contradict.
    del model.graph.value_info[:]
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")


def _constant_shape(node: onnx.NodeProto) -> tuple[int, ...]:
    value = next((attribute.t for attribute in node.attribute if attribute.name == "value"), None)
    return tuple(value.dims) if value is not None else ()


def _operations(node: onnx.NodeProto, shapes: dict[str, tuple[int, ...]]) -> int:
    if node.op_type not in ("Conv", "ConvTranspose", "Gemm", "MatMul"):
        return 0
    first, second, out = (shapes.get(name, ()) for name in (node.input[0], node.input[1], node.output[0]))
    if not all((first, second, out)) or 0 in (*first, *second, *out):
        raise ValueError(f"{node.op_type} {node.name}: shape not known")
    if node.op_type == "Conv":
        # A filter is out x in/groups x height x width.
        return 2 * math.prod(out) * math.prod(second[1:])
    if node.op_type == "ConvTranspose":
        # A filter is in x out/groups x height x width.
        return 2 * math.prod(first) * math.prod(second[1:])
    transposed = any(attribute.name == "transA" and attribute.i for attribute in node.attribute)
    return 2 * math.prod(out) * (first[0] if transposed else first[-1])
