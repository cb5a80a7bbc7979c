"""Golden heat maps: Grad-CAM, Grad-CAM++ and HiRes-CAM as PyTorch's autograd has them.

usage: /usr/bin/python3 tests/explain/golden/make_cams.py   (Debian: python3-torch)

Takes the weights and images of tests/models/golden/{cnn,resnet}.safetensors and writes cams.safetensors beside
itself: NETWORK.LAYER.METHOD, float32 [images][height][width], for the target in NETWORK.targets. HiRes-CAM is blurred
by a pixel of 28, and of no layer the mean of two, as explain.h says.
tests/explain/test_golden.c compares."""
import json
import os
import struct

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
IMAGES = 3


def read(path):
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header, data = json.loads(file.read(length)), file.read()
    kinds = {"F32": np.float32, "U8": np.uint8}
    return {name: torch.from_numpy(np.frombuffer(data[slice(*e["data_offsets"])], kinds[e["dtype"]]).reshape(e["shape"]).copy())
            for name, e in header.items() if name != "__metadata__"}


def write(path, tensors):
    header, blobs, offset = {}, [], 0
    for name, array in tensors.items():
        blob = np.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": {"float32": "F32", "uint8": "U8"}[str(array.dtype)], "shape": list(array.shape),
                        "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def cnn(w, x):
    """Each layer's output after its ReLU, and the logits."""
    seen = {}
    for i in (1, 2, 3):
        x = seen[f"conv{i}"] = F.relu(F.conv2d(x, w[f"conv{i}.weight"], w[f"conv{i}.bias"]))
        if i < 3:
            x = F.max_pool2d(x, 2)
    x = F.relu(F.linear(x.flatten(1), w["fc1.weight"], w["fc1.bias"]))
    return seen, F.linear(x, w["fc2.weight"], w["fc2.bias"])


def norm(w, name, x):
    return F.batch_norm(x, w[name + ".running_mean"], w[name + ".running_var"], w[name + ".weight"], w[name + ".bias"])


def resnet(w, x):
    seen = {}
    x = seen["conv1"] = F.relu(norm(w, "bn1", F.conv2d(x, w["conv1.weight"], padding=1)))
    for stage in (1, 2):
        x = F.max_pool2d(x, 2)
        for block in (0, 1):
            name = f"layer{stage}.{block}"
            y = F.relu(norm(w, name + ".bn1", F.conv2d(x, w[name + ".conv1.weight"], padding=1)))
            y = norm(w, name + ".bn2", F.conv2d(y, w[name + ".conv2.weight"], padding=1))
            x = seen[name] = F.relu(x + y)
    return seen, F.linear(x.mean((2, 3)), w["fc.weight"], w["fc.bias"])


def cam(method, a, g):
    if method == "gradcam":
        return F.relu((g.mean((2, 3), keepdim=True) * a).sum(1, keepdim=True))
    if method == "hirescam":
        return F.relu((g * a).sum(1, keepdim=True))
    below = 2 * g ** 2 + a.sum((2, 3), keepdim=True) * g ** 3
    alpha = torch.where(below != 0, g ** 2 / torch.where(below != 0, below, torch.ones_like(below)), torch.zeros_like(g))
    return F.relu(((alpha * F.relu(g)).sum((2, 3), keepdim=True) * a).sum(1, keepdim=True))


def smooth(heat):
    """Gaussian of one pixel, cut off at three, edges repeated."""
    side = min(heat.shape[2:]) / 28
    reach = int(np.ceil(3 * side))
    k = torch.exp(-torch.arange(-reach, reach + 1, dtype=heat.dtype) ** 2 / (2 * side * side))
    k = k / k.sum()
    heat = F.conv2d(F.pad(heat, (reach, reach, reach, reach), mode="replicate"), k.view(1, 1, 1, -1))
    return F.conv2d(heat, k.view(1, 1, -1, 1))


def scale(heat):
    most = heat.amax((2, 3), keepdim=True)
    return torch.where(most > 0, heat / torch.where(most > 0, most, torch.ones_like(most)), heat)


maps = {}
for network, forward, layers in (("cnn", cnn, ("conv1", "conv2", "conv3")),
                                 ("resnet", resnet, ("conv1", "layer1.1", "layer2.0", "layer2.1"))):
    w = read(os.path.join(HERE, "../../models/golden", network + ".safetensors"))
    pixels = w["images"][:IMAGES].float().unsqueeze(1) / 255
    x = ((pixels - w["input.mean"]) / w["input.deviation"]).double().requires_grad_()
    w = {name: value.double() for name, value in w.items() if value.dtype == torch.float32}
    targets = (torch.arange(IMAGES) * 2) % 5
    seen, logits = forward(w, x)
    maps[network + ".targets"] = targets.numpy().astype(np.uint8)
    for layer in layers:
        g, = torch.autograd.grad(logits.gather(1, targets[:, None]).sum(), seen[layer], retain_graph=True)
        for method in ("gradcam", "gradcam++", "hirescam"):
            heat = F.interpolate(cam(method, seen[layer], g), x.shape[2:], mode="bilinear", align_corners=False)
            if method == "hirescam":
                heat = smooth(heat)
            heat = scale(heat)
            maps[f"{network}.{layer}.{method}"] = heat.squeeze(1).detach().numpy().astype(np.float32)
    # HiRes-CAM of no layer in particular: the geometric mean of the finest and the last.
    both = [torch.from_numpy(maps[f"{network}.{layer}.hirescam"]).double().unsqueeze(1) for layer in (layers[0], layers[-1])]
    maps[f"{network}..hirescam"] = scale(((both[0] + .01) * (both[1] + .01)).sqrt() - .01).squeeze(1).numpy().astype(np.float32)
write(os.path.join(HERE, "cams.safetensors"), dict(sorted(maps.items(), key=lambda item: -item[1].dtype.itemsize)))
print({name: [round(float(m), 3) for m in value.mean((1, 2))] for name, value in maps.items() if value.ndim == 3})
