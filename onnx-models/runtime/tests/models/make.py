"""Makes the graphs that the tests of dragfx-runtime run: `python make.py` (needs onnx and numpy).

All are opset 18 and IR version 9. The probe of `doctor` is made here too.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
F32, I64 = TensorProto.FLOAT, TensorProto.INT64


def tensor(name, shape, dtype=F32):
    return helper.make_tensor_value_info(name, dtype, shape)


def save(path, nodes, inputs, outputs, constants=()):
    initializers = [numpy_helper.from_array(value, name) for name, value in constants]
    graph = helper.make_graph(nodes, path.stem, inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9, producer_name="dragfx")
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def forward():
    """y = relu(x * w), saving the product for the backward pass; loss = sum(y)."""
    nodes = [
        helper.make_node("Mul", ["x", "w"], ["product"]),
        helper.make_node("Relu", ["product"], ["y"]),
        helper.make_node("ReduceSum", ["y"], ["loss"], keepdims=0),
    ]
    shape = [2, "n"]
    outputs = [tensor("y", shape), tensor("product", shape), tensor("loss", [])]
    save(HERE / "forward.onnx", nodes, [tensor("x", shape), tensor("w", shape)], outputs)


def backward():
    """d(loss)/dx of forward.onnx: w where the product is positive."""
    nodes = [
        helper.make_node("Greater", ["product", "zero"], ["positive"]),
        helper.make_node("Where", ["positive", "w", "zero"], ["grad_x"]),
    ]
    shape = [2, "n"]
    inputs = [tensor("product", shape), tensor("w", shape)]
    save(HERE / "backward.onnx", nodes, inputs, [tensor("grad_x", shape)], [("zero", np.float32(0))])


def dynamic():
    """An output whose shape depends on the values: the places where x is positive."""
    nodes = [
        helper.make_node("Greater", ["x", "zero"], ["positive"]),
        helper.make_node("NonZero", ["positive"], ["places"]),
        helper.make_node("Tile", ["x", "times"], ["tiled"]),
    ]
    inputs = [tensor("x", ["a", "b"]), tensor("times", [2], I64)]
    outputs = [tensor("places", [2, "found"], I64), tensor("tiled", ["c", "d"])]
    save(HERE / "dynamic.onnx", nodes, inputs, outputs, [("zero", np.float32(0))])


def long():
    """Products of large matrices, many times over: half a minute, unless it is stopped."""
    nodes, last = [], "x"
    for i in range(300):
        nodes.append(helper.make_node("MatMul", [last, "x"], [f"m{i}"]))
        nodes.append(helper.make_node("Tanh", [f"m{i}"], [f"t{i}"]))
        last = f"t{i}"
    nodes.append(helper.make_node("Identity", [last], ["y"]))
    save(HERE / "long.onnx", nodes, [tensor("x", ["n", "n"])], [tensor("y", ["n", "n"])])


def optional():
    """A graph whose input `scale` has a value in the file."""
    nodes = [helper.make_node("Mul", ["x", "scale"], ["y"])]
    inputs = [tensor("x", [3]), tensor("scale", [1])]
    save(HERE / "optional.onnx", nodes, inputs, [tensor("y", [3])], [("scale", np.array([10], np.float32))])


def probe():
    nodes = [helper.make_node("Conv", ["image", "kernel"], ["sums"])]
    kernel = np.ones((1, 1, 2, 2), np.float32)
    path = HERE.parent.parent / "src" / "probe.onnx"
    save(path, nodes, [tensor("image", [1, 1, 4, 4])], [tensor("sums", [1, 1, 3, 3])], [("kernel", kernel)])


for make in (forward, backward, dynamic, long, optional, probe):
    make()
