"""The landmark reader: finds the source's landmarks in a picture. For the benchmark only.

    python reader.py train --run runs/reader
    python reader.py export runs/reader/checkpoint.pt landmarks.onnx

The ONNX model takes `picture` [N, 3, 256, 256] in [-1, 1] and gives `landmarks` [N, L, 2] (x, y in pixels, the centre
of the top-left pixel is the origin) and `visibility` [N, L] in [0, 1]; L and the order are those of `source.LANDMARKS`,
which the model's metadata has under `landmarks`, with commas.

A small U-net makes a heat map per landmark at a quarter of the resolution; the landmark is the map's centre of mass.
"""

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import source

SIZE = 256  # what the model takes
INNER = 128  # what the network sees: pictures are halved first
COUNT = len(source.LANDMARKS)
PICTURES, BATCH, POOL, REUSE = 44_000, 16, 4096, 3
RATE = 2e-3
SAVE_SECONDS = 180
HELD_OUT = 200  # pictures of the quick test at each checkpoint


def conv(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Reader(nn.Module):
    """[N, 3, 128, 128] -> landmarks [N, L, 2] in pixels of a 256 x 256 picture, visibility logits [N, L]."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(conv(3, 32, 2), conv(32, 32))  # 64
        self.down1 = nn.Sequential(conv(32, 64, 2), conv(64, 64))  # 32
        self.down2 = nn.Sequential(conv(64, 128, 2), conv(128, 128))  # 16
        self.down3 = nn.Sequential(conv(128, 192, 2), conv(192, 192), conv(192, 192))  # 8
        self.up2 = conv(192 + 128, 128)
        self.up1 = conv(128 + 64, 64)
        self.up0 = nn.Sequential(conv(64 + 32, 64), conv(64, 64))
        self.maps = nn.Conv2d(64, COUNT, 1)
        self.seen = nn.Linear(192 * 4, COUNT)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        a = self.stem(x)
        b = self.down1(a)
        c = self.down2(b)
        d = self.down3(c)
        up = self.up2(torch.cat([F.interpolate(d, scale_factor=2.0), c], 1))
        up = self.up1(torch.cat([F.interpolate(up, scale_factor=2.0), b], 1))
        up = self.up0(torch.cat([F.interpolate(up, scale_factor=2.0), a], 1))
        maps = self.maps(up).float().flatten(2).softmax(2).reshape(-1, COUNT, INNER // 2, INNER // 2)
        # Centres of the cells, in pixels of the large picture; landmarks may lie a little outside it.
        cells = (torch.arange(INNER // 2, dtype=torch.float32) + 0.5) * (SIZE / (INNER // 2)) - 0.5
        middle = (SIZE - 1) / 2
        cells = middle + (cells - middle) * 1.06
        x_at = (maps.sum(2) * cells).sum(2)
        y_at = (maps.sum(3) * cells).sum(2)
        seen = self.seen(F.adaptive_avg_pool2d(d, 2).flatten(1)).float()
        return torch.stack([x_at, y_at], 2), seen


class Exported(nn.Module):
    """What the ONNX file computes."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        points, seen = self.reader(F.avg_pool2d(picture, SIZE // INNER))
        return points, seen.sigmoid()


class Pool:
    """Rendered pictures with their landmarks, replaced one by one."""

    def __init__(self, seed: int, number: int) -> None:
        self.seed, self.number, self.place = seed, number, 0
        self.pictures = np.empty((POOL, INNER, INNER, 3), np.uint8)
        self.points = np.empty((POOL, COUNT, 2), np.float32)
        self.visible = np.empty((POOL, COUNT), np.float32)
        for _ in range(0, POOL, 256):
            self.add(256)

    def add(self, count: int) -> None:
        random = np.random.default_rng([self.seed, 2, self.number])
        self.number += count
        made = source.render(source.factors_of(random.standard_normal((count, source.Z_DIM))), INNER)
        at = (self.place + np.arange(count)) % POOL
        self.place = (self.place + count) % POOL
        self.pictures[at], self.visible[at] = made.picture, made.visible
        self.points[at] = (made.landmarks + 0.5) * (SIZE / INNER) - 0.5

    def draw(self, random: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Pictures as a generator might make them: a little noisy, soft, dark or bright."""
        at = random.integers(0, POOL, BATCH)
        picture = torch.from_numpy(self.pictures[at]).permute(0, 3, 1, 2).float() / 127.5 - 1
        soft = F.avg_pool2d(F.pad(picture, (1, 1, 1, 1), mode="replicate"), 3, 1)
        mix = torch.from_numpy(random.uniform(0, 0.9, (BATCH, 1, 1, 1)).astype(np.float32))
        picture = picture + (soft - picture) * mix * (mix > 0.3)
        level = torch.from_numpy(random.uniform(0, 0.08, (BATCH, 1, 1, 1)).astype(np.float32))
        gain = torch.from_numpy(random.uniform(0.92, 1.08, (BATCH, 3, 1, 1)).astype(np.float32))
        picture = picture * gain + level * torch.randn_like(picture)
        return picture, torch.from_numpy(self.points[at]), torch.from_numpy(self.visible[at])


def errors(reader: Reader, count: int) -> tuple[np.ndarray, float]:
    """Distances in pixels of visible landmarks on held-out pictures, and how often visibility is right."""
    factors = source.factors_of(source.held_out(count, 5000))
    made = source.render(factors, SIZE)
    reader.eval()
    points, seen = [], []
    with torch.no_grad():
        for at in range(0, count, 20):
            picture = torch.from_numpy(made.picture[at : at + 20]).permute(0, 3, 1, 2).float() / 127.5 - 1
            p, s = Exported(reader)(picture)
            points.append(p.numpy())
            seen.append(s.numpy())
    reader.train()
    distance = np.linalg.norm(np.concatenate(points) - made.landmarks, axis=2)
    right = np.mean((np.concatenate(seen) > 0.5) == made.visible)
    return distance[made.visible], float(right)


def train(run: Path, seed: int) -> None:
    run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    reader = Reader().to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(reader.parameters(), RATE, betas=(0.9, 0.99))
    pictures, rendered = 0, 0
    path = run / "checkpoint.pt"
    if path.exists():
        state = torch.load(path, weights_only=True)
        reader.load_state_dict(state["reader"])
        optimizer.load_state_dict(state["optimizer"])
        pictures, rendered = state["pictures"], state["rendered"]
    pool = Pool(seed, rendered)
    random = np.random.default_rng([seed, 3, pictures])
    saved, steps = time.time(), 0
    while True:
        if time.time() - saved > SAVE_SECONDS or pictures >= PICTURES:
            state = {
                "reader": reader.state_dict(), "optimizer": optimizer.state_dict(),
                "pictures": pictures, "rendered": pool.number,
            }  # fmt: skip
            torch.save(state, path.with_suffix(".part"))
            os.replace(path.with_suffix(".part"), path)
            distance, right = errors(reader, HELD_OUT)
            entry = {
                "pictures": pictures, "median_px": round(float(np.median(distance)), 3),
                "mean_px": round(float(distance.mean()), 3), "p95_px": round(float(np.quantile(distance, 0.95)), 3),
                "visibility_right": round(right, 4),
                "ms": round(1e3 * (time.time() - saved) / max(steps * BATCH, 1), 1),
            }  # fmt: skip
            print(json.dumps(entry), flush=True)
            with open(run / "log.jsonl", "a") as file:
                file.write(json.dumps(entry) + "\n")
            saved, steps = time.time(), 0
            if pictures >= PICTURES:
                return
        for group in optimizer.param_groups:
            group["lr"] = float(RATE * 0.5 * (1.02 + np.cos(np.pi * pictures / PICTURES)))
        if steps % REUSE == 0:
            pool.add(BATCH)
        picture, points, visible = pool.draw(random)
        with torch.autocast("cpu", torch.bfloat16):
            found, seen = reader(picture.contiguous(memory_format=torch.channels_last))
        distance = (found - points.clamp(-6, SIZE + 5)).abs().sum(2)
        loss = (distance * (0.2 + 0.8 * visible)).mean() / 10 + F.binary_cross_entropy_with_logits(seen, visible)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        pictures += BATCH
        steps += 1


def export(checkpoint: Path, output: Path) -> None:
    import onnx

    reader = Reader()
    reader.load_state_dict(torch.load(checkpoint, weights_only=True)["reader"])
    names = {"input_names": ["picture"], "output_names": ["landmarks", "visibility"]}
    axes = {name: {0: "N"} for name in ("picture", "landmarks", "visibility")}
    example = torch.zeros(1, 3, SIZE, SIZE)
    torch.onnx.export(
        Exported(reader).eval(), (example,), str(output), dynamo=False, opset_version=17, dynamic_axes=axes, **names
    )
    model = onnx.load(str(output))
    onnx.helper.set_model_props(model, {"landmarks": ",".join(source.LANDMARKS)})
    onnx.checker.check_model(model)
    onnx.save(model, str(output))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train")
    training.add_argument("--run", type=Path, default=Path("runs/reader"))
    training.add_argument("--seed", type=int, default=1)
    training.add_argument("--threads", type=int, default=2)
    exporting = commands.add_parser("export")
    exporting.add_argument("checkpoint", type=Path)
    exporting.add_argument("output", type=Path)
    args = parser.parse_args()
    if args.command == "train":
        torch.set_num_threads(args.threads)
        train(args.run, args.seed)
    else:
        export(args.checkpoint, args.output)


if __name__ == "__main__":
    main()
