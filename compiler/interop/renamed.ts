/** A name with its shape, as text. */
export type Shapes = ReadonlyMap<string, string>;

export interface Renamed {
  /** What all names of a group begin with here, and in the file. */
  readonly here: string;
  readonly there: string;
}

/**
 * Where names that are missing would be found under another beginning: `i.0.scale` and all else of `i` as
 * `blocks.0.scale` and so on, of the same shapes. One name by itself may be a chance, so that a group has at least two.
 */
export function renamedGroups(missing: Shapes, free: Shapes): readonly Renamed[] {
  const found: Renamed[] = [];
  const [here, there] = [new Map(missing), new Map(free)];
  for (const path of missing.keys()) {
    if (!here.has(path)) continue;
    const group = candidates(path, there).find((renamed) => covers(renamed, here, there));
    if (group === undefined) continue;
    found.push(group);
    for (const other of [...here.keys()].filter((each) => isBelow(each, group.here))) {
      here.delete(other);
      there.delete(calledThere(other, group));
    }
  }
  return found;
}

/** Beginnings of names that end alike; those that begin alike, too, come first. */
function candidates(path: string, free: Shapes): readonly Renamed[] {
  const own = path.split(".");
  return [...free.keys()]
    .map((other) => ({ theirs: other.split("."), alike: countAlike(own, other.split(".")) }))
    .toSorted((a, b) => b.alike - a.alike)
    .flatMap(({ theirs }) => {
      const after = countAlike(own.toReversed(), theirs.toReversed());
      if (after === 0) return [];
      return [{ here: own.slice(0, -after).join("."), there: theirs.slice(0, -after).join(".") }];
    });
}

/** How many labels are equal before the first that differs; at least one of each name is left. */
function countAlike(a: readonly string[], b: readonly string[]): number {
  const most = Math.min(a.length, b.length) - 1;
  let count = 0;
  while (count < most && a[count] === b[count]) count++;
  return count;
}

function covers({ here, there }: Renamed, missing: Shapes, free: Shapes): boolean {
  const group = [...missing].filter(([path]) => isBelow(path, here));
  const fits = group.every(([path, shape]) => free.get(calledThere(path, { here, there })) === shape);
  return fits && group.length > 1;
}

function isBelow(path: string, beginning: string): boolean {
  return path.startsWith(`${beginning}.`);
}

function calledThere(path: string, { here, there }: Renamed): string {
  return there + path.slice(here.length);
}
