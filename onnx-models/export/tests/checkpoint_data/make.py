"""Makes the files beside it, with real PyTorch (any 2.x; NumPy): python make.py

The networks are tiny StyleGAN2 generators with random weights in rosinality's layout. `fingerprints.json` holds, for
every tensor of these files and of the fixture pickles in tests/fixtures, its shape and a fingerprint of its 32-bit
floats, so that the Rust reader is compared with what PyTorch itself reads.
"""

import argparse, collections, json, pathlib, pickle, sys, types
import numpy as np
import torch

HERE = pathlib.Path(__file__).parent
FIXTURES = HERE / "../../../../tests/fixtures"


def fingerprint(tensor):
    bits = np.ascontiguousarray(tensor.detach().float().numpy()).reshape(-1).view(np.uint32).astype(np.uint64)
    weighted = bits * np.arange(1, bits.size + 1, dtype=np.uint64)  # wraps modulo 2^64, as in Rust
    return [list(tensor.shape), f"{int(weighted.sum(dtype=np.uint64)):016x}"]


def rosinality(size=16, style=8, n_mlp=2, rgb=3, noises=True, dtype=torch.float32):
    channels = {4: 6, 8: 5, 16: 4, 32: 3}
    d = collections.OrderedDict()
    r = lambda *shape: torch.randn(*shape).to(dtype)
    kernel = torch.tensor([1.0, 3, 3, 1])
    kernel = kernel[None, :] * kernel[:, None]
    kernel = (kernel / kernel.sum() * 4).to(dtype)

    def styled(prefix, i, o, up):
        d[prefix + ".conv.weight"] = r(1, o, i, 3, 3)
        if up:
            d[prefix + ".conv.blur.kernel"] = kernel.clone()
        d[prefix + ".conv.modulation.weight"] = r(i, style)
        d[prefix + ".conv.modulation.bias"] = torch.ones(i).to(dtype)
        d[prefix + ".noise.weight"] = r(1)
        d[prefix + ".activate.bias"] = r(o)

    def to_rgb(prefix, i, up):
        d[prefix + ".bias"] = r(1, rgb, 1, 1)
        if up:
            d[prefix + ".upsample.kernel"] = kernel.clone()
        d[prefix + ".conv.weight"] = r(1, rgb, i, 1, 1)
        d[prefix + ".conv.modulation.weight"] = r(i, style)
        d[prefix + ".conv.modulation.bias"] = torch.ones(i).to(dtype)

    for i in range(1, n_mlp + 1):
        d[f"style.{i}.weight"] = r(style, style) * 100
        d[f"style.{i}.bias"] = r(style)
    if noises:
        d["noises.noise_0"] = r(1, 1, 4, 4)
        for layer in range(1, 2 * (size.bit_length() - 3) + 1):
            res = 2 ** ((layer + 5) // 2)
            d[f"noises.noise_{layer}"] = r(1, 1, res, res)
    d["input.input"] = r(1, channels[4], 4, 4)
    styled("conv1", channels[4], channels[4], False)
    to_rgb("to_rgb1", channels[4], False)
    previous, k, res = channels[4], 0, 8
    while res <= size:
        styled(f"convs.{2 * k}", previous, channels[res], True)
        styled(f"convs.{2 * k + 1}", channels[res], channels[res], False)
        to_rgb(f"to_rgbs.{k}", channels[res], True)
        previous, k, res = channels[res], k + 1, res * 2
    return d


class Stub(dict):
    def __init__(self, *args):
        super().__init__()


def load_nvidia(path):
    """The tensors of G_ema (or G) and D, without executing anything that the pickle carries."""

    class Unpickler(pickle.Unpickler):
        def find_class(self, module, name):
            if (module, name) == ("torch_utils.persistence", "_reconstruct_persistent_obj"):
                return lambda meta: meta["state"]
            if module.split(".")[0] in ("torch", "numpy", "collections"):
                return super().find_class(module, name)
            return Stub

    def walk(state, prefix, out):
        for kind in ("_parameters", "_buffers"):
            for name, tensor in state[kind].items():
                if tensor is not None:
                    out[prefix + name] = tensor
        for name, child in state["_modules"].items():
            walk(child, prefix + name + ".", out)
        return out

    with open(path, "rb") as file:
        nets = Unpickler(file).load()
    return walk(nets["G_ema"], "", {}), walk(nets["D"], "", {})


class Persistent:
    """Stands for a network object; pickles as NVIDIA's do."""

    def __init__(self, meta):
        self.meta = meta

    def __reduce__(self):
        return (sys.modules["torch_utils.persistence"]._reconstruct_persistent_obj, (self.meta,))


def stub_persistence():
    package, module = types.ModuleType("torch_utils"), types.ModuleType("torch_utils.persistence")
    sys.modules["torch_utils"], sys.modules["torch_utils.persistence"] = package, module
    exec("def _reconstruct_persistent_obj(meta): return make(meta)", module.__dict__)
    module.make = Persistent


def shrink(network):
    """Makes a 64x64 fixture an 8x8 network of two channels."""
    state = network.meta["state"]
    for kind in ("_parameters", "_buffers"):
        for name, tensor in state[kind].items():
            if tensor is None or name in ("resample_filter", "noise_const"):
                continue
            small = tensor.detach()
            if name == "const":
                small = small[:2]
            elif name == "weight":
                small = small[: 3 if small.shape[0] == 3 else 2, :2]
            elif small.dim() and small.shape[0] != 3:
                small = small[:2]
            small = small.clone()
            state[kind][name] = torch.nn.Parameter(small) if kind == "_parameters" else small
    for name in ("z_dim", "w_dim", "in_channels"):
        if name in state:
            state[name] = min(state[name], 2)
    if "img_resolution" in state:
        state["img_resolution"], state["num_ws"] = 8, 4
    for name in list(state["_modules"]):
        if name in ("b16", "b32", "b64"):
            del state["_modules"][name]
        else:
            shrink(state["_modules"][name])


def parts(network, prefix=""):
    """The tensors of a network, by name."""
    state, found = network.meta["state"], {}
    for kind in ("_parameters", "_buffers"):
        found.update({prefix + name: tensor for name, tensor in state[kind].items() if tensor is not None})
    for name, child in state["_modules"].items():
        found.update(parts(child, prefix + name + "."))
    return found


def main():
    torch.manual_seed(7)
    files = {}
    full = rosinality()
    optimiser = torch.optim.Adam([torch.nn.Parameter(torch.randn(3))])
    files["rosinality-zip.pt"] = {
        "g": rosinality(),
        "d": collections.OrderedDict({"convs.0.0.weight": torch.randn(4, 3, 1, 1)}),
        "g_ema": full,
        "g_optim": optimiser.state_dict(),
        "args": argparse.Namespace(lr=0.002, size=16),
        "ada_aug_p": 0.0,
    }
    files["rosinality-legacy.pt"] = {"g_ema": full, "latent_avg": torch.randn(8)}
    files["rosinality-half.pt"] = {"g_ema": rosinality(size=8, rgb=1, noises=False, dtype=torch.float16)}
    double = rosinality(size=8, dtype=torch.float64)
    # Channels-last, and a view into a larger storage.
    double["convs.0.conv.weight"] = double["convs.0.conv.weight"][0].contiguous(memory_format=torch.channels_last)[None]
    double["style.1.weight"] = torch.randn(20, 16, dtype=torch.float64)[3:11, 2:10]
    files["rosinality-double.pt"] = {"g_ema": double, "latent_avg": torch.randn(1, 8, dtype=torch.float64)}

    fingerprints = {}
    for name, content in files.items():
        torch.save(content, HERE / name, _use_new_zipfile_serialization="legacy" not in name)
        tensors = dict(content["g_ema"])
        if "latent_avg" in content:
            tensors["latent_avg"] = content["latent_avg"]
        fingerprints[name] = {key: fingerprint(tensor) for key, tensor in tensors.items()}
    for path in sorted(FIXTURES.glob("*.pkl")):
        generator, discriminator = load_nvidia(path)
        fingerprints[path.name] = {key: fingerprint(tensor) for key, tensor in generator.items()}
        fingerprints[path.name + " D"] = {key: fingerprint(tensor) for key, tensor in discriminator.items()}
    # The whole network object, as PTI saves it.
    stub_persistence()
    for name, legacy in (("nvidia-zip.pt", False), ("nvidia-legacy.pt", True)):
        with open(FIXTURES / "sg2-64.pkl", "rb") as file:
            network = pickle.load(file)["G_ema"]
        shrink(network)
        torch.save({"G_ema": network} if legacy else network, HERE / name, _use_new_zipfile_serialization=not legacy)
        fingerprints[name] = {key: fingerprint(tensor) for key, tensor in parts(network).items()}
    latent = torch.arange(2 * 8, dtype=torch.float32).reshape(1, 2, 8) / 4
    torch.save(latent, HERE / "latent-zip.pt")
    torch.save(torch.nn.Parameter(latent.half()), HERE / "latent-legacy.pt", _use_new_zipfile_serialization=False)
    np.savez(HERE / "latent.npz", w=latent.numpy())
    np.savez_compressed(HERE / "latent-compressed.npz", other=latent.double().numpy())
    np.save(HERE / "latent-fortran.npy", np.asfortranarray(latent[0].numpy().astype(np.float16)))
    text = ",\n".join(f'"{name}": {json.dumps(tensors, separators=(",", ":"))}' for name, tensors in fingerprints.items())
    (HERE / "fingerprints.json").write_text("{" + text + "}\n")


main()
