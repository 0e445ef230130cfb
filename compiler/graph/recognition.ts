/**
 * What a compute node is known to be, in terms of its own axes. The tag adds no meaning: a planner that ignores it is
 * right, only slower.
 */
export type Recognition =
  /** Σ over k of a product of two reads; each axis list names axes of the node. m is of the left read only, n of the right. */
  | {
      readonly kind: "contraction";
      readonly batch: readonly string[];
      readonly m: readonly string[];
      readonly n: readonly string[];
      readonly k: readonly string[];
      readonly left: string;
      readonly right: string;
    }
  /**
   * Σ over channels and window of image × weight; `pixels` and `window` go in pairs, one for each spatial dim. An axis
   * in `groups` is in the subscripts of both; one in `outChannels` too chooses the image's channels by a floor, ⌊o/q⌋.
   */
  | {
      readonly kind: "convolution";
      readonly image: string;
      readonly weight: string;
      readonly batch: readonly string[];
      readonly groups: readonly string[];
      readonly outChannels: readonly string[];
      readonly inChannels: readonly string[];
      readonly pixels: readonly string[];
      readonly window: readonly string[];
    }
  /** As convolution, without a sum over channels: each channel has its own window. */
  | {
      readonly kind: "depthwise";
      readonly image: string;
      readonly weight: string;
      readonly channels: readonly string[];
      readonly pixels: readonly string[];
      readonly window: readonly string[];
    }
  /** A reduction of one operand over a window around each pixel: pooling. */
  | {
      readonly kind: "window";
      readonly image: string;
      readonly pixels: readonly string[];
      readonly window: readonly string[];
    }
  /** A reduction over the last axes of aligned operands: a row statistic. */
  | { readonly kind: "rowwise"; readonly row: readonly string[] }
  /** Of the place before on the parallel axis `along` and one term more of `over`; `prefixOf` says which. */
  | { readonly kind: "prefix"; readonly along: readonly string[]; readonly over: readonly string[] }
  | { readonly kind: "elementwise" };
