"""Writes a trained generator as `.safetensors` with NVIDIA's tensor names, and reads such a file back.

    python export.py runs/main/checkpoint.pt bundled.safetensors

See docs/checkpoints.md of DragFX for the format. Numbers are float16. The mapping's weights get the learning rate
multiplier that all official networks have (0.01), so that other tools compute the same.

A file's w is smaller than the trained one, and its affine layers make up for that, so pictures are the same. A drag
moves each number of w by about 0.001 a step: at the scale that training ends with (1.3) it would take three times the
steps.
"""

import argparse
import os
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file

import source
from network import W_DIM, Generator

MULTIPLIER = 0.01
W_DEVIATION = 0.32  # standard deviation of a file's w, on average over its numbers
LIMIT = 16 << 20  # bytes that the file may have


def spread_of_w(generator: Generator, count: int = 50_000) -> tuple[torch.Tensor, float]:
    """The mean of w [512] and its numbers' average standard deviation, over latents that are always the same."""
    z = np.random.default_rng(12345).standard_normal((count, source.Z_DIM)).astype(np.float32)
    with torch.no_grad():
        deviation, mean = torch.std_mean(generator.mapping(torch.from_numpy(z)), 0)
    return mean, deviation.mean().item()


def tensors_of(generator: Generator) -> dict[str, torch.Tensor]:
    """NVIDIA's names and scales, float32; w scaled to `W_DEVIATION`."""
    mapping = generator.mapping
    mean, deviation = spread_of_w(generator)
    # Leaky ReLU passes a positive factor on: the last layer's scale is that of w.
    scale = W_DEVIATION / deviation
    with torch.no_grad():
        result = {
            # A layer computes x @ (weight * multiplier / sqrt(inputs)) + bias * multiplier.
            "mapping.fc0.weight": mapping.mix @ mapping.projection * (source.Z_DIM**0.5 / MULTIPLIER),
            "mapping.fc0.bias": mapping.bias0 / MULTIPLIER,
            "mapping.fc1.weight": mapping.weight1 * (scale / MULTIPLIER),
            "mapping.fc1.bias": mapping.bias1 * (scale / MULTIPLIER),
            "mapping.w_avg": mean * scale,
        }
        for name, value in generator.synthesis.state_dict().items():
            result[f"synthesis.{name}"] = value / scale if name.endswith("affine.weight") else value.clone()
    return result


def write(generator: Generator, path: Path) -> None:
    """Saves the network; the file appears when it is complete."""
    halves = {name: value.to(torch.float16).contiguous() for name, value in tensors_of(generator).items()}
    bad = [name for name, value in halves.items() if not torch.isfinite(value).all()]
    if bad:
        raise ValueError(f"too large for float16: {bad}")
    metadata = {
        "format": "stylegan2", "version": "1", "architecture": "skip",
        "resolution": str(generator.config["resolution"]), "img_channels": "3",
        "z_dim": str(source.Z_DIM), "w_dim": str(W_DIM), "c_dim": "0",
        "mapping_lr_multiplier": str(MULTIPLIER), "activation": "lrelu", "conv_clamp": "256",
        "resample_filter": "1,3,3,1",
    }  # fmt: skip
    partial = path.with_suffix(".part")
    save_file(halves, partial, metadata=metadata)
    if partial.stat().st_size > LIMIT:
        raise ValueError(f"{partial} has {partial.stat().st_size} bytes, more than {LIMIT}")
    partial.chmod(0o644)
    os.replace(partial, path)


def read(path: Path) -> Generator:
    """The generator of a file that `write` made: its mapping sees z through the source's projection."""
    with safe_open(path, "pt") as file:
        resolution = int(file.metadata()["resolution"])
        tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    widths = {1 << k: len(tensors[f"synthesis.b{1 << k}.conv1.bias"]) for k in range(2, resolution.bit_length())}
    generator = Generator(resolution, resolution * widths[resolution], max(widths.values()))
    mapping = generator.mapping
    weight = tensors["mapping.fc0.weight"] * (MULTIPLIER / source.Z_DIM**0.5)
    with torch.no_grad():
        mapping.mix.copy_(weight @ mapping.projection.T)
        mapping.bias0.copy_(tensors["mapping.fc0.bias"] * MULTIPLIER)
        mapping.weight1.copy_(tensors["mapping.fc1.weight"] * MULTIPLIER)
        mapping.bias1.copy_(tensors["mapping.fc1.bias"] * MULTIPLIER)
    prefix = "synthesis."
    state = {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
    generator.synthesis.load_state_dict(state)
    return generator.eval().requires_grad_(False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("output", type=Path)
    args = parser.parse_args()
    generator = Generator()
    generator.load_state_dict(torch.load(args.checkpoint, weights_only=True)["average"])
    write(generator, args.output)
    print(f"{args.output}: {args.output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
