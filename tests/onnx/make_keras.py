"""Makes FOLDER/keras.onnx as Keras exports it (by tf2onnx): channels last, a shape that is computed, norms that are products
and sums. Prints its lines of tests/onnx/expected.txt. Needs tensorflow, tf2onnx, onnxruntime.

usage: make_keras.py FOLDER
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
import keras
import numpy
import onnxruntime
from keras import layers

keras.utils.set_random_seed(3)
net = keras.Sequential(
    [
        layers.Input((10, 9, 1)), layers.Rescaling(1 / 127.5, offset=-1),
        layers.Conv2D(4, 3, padding="same", activation="relu"), layers.BatchNormalization(), layers.MaxPooling2D(),
        layers.Conv2D(6, 3, strides=2, padding="same", activation="silu"), layers.Dropout(0.2), layers.Flatten(),
        layers.Dense(8), layers.BatchNormalization(), layers.Activation("relu"), layers.Dense(3, activation="softmax"),
    ]
)  # fmt: skip
generator = numpy.random.default_rng(3)
for layer in net.layers:
    if isinstance(layer, layers.BatchNormalization):
        layer.set_weights([generator.uniform(0.5, 1.5, values.shape) for values in layer.get_weights()])
images = numpy.array([[(i * 7 + n * 31) % 256 for i in range(90)] for n in range(2)], numpy.uint8)
images = images.reshape(2, 10, 9, 1).astype(numpy.float32)
net(images)
path = os.path.join(sys.argv[1], "keras.onnx")
net.export(path, format="onnx", verbose=False)
session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
for answer in session.run(None, {session.get_inputs()[0].name: images})[0]:
    print("keras", 10, 9, 1, *(f"{p:.8f}" for p in answer))
