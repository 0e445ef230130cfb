import { sizeOfShape } from "../compiler/graph/tensor.ts";
import { isImageName, planesOf, type Image } from "../data/decode-image.ts";
import { InputError } from "./exit.ts";
import type { Port, Result, TensorData } from "./module-host.ts";
import { readImage } from "./read-image.ts";
import { readNumbers, type Numbers } from "./read-numbers.ts";

/** What was given for an input, in the form in which the model takes it: an image, several of them, or numbers. */
export async function readInput(port: Port, values: readonly string[]): Promise<TensorData | Result> {
  if (values.every(isImageName)) return readImages(port, values);
  const [value, ...more] = values;
  if (value === undefined || more.length > 0) {
    throw new InputError(`${port.name} is given ${values.length} times; only images may make a batch`);
  }
  return fit(port, readNumbers(value, port.name));
}

/** `f32[N, 1, 32, 32]` */
export function showPort({ dtype, shape }: Port): string {
  return shape.length === 0
    ? dtype
    : `${dtype}[${shape.map((size) => (isName(size) ? size : "…")).join(", ")}]`;
}

/** A size that follows from others has a formula instead of a name. */
function isName(size: number | string): boolean {
  return typeof size === "number" || /^\w+$/.test(size);
}

async function readImages(port: Port, paths: readonly string[]): Promise<Result> {
  const rank = port.shape.length;
  const [channelDim, height, width] = port.shape.slice(-3);
  if (rank < 3 || rank > 4 || channelDim === undefined) {
    throw new InputError(
      `${port.name} is ${showPort(port)}, which no image fits: [N, channels, height, width] does`,
    );
  }
  if (typeof channelDim === "number" && channelDim !== 1 && channelDim !== 3) {
    throw new InputError(`${port.name} is ${showPort(port)}: images have 1 or 3 channels, not ${channelDim}`);
  }
  if (rank === 3 && paths.length > 1)
    throw new InputError(`${port.name} is ${showPort(port)}: one image, no batch`);
  const images = await Promise.all(paths.map((path) => readImage(path)));
  const planes = images.map((image, place) => {
    refuseSize(port, paths[place] ?? "", image, height, width);
    return planesOf(image, channelDim === 1 || (channelDim !== 3 && image.channels < 3) ? 1 : 3);
  });
  const [first] = images;
  const each = planes[0]?.length ?? 0;
  const uneven = paths.find(
    (_, place) => planes[place]?.length !== each || images[place]?.width !== first?.width,
  );
  if (first === undefined || uneven !== undefined) {
    throw new InputError(
      `${uneven ?? ""} is of another size than ${paths[0] ?? ""}: a batch has images of one size`,
    );
  }
  const batch = port.shape[0];
  if (rank === 4 && typeof batch === "number" && batch !== paths.length) {
    throw new InputError(
      `${port.name} is ${showPort(port)}: ${batch} images, but ${paths.length} were given`,
    );
  }
  const pixels = first.width * first.height;
  const size = [each / pixels, first.height, first.width];
  const all = new Float32Array(planes.length * each);
  planes.forEach((plane, place) => all.set(plane, place * each));
  // Integer inputs take the bytes of the image.
  const data =
    port.dtype === "f32"
      ? all
      : toData(
          port,
          all.map((value) => Math.round(value * 255)),
          paths[0] ?? "",
        );
  return { shape: rank === 4 ? [planes.length, ...size] : size, data };
}

function refuseSize(
  port: Port,
  path: string,
  image: Image,
  height: number | string | undefined,
  width: number | string | undefined,
): void {
  const fits =
    (typeof height !== "number" || height === image.height) &&
    (typeof width !== "number" || width === image.width);
  if (fits) return;
  const wanted = [width, height].map((size) => (typeof size === "number" ? String(size) : "any")).join("×");
  throw new InputError(
    `${path} is ${image.width}×${image.height}, but ${port.name} is ${showPort(port)}: it takes images of ${wanted}`,
  );
}

/** Numbers with a shape are held against the port's; a row of numbers takes its shape from it. */
function fit(port: Port, numbers: Numbers): TensorData | Result {
  const data = toData(port, numbers.data, numbers.from);
  const { shape } = port;
  const rank = shape.length;
  const isRow = numbers.shape === undefined || (numbers.shape.length <= 1 && rank !== 1);
  if (numbers.shape === undefined && rank === 1) return fit(port, { ...numbers, shape: [data.length] });
  if (isRow) {
    refuseLength(port, data.length, numbers.from);
    return data;
  }
  const given = numbers.shape;
  // One example without the batch's dim is a batch of one.
  const whole =
    given.length === rank - 1 && shape[0] !== undefined && typeof shape[0] !== "number"
      ? [1, ...given]
      : given;
  const fits =
    whole.length === rank && shape.every((size, place) => typeof size !== "number" || size === whole[place]);
  if (!fits) {
    throw new InputError(
      `${numbers.from} has the shape [${given.join(", ")}], but ${port.name} is ${showPort(port)}`,
    );
  }
  return { shape: whole, data };
}

/** With one free size the length must be a multiple of the rest, without any the whole. */
function refuseLength(port: Port, length: number, from: string): void {
  const known = sizeOfShape(port.shape.filter((size) => typeof size === "number"));
  const free = port.shape.filter((size) => typeof size !== "number").length;
  const fits = free === 0 ? length === known : length % known === 0 && length > 0;
  if (!fits) {
    const times = free === 0 ? "" : "a multiple of ";
    throw new InputError(
      `${from} has ${length} number${length === 1 ? "" : "s"}, but ${port.name} is ${showPort(port)}: ${times}${known}`,
    );
  }
}

const ranges = {
  i32: [-(2 ** 31), 2 ** 31 - 1],
  i8: [-128, 127],
  u8: [0, 255],
  bool: [0, 1],
} as const;

/** The numbers in the dtype of the port, none of them changed beyond rounding to f32. */
function toData(port: Port, numbers: ArrayLike<number>, from: string): TensorData {
  const refuse = (value: number, why: string): never => {
    throw new InputError(`${from} has ${value}, but ${port.name} is ${port.dtype}: ${why}`);
  };
  if (port.dtype === "f32") {
    const data = Float32Array.from(numbers);
    const lost = data.findIndex((value, place) => !Number.isFinite(value) && Number.isFinite(numbers[place]));
    if (lost >= 0) refuse(numbers[lost] ?? NaN, "numbers up to 3.4e38");
    return data;
  }
  const { dtype } = port;
  if (dtype !== "i32" && dtype !== "i8" && dtype !== "u8" && dtype !== "bool") {
    throw new InputError(`${port.name} is ${dtype}, which the command line can't give`);
  }
  const [low, high] = ranges[dtype];
  for (let place = 0; place < numbers.length; place++) {
    const value = numbers[place] ?? NaN;
    if (!Number.isInteger(value) || value < low || value > high) {
      refuse(value, `whole numbers from ${low} to ${high}`);
    }
  }
  if (dtype === "i32") return Int32Array.from(numbers);
  return dtype === "i8" ? Int8Array.from(numbers) : Uint8Array.from(numbers);
}
