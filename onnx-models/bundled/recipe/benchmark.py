"""Writes ../benchmark.json, the data with which `dragfx eval` measures: truths about held-out pictures of the source.

    python benchmark.py

- `truth`: heads of seeds (z = RandomState(seed).randn(1, 512), psi 1), with all landmarks and whether each is visible;
- `pairs`: two heads each, z1 of `seed` and z2 = cos(angle) z1 + sin(angle) z of `other`, and surface points that both
  pictures show: x, y in the first, x, y in the second. A drag is to bring the first head's points to the second's.

Pixels: x right, y down, the centre of the top-left pixel is the origin. Nothing in it depends on time or chance;
another processor may round a last digit otherwise. Seeds from 20000 up are for this file alone.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import source

OUTPUT = Path(__file__).parent.parent / "benchmark.json"
SIZE = 256
HEADS, FIRST_HEAD = 32, 30_000
PAIRS, FIRST_SEED, FIRST_OTHER = 100, 20_000, 40_000
POINTS = 32  # of a pair
ANGLE = 0.55  # how far the latents of a pair are apart; the points then move by 11.5 pixels on average


def truth(seed: int) -> dict:
    """One head and its landmarks."""
    scene = source.scene_of(source.factors_of(source.held_out(1, seed)))
    pixels, visible = source.landmarks_of(scene, SIZE)
    return {"seed": seed, "points": rounded(pixels[0]), "visible": visible[0].astype(int).tolist()}


def pair(seed: int, other: int) -> dict:
    """Two heads and points on the surfaces of both, at random pixels of the first.

    None is on an eye: lids and iris glide over the ball, so what one sees there does not move with the ball's surface.
    """
    z1, z2 = source.held_out(1, seed), source.held_out(1, other)
    z2 = np.cos(ANGLE) * z1 + np.sin(ANGLE) * z2
    a, b = (source.scene_of(source.factors_of(z)) for z in (z1, z2))
    pixels = np.random.RandomState([seed, other]).randint(0, SIZE, (1024, 2))
    found, seen = source.correspondences(a, b, pixels, SIZE)
    part, _ = source.surface_at(a, pixels, SIZE)
    good = np.flatnonzero(seen & (part != source.EYE_L) & (part != source.EYE_R))[:POINTS]
    return {"seed": seed, "other": other, "angle": ANGLE, "points": rounded(np.hstack([pixels, found])[good])}


def rounded(values: np.ndarray) -> list:
    """Numbers of two digits, whole ones without a point."""
    return [[int(v) if v == int(v) else v for v in row] for row in np.round(values, 2).tolist()]


def truths() -> Iterator[dict]:
    return (truth(FIRST_HEAD + i) for i in range(HEADS))


def pairs() -> Iterator[dict]:
    return (pair(FIRST_SEED + i, FIRST_OTHER + i) for i in range(PAIRS))


def main() -> None:
    names = json.dumps(source.LANDMARKS)
    head = f'{{"version": 1, "resolution": {SIZE},\n"landmarks": {names},\n'
    lists = (",\n".join(json.dumps(entry, separators=(",", ":")) for entry in each) for each in (truths(), pairs()))
    OUTPUT.write_text(head + '"truth": [\n{}\n],\n"pairs": [\n{}\n]}}\n'.format(*lists))


if __name__ == "__main__":
    main()
