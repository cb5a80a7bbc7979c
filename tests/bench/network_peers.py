#!/usr/bin/python3
"""cnn and resnet in the tools that people use today, on all 60,000 rows, batches of 128, Adam. Prints one JSON object:
wall and processor seconds of the fastest epoch (wall_seconds, busy_seconds), or of predicting the 10,000 test rows.
usage: network_peers.py DATA_FOLDER THREADS cnn|resnet tensorflow|torch|torch-bf16|onnxruntime"""
import json
import os
import sys
import tempfile
import time

import numpy as np

from peers import network, read

BATCH = 128
EPOCHS = 3


def least(run, times):
    """Wall and processor seconds of the fastest of several runs."""
    taken = []
    for _ in range(times):
        wall, busy = time.perf_counter(), time.process_time()
        run()
        taken.append((time.perf_counter() - wall, time.process_time() - busy))
    return {"wall_seconds": min(t[0] for t in taken), "busy_seconds": min(t[1] for t in taken)}


def tensorflow(job, data, threads):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    layers = tf.keras.layers
    start = layers.Input((28, 28, 1))

    def conv(x):
        x = layers.Conv2D(32, 3, padding="same", use_bias=False)(x)
        return layers.BatchNormalization()(x)

    def block(x):
        return layers.ReLU()(layers.Add()([x, conv(layers.ReLU()(conv(x)))]))

    if job == "cnn":
        x = layers.MaxPooling2D(2)(layers.Conv2D(32, 3, activation="relu")(start))
        x = layers.MaxPooling2D(2)(layers.Conv2D(64, 3, activation="relu")(x))
        x = layers.Flatten()(layers.Conv2D(128, 3, activation="relu")(x))
        x = layers.Dense(128, activation="relu")(x)
    else:
        x = layers.MaxPooling2D(2)(layers.ReLU()(conv(start)))
        x = block(block(layers.MaxPooling2D(2)(block(block(x)))))
        x = layers.GlobalAveragePooling2D()(x)
    model = tf.keras.Model(start, layers.Dense(10, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    x = data[0][..., None].astype(np.float32) / 255
    return tf.__version__, least(lambda: model.fit(x, data[1], batch_size=BATCH, verbose=0), EPOCHS)


def torch_epoch(job, data, threads, bf16):
    import torch
    import torch.nn.functional as F
    torch.set_num_threads(threads)
    x = torch.tensor(data[0]).float().div_(255).unsqueeze(1).contiguous(memory_format=torch.channels_last)
    y = torch.tensor(data[1]).long()
    model = network(job).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)

    def epoch():
        for rows in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
                loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
    return torch.__version__, least(epoch, EPOCHS)


def onnxruntime(job, data, threads):
    import onnxruntime as ort
    import torch
    x = (data[2].astype(np.float32) / 255)[:, None]
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "network.onnx")
        torch.onnx.export(network(job).eval(), torch.zeros(1, 1, 28, 28), path, input_names=["x"], output_names=["y"],
                          dynamic_axes={"x": {0: "n"}, "y": {0: "n"}}, dynamo=False)
        session = ort.InferenceSession(path, options)

    def predict(batch):
        for first in range(0, len(x), batch):
            session.run(None, {"x": x[first:first + batch]})
    return ort.__version__, min((least(lambda: predict(batch), 5) for batch in (100, 500)),
                                key=lambda taken: taken["wall_seconds"])


def main():
    folder, threads, job, peer = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    data = [read(folder, name) for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                            "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")]
    version, taken = {"tensorflow": lambda: tensorflow(job, data, threads),
                      "torch": lambda: torch_epoch(job, data, threads, False),
                      "torch-bf16": lambda: torch_epoch(job, data, threads, True),
                      "onnxruntime": lambda: onnxruntime(job, data, threads)}[peer]()
    print(json.dumps({"version": version, **taken}))


if __name__ == "__main__":
    main()
