"""The generator: StyleGAN2, skip architecture, with NVIDIA's tensor names; written for training on a CPU.

Two paths compute the same function:

- `Synthesis.forward` is the plain one, float32, in the form that the ONNX graphs have: x * s -> convolution with
  constant weights -> * d, noise, bias, leaky ReLU. Use it to look, to test and on machines without the kernel.
- `Synthesis.forward_fast` is for training: bfloat16 convolutions (which the AMX units of recent Xeons run ten times as
  fast as float32), and `kernel.cpp` for all that lies between two convolutions. An up-sampling convolution (transposed
  convolution, then the [1, 3, 3, 1] filter) is one 3x3 convolution at the low resolution with four groups of outputs,
  one per phase, whose weights are a fixed linear map of the true ones.

Parameters are kept as a trainer likes them, not as files have them: the mapping's weights without the learning rate
multiplier. `export.py` converts.
"""

import os
import sys
from functools import cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import source

W_DIM = 512
ROOT2 = 2.0**0.5


def widths_of(resolution: int, base: int, most: int) -> dict[int, int]:
    """Channels of each block, as NVIDIA's channel_base and channel_max give them."""
    return {1 << log2: min(base >> log2, most) for log2 in range(2, resolution.bit_length())}


class Mapping(nn.Module):
    """z [B, 512] -> w [B, 512], two layers of leaky ReLU.

    The first layer sees z through the source's own projection only: its weight is `mix` @ projection, and `mix` begins
    as thresholds on single factors and on random mixtures of the geometric ones.
    """

    def __init__(self, seed: int = 0):
        super().__init__()
        random = np.random.RandomState(seed)
        count = source.COUNT
        single = [(k, sign, t) for k in range(count) for t in (-1.2, -0.4, 0.4, 1.2) for sign in (-1, 1)]
        mix = np.zeros((W_DIM, count))
        bias = np.zeros(W_DIM)
        for row, (k, sign, threshold) in enumerate(single):
            mix[row, k] = sign
            bias[row] = -sign * threshold
        rest = slice(len(single), W_DIM)
        geometric = 25  # the factors before the colours
        mix[rest, :geometric] = random.randn(W_DIM - len(single), geometric) / geometric**0.5
        bias[rest] = 0.7 * random.randn(W_DIM - len(single))
        self.register_buffer("projection", torch.tensor(source.projection(), dtype=torch.float32))
        self.mix = nn.Parameter(torch.tensor(mix, dtype=torch.float32))
        self.bias0 = nn.Parameter(torch.tensor(bias, dtype=torch.float32))
        self.weight1 = nn.Parameter(torch.tensor(random.randn(W_DIM, W_DIM), dtype=torch.float32))
        self.bias1 = nn.Parameter(torch.zeros(W_DIM))

    def gaussians(self, z: torch.Tensor) -> torch.Tensor:
        """One standard normal number per factor: `source.gaussians_of`."""
        z = z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()
        return z @ self.projection.T

    def of_gaussians(self, gaussians: torch.Tensor) -> torch.Tensor:
        hidden = F.leaky_relu(F.linear(gaussians, self.mix, self.bias0), 0.2) * ROOT2
        return F.leaky_relu(F.linear(hidden, self.weight1 / W_DIM**0.5, self.bias1), 0.2) * ROOT2

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.of_gaussians(self.gaussians(z))


class Affine(nn.Module):
    """w -> styles; biases begin at 1."""

    def __init__(self, channels: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels, W_DIM))
        self.bias = nn.Parameter(torch.ones(channels))

    def forward(self, w: torch.Tensor) -> torch.Tensor:
        return F.linear(w, self.weight / W_DIM**0.5, self.bias)


class StyledConv(nn.Module):
    """A 3x3 convolution with modulation, demodulation, noise, bias and leaky ReLU."""

    def __init__(self, inputs: int, outputs: int, size: int, up: bool):
        super().__init__()
        self.up = up
        self.affine = Affine(inputs)
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("noise_const", torch.randn(size, size))
        self.noise_strength = nn.Parameter(torch.zeros([]))

    def demodulation(self, styles: torch.Tensor) -> torch.Tensor:
        return (styles.square() @ self.weight.square().sum((2, 3)).T + 1e-8).rsqrt()

    def forward(self, x: torch.Tensor, w: torch.Tensor, noise: torch.Tensor | None) -> torch.Tensor:
        styles = self.affine(w)
        x = x * styles[:, :, None, None]
        if self.up:
            x = F.conv_transpose2d(x, self.weight.transpose(0, 1), stride=2)
            taps = torch.tensor([1.0, 3.0, 3.0, 1.0], dtype=x.dtype) / 4
            filters = taps.outer(taps).expand(x.shape[1], 1, 4, 4)
            x = F.conv2d(F.pad(x, (1, 1, 1, 1)), filters, groups=x.shape[1])
        else:
            x = F.conv2d(x, self.weight, padding=1)
        x = x * self.demodulation(styles)[:, :, None, None]
        if noise is not None:
            x = x + noise.unsqueeze(-3) * self.noise_strength
        return F.leaky_relu(x + self.bias[:, None, None], 0.2) * ROOT2


class ToRgb(nn.Module):
    """A 1x1 convolution to colours, modulated but not demodulated."""

    def __init__(self, inputs: int):
        super().__init__()
        self.affine = Affine(inputs)
        self.weight = nn.Parameter(torch.randn(3, inputs, 1, 1))
        self.bias = nn.Parameter(torch.zeros(3))

    def weights(self, w: torch.Tensor) -> torch.Tensor:
        """Per picture, [B, 3, I]."""
        inputs = self.weight.shape[1]
        return self.weight[None, :, :, 0, 0] * self.affine(w)[:, None, :] / inputs**0.5

    def forward(self, x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
        return torch.einsum("bchw,bkc->bkhw", x, self.weights(w)) + self.bias[:, None, None]


class Block(nn.Module):
    """One resolution."""

    def __init__(self, below: int, channels: int, size: int):
        super().__init__()
        if below:
            self.conv0 = StyledConv(below, channels, size, up=True)
        else:
            self.const = nn.Parameter(torch.randn(channels, size, size))
        self.conv1 = StyledConv(channels, channels, size, up=False)
        self.torgb = ToRgb(channels)


def upsample(rgb: torch.Tensor) -> torch.Tensor:
    """Twice the size with the filter [1, 3, 3, 1], zeros outside. [B, 3, h, w]"""
    for axis in (2, 3):
        padded = F.pad(rgb, (0, 0, 1, 1) if axis == 2 else (1, 1))
        size = rgb.shape[axis]
        here = 0.75 * rgb
        even = here + 0.25 * padded.narrow(axis, 0, size)
        odd = here + 0.25 * padded.narrow(axis, 2, size)
        rgb = torch.stack([even, odd], axis + 1).flatten(axis, axis + 1)
    return rgb


class Synthesis(nn.Module):
    """ws [B, num_ws, 512] -> picture [B, 3, R, R], nominally in [-1, 1]."""

    def __init__(self, widths: dict[int, int]):
        super().__init__()
        below = 0
        for size, channels in widths.items():
            self.add_module(f"b{size}", Block(below, channels, size))
            below = channels
        self.sizes = tuple(widths)
        self.num_ws = 2 * len(widths)

    def noise_of(self, conv: StyledConv, mode: str, batch: int) -> torch.Tensor | None:
        """[1 or B, H, W]; the mode is const, random or none."""
        if mode == "none":
            return None
        if mode == "const":
            return conv.noise_const[None]
        return torch.randn(batch, *conv.noise_const.shape)

    def forward(self, ws: torch.Tensor, size: int | None = None, noise: str = "const") -> torch.Tensor:
        """The picture; up to block `size` only, if given."""
        x, rgb, row = None, None, 0
        for each in self.sizes:
            block = getattr(self, f"b{each}")
            if x is None:
                x = block.const.expand(len(ws), -1, -1, -1)
            else:
                x = block.conv0(x, ws[:, row], self.noise_of(block.conv0, noise, len(ws)))
                row += 1
            x = block.conv1(x, ws[:, row], self.noise_of(block.conv1, noise, len(ws)))
            row += 1
            colours = block.torgb(x, ws[:, row])
            rgb = colours if rgb is None else upsample(rgb) + colours
            if each == size:
                break
        return rgb

    def forward_fast(self, ws: torch.Tensor, size: int, noise: str = "random") -> list[torch.Tensor]:
        """The pictures of all blocks up to `size`, smallest first."""
        sizes = [each for each in self.sizes if each <= size]
        convs: list[tuple[StyledConv, int, ToRgb | None]] = []
        row = 0
        for each in sizes:
            block = getattr(self, f"b{each}")
            if each > 4:
                convs.append((block.conv0, row, None))
                row += 1
            convs.append((block.conv1, row, block.torgb))
            row += 1
        styles = [conv.affine(ws[:, row]) for conv, row, _ in convs]
        x = (self.b4.const[None] * styles[0][:, :, None, None]).to(torch.bfloat16)
        x = x.contiguous(memory_format=torch.channels_last)
        pictures: list[torch.Tensor] = []
        for index, (conv, row, torgb) in enumerate(convs):
            if conv.up:
                weight = _Phases.apply(conv.weight)
            else:
                weight = conv.weight.to(torch.bfloat16, memory_format=torch.channels_last)
            y = F.conv2d(x, weight, padding=1)
            scale = styles[index + 1] if index + 1 < len(convs) else None
            colours = torgb.weights(ws[:, row + 1]) if torgb is not None else None
            field = self.noise_of(conv, noise, len(ws))
            x, rgb = _Between.apply(
                y, conv.demodulation(styles[index]), conv.bias, field, conv.noise_strength, scale, colours, conv.up
            )
            if torgb is not None:
                rgb = rgb + torgb.bias[:, None, None]
                pictures.append(upsample(pictures[-1]) + rgb if pictures else rgb)
        return pictures


class Generator(nn.Module):
    """Mapping and synthesis."""

    def __init__(self, resolution: int = 256, base: int = 8192, most: int = 256, seed: int = 0):
        super().__init__()
        torch.manual_seed(seed)
        self.config = {"resolution": resolution, "base": base, "most": most}
        self.mapping = Mapping(seed)
        self.synthesis = Synthesis(widths_of(resolution, base, most))

    def broadcast(self, w: torch.Tensor) -> torch.Tensor:
        return w[:, None].expand(-1, self.synthesis.num_ws, -1)

    def forward(self, z: torch.Tensor, size: int | None = None, noise: str = "const") -> torch.Tensor:
        return self.synthesis(self.broadcast(self.mapping(z)), size, noise)


# ----------------------------------------------------------------------------------------------------------- the kernel


@cache
def kernel():
    """Compiles `kernel.cpp` (once; PyTorch keeps the result). Needs g++ and ninja."""
    from torch.utils.cpp_extension import load

    # A virtual environment that is not activated still has ninja beside its python.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    folder = Path(__file__).parent
    flags = ["-O3", "-march=native", "-ffast-math", "-fopenmp"]
    return load("dragfx_bundled_kernel", [str(folder / "kernel.cpp")], extra_cflags=flags)


class _Between(torch.autograd.Function):
    """See kernel.cpp."""

    @staticmethod
    def forward(ctx, y, d, bias, noise, strength, s, wr, up):
        none = torch.empty(0)
        noise = noise if noise is not None else torch.zeros(1, 1, 1).expand(1, *_size(y, up)).contiguous()
        s_, wr_ = (none if s is None else s.contiguous()), (none if wr is None else wr.contiguous())
        a, xs, rgb = kernel().forward(y, d.contiguous(), bias, noise, float(strength), s_, wr_, up)
        ctx.save_for_backward(a, d, bias, noise, strength, s_, wr_)
        ctx.up = up
        return (xs if s is not None else None), (rgb if wr is not None else None)

    @staticmethod
    def backward(ctx, gxs, grgb):
        a, d, bias, noise, strength, s, wr = ctx.saved_tensors
        none = torch.empty(0)
        gy, gd, gb, gn, gs, gwr = kernel().backward(
            none if gxs is None else gxs, none if grgb is None else grgb, a, d.contiguous(), bias, noise,
            float(strength), s, wr, ctx.up,
        )  # fmt: skip
        return gy, gd, gb, None, gn, (gs if s.numel() else None), (gwr if wr.numel() else None), None


class _Phases(torch.autograd.Function):
    """The weights of an up-sampling convolution [O, I, 3, 3] -> those of its four phases [4 O, I, 3, 3], bfloat16."""

    @staticmethod
    def forward(ctx, weight):
        return kernel().phases(weight)

    @staticmethod
    def backward(ctx, gradient):
        return kernel().phases_backward(gradient)


def _size(y: torch.Tensor, up: bool) -> tuple[int, int]:
    return (2 * y.shape[2], 2 * y.shape[3]) if up else (y.shape[2], y.shape[3])
