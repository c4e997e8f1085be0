"""A smoke test of the whole recipe, in a minute or two: python -m pytest tests"""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent.parent))

import evaluate
import export
import network
import source
import train


def factors(**chosen):
    """The middle of everything, but for the chosen factors."""
    row = np.full((1, source.COUNT), 0.5)
    for name, value in chosen.items():
        row[0, source.NAMES.index(name)] = value
    return row


def mark(name, **chosen):
    return source.render(factors(**chosen), 256).landmarks[0, source.LANDMARKS.index(name)]


def test_factors_are_a_function_of_the_direction_of_z():
    z = evaluate.held_out(500)
    f = source.factors_of(z)
    assert f.shape == (500, source.COUNT) and source.COUNT >= 16
    np.testing.assert_allclose(source.factors_of(3 * z), f, atol=1e-6)
    # Uniform, and independent of each other.
    np.testing.assert_allclose(f.mean(0), 0.5, atol=0.06)
    assert np.abs(np.corrcoef(f.T) - np.eye(source.COUNT)).max() < 0.2


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
    f = source.factors_of(evaluate.held_out(3))
    large, small = source.render(f, 256), source.render(f, 64)
    pooled = large.picture.reshape(3, 64, 4, 64, 4, 3).mean((2, 4))
    assert evaluate.psnr_of(pooled, small.picture).min() > 40
    np.testing.assert_allclose((large.landmarks + 0.5) / 4 - 0.5, small.landmarks)


def test_landmarks_are_on_the_animal():
    made = source.render(source.factors_of(evaluate.held_out(40)), 256)
    assert len(source.LANDMARKS) >= 24 and len(set(source.LANDMARKS)) == len(source.LANDMARKS)
    assert 0.7 < made.visible.mean() < 0.99
    inside = total = 0
    for b in range(40):
        for (x, y), seen in zip(made.landmarks[b], made.visible[b], strict=True):
            if seen:
                total += 1
                x0, y0 = int(round(x)), int(round(y))
                inside += made.mask[b, max(y0 - 2, 0) : y0 + 3, max(x0 - 2, 0) : x0 + 3].max() > 0
    assert inside == total


def small_generator():
    generator = network.Generator(32, 1024, 32, seed=3)
    for module in generator.modules():
        if isinstance(module, network.StyledConv):
            torch.nn.init.normal_(module.bias)
            torch.nn.init.constant_(module.noise_strength, 0.3)
    return generator


def test_fast_path_computes_what_the_plain_one_does():
    generator = small_generator()
    ws = generator.broadcast(generator.mapping(torch.randn(3, 512))).detach().requires_grad_()
    plain = generator.synthesis(ws, 32, "const")
    direction = torch.randn_like(plain)
    (expected,) = torch.autograd.grad((plain * direction).sum(), ws)
    fast = generator.synthesis.forward_fast(ws, 32, "const")[-1]
    (found,) = torch.autograd.grad((fast * direction).sum(), ws)
    assert (fast - plain).norm() < 0.02 * plain.norm()
    assert torch.cosine_similarity(found.flatten(), expected.flatten(), dim=0) > 0.99


def test_export_is_read_back_as_the_same_network(tmp_path):
    generator = small_generator()
    export.write(generator, tmp_path / "a.safetensors")
    again = export.read(tmp_path / "a.safetensors")
    z = torch.randn(2, 512)
    before, after = generator(z), again(z)
    assert (before - after).norm() < 0.01 * before.norm()


def test_training_learns_stops_and_goes_on(tmp_path, monkeypatch):
    stages = (train.Stage(16, 2048, 32, 5e-3, 5e-3, pool=512), train.Stage(32, 2560, 32, 5e-3, 5e-3, pool=512, jitter=0.05))
    monkeypatch.setattr(train, "STAGES", stages)
    monkeypatch.setattr(train, "EMA_PICTURES", 300)
    monkeypatch.setattr(train, "Generator", lambda seed: network.Generator(32, 1024, 32, seed))
    (tmp_path / "run").mkdir()
    trainer = train.Trainer(tmp_path / "run", 1)
    before, _ = evaluate.quick(trainer.average, 16, 32)
    trainer.stage(stages[0], 0, float("inf"))
    after, _ = evaluate.quick(trainer.average, 16, 32)
    assert after > before + 3
    again = train.Trainer(tmp_path / "run", 1)
    assert again.pictures == 2048
    again.train(float("inf"))
    assert again.pictures == 2560
    assert (tmp_path / "latest.safetensors").exists()
    assert sorted(p.name for p in (tmp_path / "run").glob("sheet-*.png")) == ["sheet-0002048.png", "sheet-0002560.png"]


@pytest.mark.parametrize("size", [64, 256])
def test_ms_ssim_is_one_for_equal_pictures_and_less_for_others(size):
    pictures = source.render(source.factors_of(evaluate.held_out(4)), size).picture
    np.testing.assert_allclose(evaluate.ms_ssim_of(pictures, pictures), 1, atol=1e-5)
    assert evaluate.ms_ssim_of(pictures, pictures[::-1].copy()).max() < 0.999
