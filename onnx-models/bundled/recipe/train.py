"""Trains the bundled generator: python train.py --run runs/main

The generator is regressed: for every latent z the source knows the true picture. Training begins at 16x16, where a
picture costs a few milliseconds and the geometry can be learned, and grows to 256x256 (`STAGES`). Kill it whenever you
like: a checkpoint is written every few minutes (and on SIGTERM), and the same command goes on from it. Beside the
checkpoint lie `log.jsonl` (the curves) and sample sheets (truth above, generated below); `latest.safetensors` is
exported each time.
"""

import argparse
import copy
import json
import os
import signal
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import evaluate
import export
import source
from network import Generator, kernel


@dataclass(frozen=True)
class Stage:
    """Training at one resolution, up to a total number of pictures."""

    size: int
    until: int
    batch: int
    rate: float  # Adam's learning rate at the beginning,
    rate_end: float  # and at the end (in between on a cosine)
    reuse: int = 3  # how often a rendered picture is used, on average
    pool: int = 8192  # rendered pictures at hand
    jitter: float = 0.0  # noise on the factors' normal numbers, drawn for each row of w (see `latents`)
    average: int = 8_000  # half-life of the averaged weights, in pictures
    sharp: float = 0.0  # 1 asks for edges as sharp as the source's rather than for the least squared error (see `loss_of`)


STAGES = (
    Stage(16, 88_000, 16, 4e-3, 4e-3, reuse=1),
    Stage(32, 156_000, 16, 4e-3, 3e-3, reuse=2),
    Stage(64, 300_000, 16, 3e-3, 3e-3, jitter=0.03),
    Stage(128, 332_000, 16, 3e-3, 2e-3, pool=6144, jitter=0.05),
    Stage(256, 342_000, 8, 2e-3, 1.6e-3, reuse=4, pool=3072, jitter=0.05),
    Stage(256, 364_000, 8, 1.6e-3, 1e-4, reuse=4, pool=3072, jitter=0.05, average=3_000, sharp=1.0),
)
SAVE_SECONDS = 240
HELD_OUT = 64  # latents of the quick test at each checkpoint


class Pool:
    """Rendered pictures, replaced one by one. Each picture's latent is a function of the seed and the picture's
    number, so that a run that goes on sees no picture of the earlier part again."""

    def __init__(self, stage: Stage, seed: int, number: int):
        self.stage, self.seed, self.number, self.place = stage, seed, number, 0
        count, size = stage.pool, stage.size
        self.gaussians = np.empty((count, source.COUNT), np.float32)
        self.pictures = np.empty((count, size, size, 3), np.uint8)
        self.weights = np.empty((count, size, size), np.uint8)
        for _ in range(0, count, 256):
            self.add(min(256, count - self.place))
        self.place = 0

    def add(self, count: int) -> None:
        random = np.random.default_rng([self.seed, self.number])
        gaussians = source.gaussians_of(random.standard_normal((count, source.Z_DIM)))
        self.number += count
        made = source.render(source.squash(gaussians), self.stage.size, landmarks=False)
        at = (self.place + np.arange(count)) % self.stage.pool
        self.place = (self.place + count) % self.stage.pool
        self.gaussians[at], self.pictures[at] = gaussians, made.picture
        # The background is easy and large; eyes and mouth are small and what people look at.
        self.weights[at] = 40 + (55 * (made.mask / 255.0) + 160 * (made.detail / 255.0)).astype(np.uint8)

    def draw(self, random: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Gaussians [B, COUNT], pictures [B, 3, R, R] in [-1, 1], weights [B, 1, R, R]."""
        at = random.integers(0, self.stage.pool, self.stage.batch)
        picture = torch.from_numpy(self.pictures[at]).permute(0, 3, 1, 2).float() / 127.5 - 1
        weight = torch.from_numpy(self.weights[at]).float()[:, None] / 100
        return torch.from_numpy(self.gaussians[at]), picture.contiguous(), weight


def loss_of(
    pictures: list[torch.Tensor], target: torch.Tensor, weight: torch.Tensor, sharp: float = 0.0
) -> torch.Tensor:
    """How far the pictures (smallest first) are from the target.

    The last one counts by pixel, by gradient (sharp edges) and at coarser scales (right places); the partial sums below it
    have a small say, so that each resolution draws what it can.

    Where the network is not sure of an edge's place, the least squared error is a blurred edge. So with `sharp` the squares
    count less, which leaves medians, and the energy of the gradients in small windows counts: a blurred edge has too little
    of it wherever it lies.
    """
    off = pictures[-1] - target
    loss = ((off.square() + 4e-4).sqrt() * weight).mean() + (1 - sharp) * (off.square() * weight).mean()
    for axis in (2, 3):
        size = off.shape[axis] - 1
        step = off.narrow(axis, 1, size) - off.narrow(axis, 0, size)
        loss = loss + 0.5 * ((step.square() + 4e-4).sqrt() * weight.narrow(axis, 1, size)).mean()
    coarse = off
    for _ in range(3):
        coarse = F.avg_pool2d(coarse, 2)
        loss = loss + 0.5 * (coarse.square() + 1e-4).sqrt().mean()
    if sharp:
        drawn, true, scale = pictures[-1], target, weight
        for _ in range(2):
            loss = loss + 0.5 * sharp * (edge_energy(drawn, scale) - edge_energy(true, scale)).abs().mean()
            drawn, true, scale = F.avg_pool2d(drawn, 2), F.avg_pool2d(true, 2), F.avg_pool2d(scale, 2)
    small = target
    for picture in pictures[-2:0:-1]:
        small = F.avg_pool2d(small, 2)
        loss = loss + 0.1 * (picture - small).square().mean()
    return loss


def edge_energy(picture: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Root mean square of the weighted gradients in windows of 4x4 pixels. [B, 3, R, R] -> [B, 1, about R / 2, about R / 2]"""
    down = picture[:, :, 1:, :-1] - picture[:, :, :-1, :-1]
    right = picture[:, :, :-1, 1:] - picture[:, :, :-1, :-1]
    energy = (down.square() + right.square()).sum(1, keepdim=True) * weight[:, :, 1:, 1:]
    return (F.avg_pool2d(energy, 4, 2) + 1e-4).sqrt()


def latents(generator: Generator, gaussians: torch.Tensor, jitter: float) -> torch.Tensor:
    """Rows of w for a batch, [B, num_ws, 512].

    A drag moves the rows apart and off the paths that the mapping takes. So half of each batch gets rows of slightly
    different animals, with the picture of the middle one as the target: the neighbourhood of w then shows something
    sane.
    """
    rows = generator.synthesis.num_ws
    if not jitter:
        return generator.broadcast(generator.mapping.of_gaussians(gaussians))
    moved = gaussians[:, None].repeat(1, rows, 1)
    half = len(moved) // 2
    moved[:half] += jitter * torch.randn_like(moved[:half])
    ws = generator.mapping.of_gaussians(moved)
    ws = ws.clone()
    ws[:half] += 0.5 * jitter * torch.randn_like(ws[:half])
    return ws


class Trainer:
    def __init__(self, run: Path, seed: int):
        self.run, self.seed = run, seed
        self.generator = Generator(seed=seed)
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        self.optimizer = torch.optim.Adam(self.generator.parameters(), lr=1e-3, betas=(0.9, 0.99), fused=True)
        self.pictures, self.steps, self.rendered, self.seconds = 0, 0, 0, 0.0
        self.stopped = False
        self.path = run / "checkpoint.pt"
        if self.path.exists():
            state = torch.load(self.path, weights_only=True)
            self.generator.load_state_dict(state["generator"])
            self.average.load_state_dict(state["average"])
            self.optimizer.load_state_dict(state["optimizer"])
            for name in ("pictures", "steps", "rendered", "seconds"):
                setattr(self, name, state[name])
            print(f"goes on from {self.pictures} pictures", flush=True)
        # Blocks whose turn has not come add nothing to the picture, which is then a smooth enlargement.
        begun = max([STAGES[0].size] + [b.size for a, b in pairwise(STAGES) if self.pictures > a.until])
        with torch.no_grad():
            for size in self.generator.synthesis.sizes:
                if size > begun:
                    for network in (self.generator, self.average):
                        getattr(network.synthesis, f"b{size}").torgb.weight.zero_()

    def log(self, **entry) -> None:
        entry = {"pictures": self.pictures, "hours": round(self.seconds / 3600, 4), **entry}
        print(json.dumps(entry), flush=True)
        with open(self.run / "log.jsonl", "a") as file:
            file.write(json.dumps(entry) + "\n")

    def save(self, stage: Stage) -> None:
        state = {
            "generator": self.generator.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            **{name: getattr(self, name) for name in ("pictures", "steps", "rendered", "seconds")},
        }
        partial = self.path.with_suffix(".part")
        torch.save(state, partial)
        os.replace(partial, self.path)
        export.write(self.average, self.run.parent / "latest.safetensors")
        psnr, similarity = evaluate.quick(self.average, stage.size, HELD_OUT)
        self.log(size=stage.size, psnr=round(psnr, 2), ms_ssim=round(similarity, 4))
        evaluate.pairs(self.average, stage.size, self.run / f"sheet-{self.pictures:07d}.png")

    def train(self, stop_at: float) -> None:
        begin, size = 0, 0
        for stage in STAGES:
            if self.pictures < stage.until:
                self.stage(stage, begin, stop_at, grown=stage.size > size)
            begin, size = stage.until, stage.size
            if self.stopped or time.time() > stop_at:
                return

    def stop(self, *_) -> None:
        """Ends the training after this step, with a checkpoint."""
        self.stopped = True

    def stage(self, stage: Stage, begin: int, stop_at: float, grown: bool = True) -> None:
        pool = Pool(stage, self.seed, self.rendered)
        random = np.random.default_rng([self.seed, 1, self.steps])
        saved = logged = now = time.time()
        total = torch.zeros([])
        count = 0
        while self.pictures < stage.until and now < stop_at and not self.stopped:
            done = (self.pictures - begin) / (stage.until - begin)
            rate = stage.rate_end + (stage.rate - stage.rate_end) * 0.5 * (1 + np.cos(np.pi * done))
            if grown:
                # New blocks begin carefully.
                rate *= min(1.0, 0.1 + (self.pictures - begin) / 4000)
            for group in self.optimizer.param_groups:
                group["lr"] = float(rate)
            if self.steps % stage.reuse == 0:
                pool.add(stage.batch)
            gaussians, target, weight = pool.draw(random)
            ws = latents(self.generator, gaussians, stage.jitter)
            loss = loss_of(self.generator.synthesis.forward_fast(ws, stage.size), target, weight, stage.sharp)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.generator.parameters(), 5.0)
            self.optimizer.step()
            keep = 0.5 ** (stage.batch / min(stage.average, 1 + self.pictures / 20))
            with torch.no_grad():
                torch._foreach_lerp_(list(self.average.parameters()), list(self.generator.parameters()), 1 - keep)
            self.steps += 1
            self.pictures += stage.batch
            self.rendered = pool.number
            total += loss.detach()
            count += 1
            before, now = now, time.time()
            self.seconds += now - before
            if now - logged > 30:
                each = 1e3 * (now - logged) / (count * stage.batch)
                self.log(size=stage.size, loss=round(total.item() / count, 4), ms=round(each, 2), rate=round(rate, 5))
                logged, count = now, 0
                total.zero_()
            if now - saved > SAVE_SECONDS:
                self.save(stage)
                saved = logged = now = time.time()
                count = 0
                total.zero_()
        self.save(stage)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--run", type=Path, default=Path("runs/main"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--hours", type=float, default=1e3, help="stop after this long")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    args.run.mkdir(parents=True, exist_ok=True)
    kernel()
    torch.manual_seed(args.seed + time.time_ns() % 1_000_003)  # noise fields only
    trainer = Trainer(args.run, args.seed)
    signal.signal(signal.SIGTERM, trainer.stop)
    trainer.train(time.time() + 3600 * args.hours)


if __name__ == "__main__":
    main()
