import { constantOf } from "../integers/index.ts";
import type { Session, Supposed } from "./checker-types.ts";
import type { GivenWeights } from "./options.ts";
import type { Origin } from "./scalar.ts";
import { axisWord } from "./match.ts";
import { chainNote } from "./origins.ts";
import type { Reached } from "./paths.ts";
import { tell } from "./session.ts";
import type { CheckedModel } from "./typed.ts";

/** The shapes of the parameters, by path, if something of the model were other than it is. */
type ShapesIf = (supposed: Supposed) => ReadonlyMap<string, readonly number[]>;

const largestImage = 1024;
const largestPadding = 4;

/** The smallest image from which the wanted size follows: the larger the image, the larger what follows from it. */
function fittingSize(
  origin: Origin,
  wanted: number,
  sizeAt: (image: number) => number | undefined,
): number | undefined {
  let root = origin;
  while (root.from !== undefined) root = root.from;
  const [height, width, more] = root.shape.slice(2);
  if (height === undefined || more !== undefined || (width !== undefined && width.key !== height.key))
    return undefined;
  let [low, high] = [1, largestImage];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((sizeAt(middle) ?? 0) >= wanted) high = middle;
    else low = middle + 1;
  }
  return sizeAt(low) === wanted ? low : undefined;
}

/** The first layer on the way from the image whose padding, and the smallest one, from which the wanted size follows. */
function fittingPadding(
  origin: Origin,
  wanted: number,
  sizeIf: (label: string, by: number) => number | undefined,
): { readonly label: string; readonly by: number } | undefined {
  const labels: string[] = [];
  for (let step = origin; step.from !== undefined; step = step.from) labels.unshift(step.name);
  const paddings = Array.from({ length: largestPadding }, (_, place) => place + 1);
  for (const label of new Set(labels)) {
    // A layer that has no padding, or too little of it.
    if ((sizeIf(label, largestPadding) ?? 0) < wanted) continue;
    const by = paddings.find((padding) => (sizeIf(label, padding) ?? 0) >= wanted);
    if (by !== undefined && sizeIf(label, by) === wanted) return { label, by };
  }
  return undefined;
}

/**
 * Holds the shapes of a weights file against those of a model. Where a size follows from what a layer is applied to,
 * the message says where that comes from. Names and dtypes are judged where the file is read.
 */
export function compareWeights(
  model: CheckedModel,
  tensors: readonly Reached[],
  weights: GivenWeights,
  session: Session,
  shapesIf: ShapesIf,
): void {
  for (const one of tensors) {
    const given = weights.tensors.get(one.path);
    if (given === undefined || sameShape(given.shape, one.owned.shape)) continue;
    report(one, given, weights, model, session, shapesIf);
  }
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, place) => size === b[place]);
}

function report(
  one: Reached,
  given: { readonly dtype: string; readonly shape: readonly number[] },
  weights: GivenWeights,
  model: CheckedModel,
  session: Session,
  shapesIf: ShapesIf,
): void {
  const { application, owned, path } = one;
  const site = application && session.sites.get(application);
  const place = owned.shape.findIndex((size, position) => given.shape[position] !== size);
  const [expected, has] = [given.shape[place], owned.shape[place]];
  const fromInput =
    has === undefined || given.shape.length !== owned.shape.length
      ? undefined
      : inputSize(has, site?.origins);
  const label = `${path} is ${given.dtype.toLowerCase()}[${given.shape.join(", ")}] in ${weights.name}`;
  const turned = isTurned(given.shape, owned.shape);
  if (
    !turned &&
    fromInput !== undefined &&
    site !== undefined &&
    expected !== undefined &&
    has !== undefined
  ) {
    const { origin } = fromInput;
    const sizeIf = (supposed: Supposed): number | undefined => shapesIf(supposed).get(path)?.[place];
    const fits = fittingSize(origin, expected, (imageSize) => sizeIf({ imageSize }));
    const padding = fittingPadding(origin, expected, (label, by) => sizeIf({ padding: { label, by } }));
    tell(session, "DLC3004", {
      message: `${site.name} expects ${expected} ${fromInput.word}, but its input has ${has}`,
      span: application?.span,
      label,
      notes: chainNote(`${has}`, origin),
      help: [
        fits === undefined
          ? "the weights were made for another size of input"
          : `the weights fit an image of ${fits}×${fits}${padding === undefined ? "" : `; or pad ${padding.label} by ${padding.by}`}`,
      ],
    });
    return;
  }
  tell(session, "DLC3004", {
    message: `${path} is ${owned.dtype}[${owned.shape.join(", ")}] in ${model.name}`,
    span: application?.span ?? owned.span,
    label,
    help: [
      turned
        ? "the file has its axes in another order: transpose it before it is saved"
        : "build the model with the hyper-parameters that the weights were made for: `--set name=value`",
    ],
  });
}

/** The same sizes, and not in the same order. */
function isTurned(given: readonly number[], owned: readonly number[]): boolean {
  const sorted = (shape: readonly number[]): string => shape.toSorted((a, b) => a - b).join();
  return owned.length > 1 && sorted(given) === sorted(owned);
}

/** The axis of an argument from which a size may come. */
function inputSize(
  size: number,
  origins: readonly (Origin | undefined)[] | undefined,
): { readonly origin: Origin; readonly word: string } | undefined {
  for (const origin of origins ?? []) {
    if (origin === undefined) continue;
    const rank = origin.shape.length;
    for (const position of [rank - 1, 1]) {
      const form = origin.shape[position];
      const word = axisWord(position, rank);
      if (form !== undefined && word !== undefined && constantOf(form) === size) return { origin, word };
    }
  }
  return undefined;
}
