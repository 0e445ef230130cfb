"""PyTorch's side of bench/training.mjs and bench/scan.mjs: a model of the same layers on one thread, told what to do line by line.

{"do": "load", "model": "lenet", "weights": "….safetensors", "batches": "….bin", "shape": [1, 32, 32], "size": 64, "count": 8}
{"do": "step"}                one step on the next batch; answers its loss
{"do": "time", "steps": 10}   so many steps; answers the milliseconds of the processor for one
"""

import json
import math
import struct
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2).flatten(1)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


class KerasCnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2, self.dense = nn.Conv2d(1, 32, 3), nn.Conv2d(32, 64, 3), nn.Linear(1600, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        return self.dense(F.max_pool2d(F.relu(self.conv2(x)), 2).flatten(1))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(784, 128), nn.Linear(128, 10)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


class Recurrent(nn.Module):
    """What the last step of a recurrent network over a sequence leaves, classified."""

    def __init__(self, name, layer):
        super().__init__()
        self.name = name
        setattr(self, name, layer(32, 128, batch_first=True))
        self.fc = nn.Linear(128, 10)

    def forward(self, x):
        y, _ = getattr(self, self.name)(x)
        return self.fc(y[:, -1])


MODELS = {
    "lenet": (LeNet, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)),
    "keras-cnn": (KerasCnn, lambda p: torch.optim.Adam(p, lr=1e-3)),
    "mlp": (Mlp, lambda p: torch.optim.Adam(p, lr=1e-3)),
    "rnn": (lambda: Recurrent("rnn", nn.RNN), lambda p: torch.optim.Adam(p, lr=1e-3)),
    "lstm": (lambda: Recurrent("lstm", nn.LSTM), lambda p: torch.optim.Adam(p, lr=1e-3)),
}


def read_weights(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + place for place in entry["data_offsets"])
        values = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32)
        tensors[name] = values.reshape(entry["shape"])
    return tensors


class Training:
    def __init__(self, model, weights, batches, shape, size, count):
        kind, optimizer = MODELS[model]
        self.model = kind()
        self.model.load_state_dict(read_weights(weights))
        self.optimizer = optimizer(self.model.parameters())
        with open(batches, "rb") as file:
            data = bytearray(file.read())
        numbers = size * math.prod(shape)
        self.batches = []
        for place in range(count):
            start = place * (4 * numbers + 4 * size)
            examples = torch.frombuffer(data, dtype=torch.float32, count=numbers, offset=start)
            labels = torch.frombuffer(data, dtype=torch.int32, count=size, offset=start + 4 * numbers)
            self.batches.append((examples.reshape(size, *shape), labels.long()))
        self.steps = 0

    def step(self):
        examples, label = self.batches[self.steps % len(self.batches)]
        self.steps += 1
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.model(examples), label)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def time(self, steps):
        start = time.process_time()
        for _ in range(steps):
            self.step()
        return 1000 * (time.process_time() - start) / steps


def main():
    torch.set_num_threads(1)
    training = None
    print(json.dumps({"version": torch.__version__}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        what = order.pop("do")
        answer = {}
        if what == "load":
            training = Training(**order)
        elif what == "step":
            answer = {"loss": training.step()}
        elif what == "time":
            answer = {"ms": training.time(order["steps"])}
        else:
            raise ValueError(f"what is {what}?")
        print(json.dumps(answer), flush=True)


main()
