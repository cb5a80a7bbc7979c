#!/usr/bin/python3
"""What people use today, timed on the same jobs: scikit-learn's and PyTorch's fits of the data set that
sartor opens, on all 60,000 rows; scikit-learn patched by scikit-learn-intelex where that is installed (SKLEARNEX=no
leaves it out). Prints a JSON object a job: peer, version, job, fit_seconds, predict_seconds, accuracy, megabytes (at the
peak, of the whole process). usage: peers.py DATA_FOLDER THREADS JOB [SEED]"""
import gzip
import json
import os
import resource
import sys
import time

import numpy as np


def read(folder, name):
    path = os.path.join(folder, name)
    raw = gzip.open(path + ".gz").read() if os.path.exists(path + ".gz") else open(path, "rb").read()
    shape = np.frombuffer(raw, ">u4", count=raw[3], offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def patch():
    """Put Intel's implementations in scikit-learn's place; their version, or None where they are not installed."""
    try:
        from importlib.metadata import version
        from sklearnex import patch_sklearn
    except ImportError:
        return None
    patch_sklearn(verbose=False)
    return version("scikit-learn-intelex")


def traditional(job, threads, seed):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.svm import SVC
    return {
        "logreg": lambda: LogisticRegression(C=1, max_iter=100),
        "knn": lambda: KNeighborsClassifier(5, algorithm="brute", n_jobs=threads),
        "forest": lambda: RandomForestClassifier(100, n_jobs=threads, random_state=seed),
        "svm": lambda: SVC(C=10, kernel="rbf", gamma="scale", cache_size=8000),
        "mlp": lambda: MLPClassifier((256, 128), batch_size=128, max_iter=10, random_state=seed),
    }[job]()


def time_traditional(job, data, threads, seed):
    x, y, test_x, test_y = data
    x = x.reshape(len(x), -1).astype(np.float32) / 255
    test_x = test_x.reshape(len(test_x), -1).astype(np.float32) / 255
    # Its MLP is scikit-learn's own.
    patched = patch() if job != "mlp" and os.environ.get("SKLEARNEX") != "no" else None
    model = traditional(job, threads, seed)
    start = time.perf_counter()
    model.fit(x, y)
    fitted = time.perf_counter()
    predicted = model.predict(test_x)
    done = time.perf_counter()
    note = {}
    if job == "logreg":
        # scikit-learn's objective: C times the summed cross-entropy plus half the squared weights.
        p = model.predict_proba(x)[np.arange(len(y)), y]
        note["objective"] = float(-np.log(np.maximum(p, 1e-300)).sum() + 0.5 * (model.coef_ ** 2).sum())
        note["steps"] = int(model.n_iter_[0])
    if job == "mlp":
        note["epochs"] = 10
    import sklearn
    return {"peer": "sklearnex" if patched else "scikit-learn", "version": patched or sklearn.__version__, "job": job, "fit_seconds": fitted - start,
            "predict_seconds": done - fitted, "accuracy": float((predicted == test_y).mean()), **note}


def network(job):
    import torch.nn as nn
    import torch.nn.functional as F

    class Residual(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.conv1 = nn.Conv2d(width, width, 3, padding=1, bias=False)
            self.norm1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
            self.norm2 = nn.BatchNorm2d(width)

        def forward(self, x):
            return F.relu(x + self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x))))))

    if job == "cnn":
        layers = [nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
                  nn.Conv2d(64, 128, 3), nn.ReLU(), nn.Flatten(), nn.Linear(1152, 128), nn.ReLU(), nn.Linear(128, 10)]
    else:
        layers = [nn.Conv2d(1, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
                  Residual(32), Residual(32), nn.MaxPool2d(2), Residual(32), Residual(32), nn.AdaptiveAvgPool2d(1),
                  nn.Flatten(), nn.Linear(32, 10)]
    return nn.Sequential(*layers)


def time_network(job, data, threads, seed, epochs=2, batch=128):
    import torch
    import torch.nn.functional as F
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    x, test_x = (torch.tensor(part).float().div_(255).unsqueeze(1) for part in (data[0], data[2]))
    y, test_y = torch.tensor(data[1]).long(), torch.tensor(data[3]).long()
    model = network(job)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    seconds = []
    for _ in range(epochs):
        model.train()
        start = time.perf_counter()
        for rows in torch.randperm(len(x)).split(batch):
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
        seconds.append(time.perf_counter() - start)
    model.eval()
    start = time.perf_counter()
    with torch.no_grad():
        right = sum((model(a).argmax(1) == b).sum().item() for a, b in zip(test_x.split(500), test_y.split(500)))
    return {"peer": "PyTorch", "version": torch.__version__, "job": job, "epochs": epochs, "fit_seconds": sum(seconds), "epoch_seconds": min(seconds),
            "predict_seconds": time.perf_counter() - start, "accuracy": right / len(test_x),
            "parameters": sum(p.numel() for p in model.parameters())}


def main():
    folder, threads, job = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    data = [read(folder, name) for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                            "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")]
    timer = time_network if job in ("cnn", "resnet") else time_traditional
    result = timer(job, data, threads, seed)
    print(json.dumps({**result, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024e-6}))


if __name__ == "__main__":
    main()
