/** From one call to another, both included. */
export type Lifetime = readonly [first: number, last: number];

/** Addresses of buffers in bytes, in the order in which they were given, and the end of the last one. */
export interface Placement {
  readonly fits: true;
  readonly addresses: readonly number[];
  readonly end: number;
}

/** What did not fit: the end that the buffers would need, as far as it is known. */
export interface NoPlacement {
  readonly fits: false;
  readonly needed: number;
}

/**
 * First-fit by decreasing size: each buffer gets the lowest address at which it overlaps none of the placed ones that
 * are needed at some time when it is. `sizes` are bytes; addresses begin at `base` and are multiples of `alignment`; no
 * buffer ends after `limit`. Every sum is checked against the limit before it is used, so that memory may be grown to
 * `end` afterwards. The `first` buffers come before all others, in their order: where they are needed at all times,
 * their addresses do not depend on the others' sizes.
 *
 * E. Pisarchyk, J. Lee: Efficient Memory Management for Deep Neural Net Inference (greedy by size), 2020.
 */
export function place(
  sizes: readonly number[],
  lifetimes: readonly Lifetime[],
  base: number,
  limit: number,
  { alignment = 64, first = 0 }: { readonly alignment?: number; readonly first?: number } = {},
): Placement | NoPlacement {
  const sizeOf = (buffer: number): number => sizes[buffer] ?? 0;
  const rank = (buffer: number): number => (buffer < first ? Infinity : sizeOf(buffer));
  const bySize = sizes.map((_, buffer) => buffer).sort((a, b) => rank(b) - rank(a) || a - b);
  const align = (address: number): number => Math.ceil(address / alignment) * alignment;
  const addresses: number[] = sizes.map(() => -1);
  /** Those that take room, by their addresses. */
  const placed: number[] = [];
  const start = align(base);
  let end = start;
  for (const buffer of bySize) {
    let address = start;
    for (const other of placed) {
      if (!meet(lifetimes[buffer], lifetimes[other])) continue;
      const from = addresses[other] ?? 0;
      if (address + sizeOf(buffer) <= from) break;
      address = Math.max(address, align(from + sizeOf(other)));
    }
    const last = address + sizeOf(buffer);
    // Also refuses what is not a number.
    if (!(last <= limit)) return { fits: false, needed: Math.max(last, end) };
    addresses[buffer] = address;
    end = Math.max(end, last);
    if (sizeOf(buffer) === 0) continue;
    const behind = placed.findIndex((other) => (addresses[other] ?? 0) > address);
    placed.splice(behind < 0 ? placed.length : behind, 0, buffer);
  }
  return { fits: true, addresses, end };
}

/** Whether two are needed at one time: a call's operands and its results are. */
function meet(a: Lifetime | undefined, b: Lifetime | undefined): boolean {
  return a !== undefined && b !== undefined && a[0] <= b[1] && b[0] <= a[1];
}
