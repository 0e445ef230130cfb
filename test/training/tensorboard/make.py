"""The event file that the test compares with, by TensorBoard's own protobufs and record writer.

    pip install tensorboard==2.21.0 && python make.py
"""

from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter


def scalars(step, values):
    return Event(
        wall_time=1700000000.25,
        step=step,
        summary=Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values]),
    )


with open(Path(__file__).parent / "train.tfevents", "wb") as file:
    writer = RecordWriter(file)
    for event in [
        Event(wall_time=1700000000.25, file_version="brain.Event:2"),
        scalars(1, [("loss", 2.3025851), ("accuracy", 0.0), ("rows_per_second", 812.5)]),
        # A step whose varint takes several bytes, and what is no number.
        scalars(40000, [("loss", float("nan")), ("größe", float("inf")), ("rows_per_second", 1e-3)]),
        scalars(40000, [("epoch/loss", 0.125), ("epoch/accuracy", 0.96875)]),
    ]:
        writer.write(event.SerializeToString())
    writer.flush()
