"""Checks every ONNX file below the given folders: `python check_onnx.py FOLDER...` (needs onnx).

Each must satisfy the ONNX checker and strict shape inference, use opset 18 of the standard domain and nothing else, and
keep its weights in files of its own folder.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import onnx

OPSET = 18
STANDARD = ("", "ai.onnx")


def nodes_of(graph):
    """The nodes of a graph and of the graphs inside them."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            inner = list(attribute.graphs)
            if attribute.type == onnx.AttributeProto.GRAPH:
                inner.append(attribute.g)
            for subgraph in inner:
                yield from nodes_of(subgraph)


def problems(path):
    """Says what is wrong with one file, a line each."""
    try:
        onnx.checker.check_model(str(path), full_check=True)
    except Exception as error:
        yield f"checker: {error}"
    with tempfile.TemporaryDirectory() as folder:
        try:
            inferred = str(Path(folder) / "inferred.onnx")
            onnx.shape_inference.infer_shapes_path(str(path), inferred, check_type=True, strict_mode=True, data_prop=True)
        except Exception as error:
            yield f"shape inference: {error}"

    try:
        model = onnx.load(str(path), load_external_data=False)
    except Exception as error:
        yield f"can't be read: {error}"
        return
    for entry in model.opset_import:
        if entry.domain not in STANDARD:
            yield f"imports the domain {entry.domain!r}"
        elif entry.version != OPSET:
            yield f"opset {entry.version} instead of {OPSET}"
    for function in model.functions:
        yield f"holds the function {function.domain}.{function.name}"
    for node in nodes_of(model.graph):
        if node.domain not in STANDARD:
            yield f"node {node.name!r} is {node.domain}.{node.op_type}"
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location" and Path(entry.value).name != entry.value:
                yield f"the weights of {tensor.name!r} are outside its folder: {entry.value}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    paths = sorted(path for folder in parser.parse_args().folders for path in folder.rglob("*.onnx"))
    failed = 0
    for path in paths:
        found = list(problems(path))
        failed += bool(found)
        print(f"{'FAILED' if found else 'ok':<6} {path}", flush=True)
        for problem in found:
            print(f"       {problem}")
    print(f"{len(paths)} ONNX files checked, {failed} failed" if paths else "no ONNX files found")
    sys.exit(bool(failed) or not paths)


main()
