"""How good a generator is, and what it looks like.

    python evaluate.py network.safetensors --out folder
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import export
import source


def bytes_of(picture: torch.Tensor) -> np.ndarray:
    """[B, 3, R, R] in [-1, 1] -> [B, R, R, 3] uint8, rounded as StyleGAN2 does."""
    return (picture * 127.5 + 128).clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()


def generated(generator, z: np.ndarray, size: int, psi: float = 1.0, batch: int = 16) -> np.ndarray:
    """[B, R, R, 3] uint8"""
    made = []
    with torch.no_grad():
        average = export.spread_of_w(generator)[0] if psi != 1 else 0
        for at in range(0, len(z), batch):
            w = generator.mapping(torch.tensor(z[at : at + batch], dtype=torch.float32))
            w = average + psi * (w - average)
            made.append(bytes_of(generator.synthesis(generator.broadcast(w), size)))
    return np.concatenate(made)


def psnr_of(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Per picture, in dB. [B, R, R, 3] uint8 each."""
    error = np.mean((a.astype(np.float32) - b.astype(np.float32)) ** 2, axis=(1, 2, 3))
    return 10 * np.log10(255.0**2 / np.maximum(error, 1e-6))


def ms_ssim_of(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Multi-scale structural similarity (Wang et al. 2003) per picture, mean over colours. Five scales from 176
    pixels up; smaller pictures have room for fewer, whose weights are then normalised."""
    weights = torch.tensor([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])
    scales = max(1, min(5, int(np.log2(a.shape[1] / 11)) + 1))
    weights = weights[:scales] / weights[:scales].sum()
    line = torch.exp(-((torch.arange(11.0) - 5) ** 2) / (2 * 1.5**2))
    line = line / line.sum()
    window = line.outer(line)[None, None]
    x, y = (torch.tensor(v, dtype=torch.float32).permute(0, 3, 1, 2).flatten(0, 1)[:, None] for v in (a, b))
    result = torch.ones(len(x))
    for scale in range(scales):
        mx, my = F.conv2d(x, window), F.conv2d(y, window)
        vx, vy = F.conv2d(x * x, window) - mx * mx, F.conv2d(y * y, window) - my * my
        cov = F.conv2d(x * y, window) - mx * my
        c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
        contrast = (2 * cov + c2) / (vx + vy + c2)
        if scale == scales - 1:
            contrast = contrast * (2 * mx * my + c1) / (mx * mx + my * my + c1)
        result *= contrast.mean((1, 2, 3)).clamp(min=0) ** weights[scale]
        x, y = F.avg_pool2d(x, 2), F.avg_pool2d(y, 2)
    return result.reshape(len(a), 3).mean(1).numpy()


def compare(generator, size: int, count: int, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """PSNR and MS-SSIM of held-out latents."""
    psnr, similarity = [], []
    for at in range(first, first + count, 32):
        z = source.held_out(min(32, first + count - at), at)
        truth = source.render(source.factors_of(z), size, landmarks=False).picture
        made = generated(generator, z, size)
        psnr.append(psnr_of(made, truth))
        similarity.append(ms_ssim_of(made, truth))
    return np.concatenate(psnr), np.concatenate(similarity)


def quick(generator, size: int, count: int) -> tuple[float, float]:
    """Mean PSNR and MS-SSIM."""
    psnr, similarity = compare(generator, size, count)
    return float(psnr.mean()), float(similarity.mean())


def grid(pictures: np.ndarray, columns: int, path: Path, scale: int = 1) -> None:
    """Saves [B, R, R, 3] as one picture."""
    rows = [np.concatenate(list(pictures[i : i + columns]), 1) for i in range(0, len(pictures), columns)]
    sheet = np.concatenate(rows, 0).repeat(scale, 0).repeat(scale, 1)
    Image.fromarray(sheet).save(path)


def pairs(generator, size: int, path: Path) -> None:
    """Rows of truth, each above what the generator makes of the same latents."""
    columns, rows = 8, 3
    z = source.held_out(columns * rows)
    truth = source.render(source.factors_of(z), size, landmarks=False).picture
    made = generated(generator, z, size)
    order = [half[r * columns : (r + 1) * columns] for r in range(rows) for half in (truth, made)]
    grid(np.concatenate(order), columns, path, max(1, 128 // size))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("network", type=Path)
    parser.add_argument("--out", type=Path, default=Path("runs/evaluation"))
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    generator = export.read(args.network)
    size = generator.synthesis.sizes[-1]
    z = source.held_out(36)
    for psi in (0.7, 1.0):
        truth = source.render(source.squash(psi * source.gaussians_of(z)), size, landmarks=False).picture
        grid(generated(generator, z, size, psi), 6, args.out / f"samples-psi-{psi}.png")
        grid(truth, 6, args.out / f"truth-psi-{psi}.png")
    pairs(generator, size, args.out / "pairs.png")
    psnr, similarity = compare(generator, size, args.count)
    result = {
        "count": args.count,
        "psnr_mean": float(psnr.mean()), "psnr_median": float(np.median(psnr)), "psnr_worst": float(psnr.min()),
        "ms_ssim_mean": float(similarity.mean()), "ms_ssim_worst": float(similarity.min()),
    }  # fmt: skip
    (args.out / "result.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
