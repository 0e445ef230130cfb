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
 * First-fit by decreasing size over an interference graph: each buffer gets the lowest address at which it overlaps
 * none of the placed ones that it is in conflict with. `sizes` are bytes; `conflicts` are pairs of places in `sizes`;
 * addresses begin at `base` and are multiples of `alignment`; no buffer ends after `limit`. Every sum is checked
 * against the limit before it is used, so that memory may be grown to `end` afterwards. The `first` buffers come before
 * all others, in their order: where they are in conflict with all, their addresses do not depend on the others' sizes.
 *
 * E. Pisarchyk, J. Lee: Efficient Memory Management for Deep Neural Net Inference (greedy by size), 2020.
 */
export function place(
  sizes: readonly number[],
  conflicts: readonly (readonly [number, number])[],
  base: number,
  limit: number,
  { alignment = 64, first = 0 }: { readonly alignment?: number; readonly first?: number } = {},
): Placement | NoPlacement {
  const neighbours: number[][] = sizes.map(() => []);
  for (const [a, b] of conflicts) {
    neighbours[a]?.push(b);
    neighbours[b]?.push(a);
  }
  const sizeOf = (buffer: number): number => sizes[buffer] ?? 0;
  const rank = (buffer: number): number => (buffer < first ? Infinity : sizeOf(buffer));
  const bySize = sizes.map((_, buffer) => buffer).sort((a, b) => rank(b) - rank(a) || a - b);
  const align = (address: number): number => Math.ceil(address / alignment) * alignment;
  const addresses: number[] = sizes.map(() => -1);
  const start = align(base);
  let end = start;
  for (const buffer of bySize) {
    const taken = (neighbours[buffer] ?? [])
      .map((other): readonly [number, number] => [addresses[other] ?? -1, sizeOf(other)])
      .filter(([address, size]) => address >= 0 && size > 0)
      .sort(([a], [b]) => a - b);
    let address = start;
    for (const [from, size] of taken) {
      if (address + sizeOf(buffer) <= from) break;
      address = Math.max(address, align(from + size));
    }
    const last = address + sizeOf(buffer);
    // Also refuses what is not a number.
    if (!(last <= limit)) return { fits: false, needed: Math.max(last, end) };
    addresses[buffer] = address;
    end = Math.max(end, last);
  }
  return { fits: true, addresses, end };
}
