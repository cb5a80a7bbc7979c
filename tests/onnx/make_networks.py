"""Makes tests/onnx/corpus (FOLDER): small networks as PyTorch exports them and as converters of Keras models write them,
some that are to be refused, and beside it expected.txt, ONNX Runtime's answers of two images. Needs torch, onnx, onnxruntime.

usage: make_networks.py FOLDER
"""

import os
import sys
import warnings

import numpy
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

warnings.filterwarnings("ignore")
torch.manual_seed(3)
folder = sys.argv[1]
generator = numpy.random.default_rng(3)


class Residual(nn.Module):
    """Strides with pads on all sides, SiLU, norms with another epsilon, a shortcut, a mean of pixels."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 5, 2, 2, bias=False)
        self.bn = nn.BatchNorm2d(4, eps=1e-3)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.conv1 = nn.Conv2d(4, 6, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(6)
        self.conv2 = nn.Conv2d(6, 6, 3, 1, 1)
        self.down = nn.Conv2d(4, 6, 1, 2)
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.act = nn.SiLU()
        self.fc = nn.Linear(6, 3)

    def forward(self, x):
        x = self.pool(torch.relu(self.bn(self.stem(x))))
        y = self.conv2(self.act(self.bn1(self.conv1(x))))
        return self.fc(torch.flatten(self.gap(self.act(y + self.down(x))), 1))


plain = nn.Sequential(
    nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(3, 4, 2, padding=1), nn.ReLU(), nn.AvgPool2d(3, 1, 1),
    nn.Dropout(0.3), nn.Flatten(), nn.Linear(64, 7), nn.ReLU(), nn.Linear(7, 3), nn.Softmax(1),
)  # fmt: skip
dense = nn.Sequential(nn.Flatten(), nn.Linear(64, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 2))


def export(net, name, shape):
    for module in net.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            for values in (module.weight.data, module.bias.data, module.running_mean, module.running_var):
                values.uniform_(0.5, 1.5)
    net.eval()
    path = os.path.join(folder, name + ".onnx")
    torch.onnx.export(net, torch.rand(2, *shape), path, dynamo=False, input_names=["x"], dynamic_axes={"x": {0: "n"}})


def constant(name, *shape):
    return numpy_helper.from_array((0.2 * generator.normal(size=shape)).astype(numpy.float32), name)


def save(name, nodes, constants, shape, classes=3, **more):
    graph = helper.make_graph(
        nodes, name, [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, classes])], constants,
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    model.metadata_props.add(key="classes", value='["left", "right", "both"]')
    with open(os.path.join(folder, name + ".onnx"), "wb") as file:
        file.write(model.SerializeToString())


def node(operator, inputs, output, **attributes):
    return helper.make_node(operator, inputs.split(), [output], name=output, **attributes)


export(Residual(), "residual", (3, 9, 8))
export(plain, "plain", (1, 8, 8))
export(dense, "dense", (1, 8, 8))
# Channels last, pixels rescaled inside, pads by SAME_UPPER, biases by Add, a vector in the order H, W, C.
save(
    "last",
    [
        node("Constant", "", "k", value=numpy_helper.from_array(numpy.float32(1 / 127.5))),
        node("Mul", "x k", "x1"), node("Sub", "x1 one", "x2"), node("Transpose", "x2", "x3", perm=[0, 3, 1, 2]),
        node("Conv", "x3 w1", "c1", auto_pad="SAME_UPPER", strides=[2, 2], kernel_shape=[3, 3]),
        node("Add", "c1 b1", "c2"), node("Relu", "c2", "c3"), node("Transpose", "c3", "c4", perm=[0, 2, 3, 1]),
        node("Reshape", "c4 flat", "f"), node("MatMul", "f w2", "d"), node("Add", "d b2", "e"), node("Softmax", "e", "y"),
    ],
    [
        numpy_helper.from_array(numpy.float32(1), "one"), constant("w1", 4, 3, 3, 3), constant("b1", 4, 1, 1),
        numpy_helper.from_array(numpy.array([-1, 64]), "flat"), constant("w2", 64, 3), constant("b2", 3),
    ],
    [None, 8, 8, 3],
)  # fmt: skip
tail = [node("Flatten", "z", "f"), node("Gemm", "f w b", "y")]
ends = [constant("w", 64, 3), constant("b", 3)]
save("refused-operator", [node("Gelu", "x", "z")] + tail, ends, [None, 1, 8, 8])
save("refused-groups", [node("Conv", "x k", "z", group=3)] + tail, ends + [constant("k", 3, 1, 1, 1)], [None, 3, 8, 8])
outside = constant("w", 64, 3)
outside.ClearField("raw_data")
outside.data_location = TensorProto.EXTERNAL
outside.external_data.add(key="location", value="/etc/passwd")
save("refused-outside", [node("Identity", "x", "z")] + tail, [outside, ends[1]], [None, 1, 8, 8])

with open(os.path.join(folder, "..", "expected.txt"), "w") as file:
    for name in ("residual", "plain", "dense", "last"):
        session = onnxruntime.InferenceSession(os.path.join(folder, name + ".onnx"), providers=["CPUExecutionProvider"])
        given = session.get_inputs()[0].shape
        last = given[-1] == 3
        height, width, channels = given[1:] if last else (given[2], given[3], given[1])
        size = height * width * channels
        bytes_ = numpy.array([[(i * 7 + n * 31) % 256 for i in range(size)] for n in range(2)], numpy.uint8)
        x = bytes_.reshape(2, height, width, channels).astype(numpy.float32)
        x = x if last else x.transpose(0, 3, 1, 2) / 255
        y = session.run(None, {"x": x})[0]
        if name in ("residual", "dense"):
            y = numpy.exp(y) / numpy.exp(y).sum(1, keepdims=True)
        for n in range(2):
            print(name, height, width, channels, *(f"{p:.8f}" for p in y[n]), file=file)
