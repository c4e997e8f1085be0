"""Tests of the training in small, with PyTorch and a C++ compiler: python -m pytest tests/test_training.py"""

import json

import numpy as np
import onnx
import pytest
import torch

import evaluate
import export
import network
import reader
import source
import train


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


@pytest.mark.parametrize("psi", [0.7, 1.0])
def test_export_is_read_back_as_the_same_network(tmp_path, psi):
    generator = small_generator()
    export.write(generator, tmp_path / "a.safetensors")
    again = export.read(tmp_path / "a.safetensors")
    z = source.held_out(8)
    before, after = (evaluate.generated(each, z, 32, psi).astype(int) for each in (generator, again))
    assert before.std() > 20
    assert np.abs(before - after).max() <= 3 and np.abs(before - after).mean() < 0.5


def test_export_scales_w_and_its_mean():
    generator = small_generator()
    tensors = export.tensors_of(generator)
    mean, deviation = export.spread_of_w(generator)
    scale = export.W_DEVIATION / deviation
    assert not 0.9 < scale < 1.1
    torch.testing.assert_close(tensors["mapping.w_avg"], mean * scale)
    conv = generator.synthesis.b8.conv0
    torch.testing.assert_close(tensors["synthesis.b8.conv0.affine.weight"], conv.affine.weight / scale)
    torch.testing.assert_close(tensors["synthesis.b8.conv0.affine.bias"], conv.affine.bias)


def test_exported_w_has_the_deviation_that_drags_are_tuned_for(tmp_path):
    export.write(small_generator(), tmp_path / "a.safetensors")
    mean, deviation = export.spread_of_w(export.read(tmp_path / "a.safetensors"))
    assert deviation == pytest.approx(0.32, rel=1e-3)
    with export.safe_open(tmp_path / "a.safetensors", "pt") as file:
        torch.testing.assert_close(file.get_tensor("mapping.w_avg").float(), mean, atol=1e-3, rtol=1e-2)


def test_training_learns_stops_and_goes_on(tmp_path, monkeypatch):
    stages = (
        train.Stage(16, 2048, 32, 5e-3, 5e-3, pool=512, average=300),
        train.Stage(32, 2560, 32, 5e-3, 5e-3, pool=512, average=300, jitter=0.05, sharp=1.0),
    )
    monkeypatch.setattr(train, "STAGES", stages)
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
    pictures = source.render(source.factors_of(source.held_out(4)), size).picture
    np.testing.assert_allclose(evaluate.ms_ssim_of(pictures, pictures), 1, atol=1e-5)
    assert evaluate.ms_ssim_of(pictures, pictures[::-1].copy()).max() < 0.999


def test_reader_learns_goes_on_and_is_exported(tmp_path, monkeypatch):
    for name, value in {"BATCH": 8, "POOL": 256, "HELD_OUT": 20}.items():
        monkeypatch.setattr(reader, name, value)
    for pictures in (8, 400):
        monkeypatch.setattr(reader, "PICTURES", pictures)
        reader.train(tmp_path, 1)
    begun, trained = map(json.loads, (tmp_path / "log.jsonl").read_text().splitlines())
    assert (begun["pictures"], trained["pictures"]) == (8, 400)
    assert trained["median_px"] < begun["median_px"]
    reader.export(tmp_path / "checkpoint.pt", tmp_path / "landmarks.onnx")
    model = onnx.load(tmp_path / "landmarks.onnx")
    onnx.checker.check_model(model, full_check=True)
    assert {p.key: p.value for p in model.metadata_props} == {"landmarks": ",".join(source.LANDMARKS)}
    assert [value.name for value in model.graph.input] == ["picture"]
    assert [value.name for value in model.graph.output] == ["landmarks", "visibility"]


def test_blurred_edges_cost_more_where_edges_should_be_sharp():
    random = np.random.default_rng(3)
    target = torch.from_numpy(np.sign(random.standard_normal((1, 3, 8, 8))).astype(np.float32)).repeat_interleave(8, 2)
    target = target.repeat_interleave(8, 3)
    weight = torch.ones(1, 1, 64, 64)
    blurred = torch.nn.functional.avg_pool2d(torch.nn.functional.pad(target, (2, 2, 2, 2), mode="replicate"), 5, 1)
    moved = target.roll(1, 3)
    cost = lambda picture, sharp: float(train.loss_of([picture], target, weight, sharp))  # noqa: E731
    assert cost(target, 1.0) < cost(moved, 1.0) < cost(blurred, 1.0)
    # The least squared error would have it the other way round.
    assert ((blurred - target) ** 2).mean() < ((moved - target) ** 2).mean()
