"""Golden vectors for the networks: small ones with random weights, and what PyTorch says of some images.

usage: /usr/bin/python3 tests/models/golden/make_networks.py   (Debian: python3-torch)

Writes cnn, resnet and mlp .safetensors files beside itself, each with the network's weights under PyTorch's
names, `images` (uint8) and `probabilities` (float32). tests/models/test_networks.c loads them."""
import json
import os
import struct

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
CLASSES = 5


class Cnn(nn.Module):
    """widths=4,6,8 dense=12: same padding under 18 pixels, pools that would leave less than 2 left out."""

    def __init__(self, size, norm):
        super().__init__()
        widths, self.size, pad, inputs, side = (4, 6, 8), size, int(size < 18), 1, size
        for i, width in enumerate(widths, 1):
            setattr(self, f"conv{i}", nn.Conv2d(inputs, width, 3, padding=pad, bias=not norm))
            setattr(self, f"bn{i}", nn.BatchNorm2d(width) if norm else nn.Identity())
            side -= 2 - 2 * pad
            if i < len(widths) and side // 2 >= 2:
                side //= 2
            inputs = width
        self.fc1, self.fc2 = nn.Linear(widths[-1] * side * side, 12), nn.Linear(12, CLASSES)

    def forward(self, x):
        for i in (1, 2, 3):
            x = F.relu(getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(x)))
            if i < 3 and x.shape[-1] // 2 >= 2:
                x = F.max_pool2d(x, 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


class Block(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = None
        if stride != 1 or inputs != width:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """`pools`: the light variant, 2 stages of 2 blocks; else resnet20, 3 stages of 3."""

    def __init__(self, width, pools):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(1, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        self.pools, inputs = pools, width
        self.stages = 2 if pools else 3
        for s in range(self.stages):
            filters, blocks = (width if pools else width << s), []
            for b in range(2 if pools else 3):
                blocks.append(Block(inputs, filters, 2 if not pools and s > 0 and b == 0 else 1))
                inputs = filters
            setattr(self, f"layer{s + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(inputs, CLASSES)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        for s in range(self.stages):
            x = getattr(self, f"layer{s + 1}")(F.max_pool2d(x, 2) if self.pools else x)
        return self.fc(x.mean((2, 3)))


class Mlp(nn.Module):
    """hidden=16,8 norm=on"""

    def __init__(self, size):
        super().__init__()
        self.fc1, self.bn1 = nn.Linear(size * size, 16, bias=False), nn.BatchNorm1d(16)
        self.fc2, self.bn2 = nn.Linear(16, 8, bias=False), nn.BatchNorm1d(8)
        self.fc3 = nn.Linear(8, CLASSES)

    def forward(self, x):
        x = F.relu(self.bn1(self.fc1(x.flatten(1))))
        return self.fc3(F.relu(self.bn2(self.fc2(x))))


def write(path, tensors):
    """The safetensors format: length of the header, header, data."""
    header, blobs, offset = {}, [], 0
    for name, array in sorted(tensors.items(), key=lambda item: -item[1].dtype.itemsize):
        blob = np.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": {"float32": "F32", "uint8": "U8"}[str(array.dtype)], "shape": list(array.shape),
                        "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def make(name, network, size):
    # Running statistics and norms that are not the initial 0 and 1.
    for module in network.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            module.running_mean.uniform_(-0.3, 0.3)
            module.running_var.uniform_(0.5, 2)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.3, 0.3)
    images = torch.randint(0, 256, (7, 1, size, size), dtype=torch.uint8)
    mean, deviation = 0.4, 0.3
    network.eval()
    with torch.no_grad():
        # Logits some units apart, so that no probability is near certain or flat.
        logits = network((images.float() / 255 - mean) / deviation)
        last = [m for m in network.modules() if isinstance(m, nn.Linear)][-1]
        last.weight *= 1.5 / logits.std()
        probabilities = F.softmax(network((images.float() / 255 - mean) / deviation), 1)
    tensors = {k: v.numpy() for k, v in network.state_dict().items() if not k.endswith("num_batches_tracked")}
    tensors["input.mean"] = np.array([mean], np.float32)
    tensors["input.deviation"] = np.array([deviation], np.float32)
    tensors["images"] = images.squeeze(1).numpy()
    tensors["probabilities"] = probabilities.numpy()
    write(os.path.join(HERE, name + ".safetensors"), tensors)
    print(name, sum(p.numel() for p in network.parameters()), probabilities[0].tolist())


torch.manual_seed(1)
torch.set_num_threads(1)
make("cnn", Cnn(24, norm=False), 24)
make("cnn-small-norm", Cnn(12, norm=True), 12)
make("resnet", ResNet(6, pools=True), 14)
make("resnet20", ResNet(4, pools=False), 13)
make("mlp", Mlp(9), 9)
