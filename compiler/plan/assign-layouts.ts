import { axesOfForm, readsOf } from "../graph/visit.ts";
import { evaluate, type Form } from "../integers/index.ts";
import { costOfKernel } from "./kernel-cost.ts";
import type { Kernel } from "./kernel.ts";
import { equalLayouts, rowMajor, withPadding, type Layout } from "./layout.ts";

/** A kernel and the numbers of the buffers that its operands are. */
export interface PlacedKernel {
  readonly kernel: Kernel;
  readonly buffers: readonly number[];
  /** Of operands that are a part of their buffer: where in it, in bytes. They are row-major. */
  readonly offsets?: readonly (Form | undefined)[];
}

/** What assigning layouts needs to know of a buffer. */
export interface LayoutSubject {
  readonly rank: number;
  /** What the user sees is row-major: inputs and outputs. */
  readonly fixed: boolean;
  /** Packed once, when weights are loaded: read by kernels and written by none. */
  readonly packed: boolean;
}

/** What a kernel would like of its operands, by their names; it can do with any other layout. Mentioned in no order. */
export type LayoutWish = (kernel: Kernel) => ReadonlyMap<string, Layout>;

interface Vote {
  readonly layout: Layout;
  readonly weight: number;
}

/** A chain of kernels without wishes hands a layout on by one kernel a round. */
const mostRounds = 4;

/**
 * One layout for each buffer of a program. Each kernel that touches it has a vote, weighed by its operations: the
 * order of axes with the most votes wins, and the halo is as wide as the widest of those who voted for it. A kernel
 * without a wish for its result would store it as its operand is stored. Activations are decided first, in a few
 * rounds since they depend on each other; then what is packed at load, since the order in which a kernel runs through
 * its weights follows its activations.
 */
export function assignLayouts(
  kernels: readonly PlacedKernel[],
  subjects: readonly LayoutSubject[],
  wish: LayoutWish,
): readonly Layout[] {
  const rowMajorAll = subjects.map(({ rank }) => rowMajor(rank));
  const isActivation = ({ fixed, packed }: LayoutSubject): boolean => !fixed && !packed;
  let layouts: readonly Layout[] = rowMajorAll;
  for (let round = 0; round < mostRounds; round += 1) {
    layouts = elect(kernels, subjects, layouts, wish, isActivation);
  }
  return elect(kernels, subjects, layouts, wish, ({ packed }) => packed);
}

/** The kernel with the layouts that its buffers have. */
export function withLayouts({ kernel, buffers, offsets }: PlacedKernel, layouts: readonly Layout[]): Kernel {
  const operands = kernel.operands.map((operand, place) => {
    if (offsets?.[place] !== undefined) return operand;
    const layout = layouts[buffers[place] ?? -1];
    if (layout === undefined) throw new Error(`bug: operand ${operand.name} has no buffer`);
    return { ...operand, layout };
  });
  return { ...kernel, operands };
}

function elect(
  kernels: readonly PlacedKernel[],
  subjects: readonly LayoutSubject[],
  layouts: readonly Layout[],
  wish: LayoutWish,
  isElected: (subject: LayoutSubject) => boolean,
): readonly Layout[] {
  const votes = new Map<number, Vote[]>();
  for (const placed of kernels) {
    const kernel = withLayouts(placed, layouts);
    // At dims of 1: kernels of one entry grow alike.
    const weight = evaluate(costOfKernel(kernel).operations, () => 1);
    for (const [name, layout] of new Map([...inheritedLayouts(kernel), ...wish(kernel)])) {
      const operand = kernel.operands.findIndex((each) => each.name === name);
      const buffer = placed.buffers[operand];
      if (placed.offsets?.[operand] !== undefined) continue;
      if (buffer === undefined)
        throw new Error(`bug: a wish for ${name}, which is no operand of ${kernel.name}`);
      votes.set(buffer, [...(votes.get(buffer) ?? []), { layout, weight }]);
    }
  }
  return layouts.map((layout, buffer) => {
    const subject = subjects[buffer];
    if (subject === undefined || !isElected(subject)) return layout;
    return winner(votes.get(buffer) ?? []) ?? layout;
  });
}

/** For results that have a place for each place of an operand of the same rank: element-wise ones and pools. */
function inheritedLayouts(kernel: Kernel): ReadonlyMap<string, Layout> {
  const wishes = new Map<string, Layout>();
  for (const { axes, at: scattered, target, running, body, output } of kernel.stages) {
    const moved = scattered ?? target ?? running;
    if (output === undefined || moved !== undefined) continue;
    const source = readsOf(body).find(
      ({ operand, at }) =>
        kernel.operands.some(({ name }) => name === operand) &&
        at.length === axes.length &&
        at.every((form, dim) => axesOfForm(form).has(axes[dim] ?? "")),
    );
    const layout = kernel.operands.find(({ name }) => name === source?.operand)?.layout;
    if (layout !== undefined) wishes.set(output, plain(layout));
  }
  return wishes;
}

function winner(votes: readonly Vote[]): Layout | undefined {
  const parties: { readonly layout: Layout; readonly weight: number }[] = [];
  for (const { layout, weight } of votes) {
    const place = parties.findIndex((party) => equalLayouts(plain(party.layout), plain(layout)));
    const party = parties[place];
    if (party === undefined) parties.push({ layout, weight });
    else parties[place] = { layout: widest(party.layout, layout), weight: party.weight + weight };
  }
  return parties.reduce<(typeof parties)[number] | undefined>(
    (best, party) => (best === undefined || party.weight > best.weight ? party : best),
    undefined,
  )?.layout;
}

function plain(layout: Layout): Layout {
  return withPadding(
    layout,
    layout.padding.map(() => ({ before: 0, after: 0 })),
  );
}

function widest(a: Layout, b: Layout): Layout {
  return withPadding(
    a,
    a.padding.map(({ before, after }, dim) => ({
      before: Math.max(before, b.padding[dim]?.before ?? 0),
      after: Math.max(after, b.padding[dim]?.after ?? 0),
    })),
  );
}
