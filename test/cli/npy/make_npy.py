"""Writes the .npy files of this folder with NumPy: python3 test/cli/npy/make_npy.py"""

from pathlib import Path

import numpy as np

folder = Path(__file__).parent
arrays = {
    "f64-fortran": np.asfortranarray(np.arange(6).reshape(2, 3) + 0.5),
    "u8-fortran-3d": np.asfortranarray(np.arange(24, dtype="u1").reshape(2, 3, 4)),
    "i16-big-endian": np.array([[1, -2], [300, 4]], dtype=">i2"),
    "i64": np.array([2**40, -1], dtype="<i8"),
    "f16": np.array([1.5, -0.25, 65504, 6e-8, np.inf], dtype="<f2"),
    "bool": np.array([[True], [False]]),
    "f32-scalar": np.array(3.25, dtype="<f4"),
    "f32": np.array([[1, 2, 3], [4, 5, 6.5]], dtype="<f4"),
    "text": np.array(["a"]),
}
for name, array in arrays.items():
    np.save(folder / f"{name}.npy", array)
with open(folder / "version-2.npy", "wb") as file:
    np.lib.format.write_array(file, np.array([7.0, 8.0], dtype="<f4"), version=(2, 0))
