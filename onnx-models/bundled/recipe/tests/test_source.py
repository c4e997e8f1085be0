"""Tests of the source and of the benchmark's data, without PyTorch: python -m pytest tests/test_source.py"""

import json

import numpy as np
import pytest

import benchmark
import source


def factors(**chosen):
    """The middle of everything, but for the chosen factors."""
    row = np.full((1, source.COUNT), 0.5)
    for name, value in chosen.items():
        row[0, source.NAMES.index(name)] = value
    return row


def mark(name, **chosen):
    pixels, _ = source.landmarks_of(source.scene_of(factors(**chosen)), 256)
    return pixels[0, source.LANDMARKS.index(name)]


def test_factors_are_a_function_of_the_direction_of_z():
    z = source.held_out(500)
    f = source.factors_of(z)
    assert f.shape == (500, source.COUNT) and source.COUNT >= 16
    np.testing.assert_allclose(source.factors_of(3 * z), f, atol=1e-6)
    # Uniform, and independent of each other.
    np.testing.assert_allclose(f.mean(0), 0.5, atol=0.06)
    assert np.abs(np.corrcoef(f.T) - np.eye(source.COUNT)).max() < 0.2


def test_held_out_latents_are_those_of_seeds():
    np.testing.assert_array_equal(source.held_out(3, 5)[1], np.random.RandomState(6).randn(512))


def test_projection_is_orthonormal_and_always_the_same():
    p = source.projection()
    np.testing.assert_allclose(p @ p.T, np.eye(source.COUNT), atol=1e-12)
    np.testing.assert_array_equal(p, source.projection())


def test_factors_move_the_landmarks_that_they_should():
    assert mark("nose_tip", yaw=0.9)[0] > mark("nose_tip", yaw=0.1)[0] + 30
    assert mark("nose_tip", pitch=0.9)[1] < mark("nose_tip", pitch=0.1)[1] - 20
    assert mark("ear_left_tip", roll=0.9)[0] > mark("ear_left_tip", roll=0.1)[0] + 20
    assert mark("ear_right_tip", ear_length=0.9)[1] < mark("ear_right_tip", ear_length=0.1)[1] - 30
    assert mark("lip_bottom", mouth_open=0.9)[1] > mark("lip_bottom", mouth_open=0.1)[1] + 8
    assert mark("mouth_left", smile=0.9)[1] < mark("mouth_left", smile=0.1)[1] - 5
    assert mark("eye_left_top", eye_open=0.9)[1] < mark("eye_left_top", eye_open=0.1)[1] - 8


def test_pictures_of_all_sizes_agree():
    f = source.factors_of(source.held_out(3))
    large, small = source.render(f, 256), source.render(f, 64)
    pooled = large.picture.reshape(3, 64, 4, 64, 4, 3).mean((2, 4))
    assert np.mean((pooled - small.picture) ** 2, axis=(1, 2, 3)).max() < 6.5  # 40 dB
    np.testing.assert_allclose((large.landmarks + 0.5) / 4 - 0.5, small.landmarks)


def test_landmarks_are_on_the_animal():
    made = source.render(source.factors_of(source.held_out(40)), 256)
    assert len(source.LANDMARKS) >= 24 and len(set(source.LANDMARKS)) == len(source.LANDMARKS)
    assert 0.7 < made.visible.mean() < 0.99
    for mask, points in zip(made.mask, map(np.ndarray.__getitem__, made.landmarks, made.visible), strict=True):
        for x, y in np.rint(points).astype(int):
            assert mask[max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3].max() > 0


def test_surface_points_move_as_landmarks_do():
    # Those whose place in the part's own frame is always the same.
    fixed = ("nose_tip", "nose_left", "nose_right", "muzzle_top", "chin", "forehead", "crown", "cheek_left")
    which = [source.LANDMARKS.index(name) for name in fixed]
    scenes = [source.scene_of(f) for f in source.factors_of(source.held_out(41))]
    compared = 0
    for a, b in zip(scenes, scenes[1:], strict=False):
        here, there = (source.landmarks_of(scene, 256)[0][0, which] for scene in (a, b))
        part, _ = source.surface_at(a, here, 256)
        found, seen = source.correspondences(a, b, here)
        seen &= part == a.owners[which]
        np.testing.assert_allclose(found[seen], there[seen], atol=0.1)
        compared += seen.sum()
    assert compared > 0.5 * 40 * len(fixed)


def test_a_shift_of_the_head_shifts_its_points_and_hides_others_of_the_body():
    a, b = (source.scene_of(factors(head_x=x)) for x in (0.5, 0.75))
    pixels = np.stack(np.meshgrid(np.arange(0, 256, 4), np.arange(0, 256, 4)), 2).reshape(-1, 2)
    found, seen = source.correspondences(a, b, pixels)
    part, _ = source.surface_at(a, pixels, 256)
    shift = 0.05 * 256 / (2 * source.VIEW_HALF)
    head, body = seen & (part > source.BODY), seen & (part == source.BODY)
    for where, by in ((head, shift), (body, 0.55 * shift)):
        np.testing.assert_allclose(found[where] - pixels[where], np.tile([by, 0], (where.sum(), 1)), atol=0.05)
    hidden = (part == source.BODY) & (source.surface_at(b, found, 256)[0] != source.BODY)
    assert head.sum() > 500 and body.sum() > 100 and hidden.any()
    assert not seen[hidden | (part < 0)].any()


def test_what_is_drawn_moves_with_the_surface():
    pose = {"yaw": 0.62, "pitch": 0.4, "roll": 0.55, "head_x": 0.6, "head_y": 0.45}
    drawn = {"markings": 0.9, "second_lightness": 0.9, "fur_saturation": 0.9, "fur_lightness": 0.4, "blush": 0.9}
    made = [source.render(f, 256).picture[0] for f in (factors(**drawn), factors(**drawn, **pose))]
    a, b = (source.scene_of(f) for f in (factors(**drawn), factors(**drawn, **pose)))
    pixels = np.stack(np.meshgrid(np.arange(256), np.arange(256)), 2).reshape(-1, 2)
    found, seen = source.correspondences(a, b, pixels)

    def difference(places):
        """How far the hues at those places of the second picture are from the first picture's, whatever the light."""
        x, y = np.clip(np.rint(places[seen]).astype(int), 0, 255).T
        first, second = made[0][pixels[seen, 1], pixels[seen, 0]].astype(float), made[1][y, x].astype(float)
        tone = [colour / colour.sum(1, keepdims=True) for colour in (first, second)]
        return np.abs(tone[0] - tone[1]).sum(1).mean()

    assert seen.sum() > 10_000
    assert difference(found) < 0.02
    assert difference(found) < 0.3 * difference(pixels)


def test_the_benchmark_is_what_its_script_makes():
    data = json.loads(benchmark.OUTPUT.read_text())
    assert data["landmarks"] == list(source.LANDMARKS) and data["resolution"] == benchmark.SIZE
    assert len(data["truth"]) == benchmark.HEADS and len(data["pairs"]) == benchmark.PAIRS
    assert {len(entry["points"]) for entry in data["pairs"]} == {benchmark.POINTS}
    for index in (0, 13, 31):
        same(data["truth"][index], benchmark.truth(benchmark.FIRST_HEAD + index))
        same(data["pairs"][index], benchmark.pair(benchmark.FIRST_SEED + index, benchmark.FIRST_OTHER + index))


def same(found, made):
    """Another processor may round a last digit otherwise."""
    assert {**found, "points": 0} == {**made, "points": 0}
    np.testing.assert_allclose(found["points"], made["points"], atol=0.011)


def test_the_points_of_pairs_move_as_a_drag_would():
    data = json.loads(benchmark.OUTPUT.read_text())
    points = np.array([entry["points"] for entry in data["pairs"]])
    assert points.min() > -0.5 and points.max() < benchmark.SIZE - 0.5
    assert np.linalg.norm(points[..., 2:] - points[..., :2], axis=2).mean() == pytest.approx(11.5, abs=0.1)
