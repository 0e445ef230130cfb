/** How a tile of `rows` × `vectors` accumulators fares; see `chooseTile`. */
export interface Tile {
  readonly rows: number;
  readonly vectors: number;
  /** Instances of a second unrolled axis. */
  readonly columns: number;
}

/** What one step of the reduction loads: each read once for each instance of the axes that it depends on. */
export interface TileRead {
  readonly alongRows: boolean;
  readonly alongVectors: boolean;
  readonly alongColumns: boolean;
}

export interface TileProblem {
  readonly reads: readonly TileRead[];
  /** Extents of the unrolled axes, and of the lane axis in vectors; 1 where there is none. */
  readonly rowExtent: number;
  readonly vectorExtent: number;
  readonly columnExtent: number;
  /** Steps of the reduction for one tile. */
  readonly steps: number;
  /** Fused multiply-add: one instruction instead of two. */
  readonly fused: boolean;
  /** Vectors that a panel of the weights has; a tile holds whole panels or divides one. 0 where there are no panels. */
  readonly panel: number;
  /** The lanes run along the reduction: a tile ends in horizontal sums. */
  readonly across: boolean;
}

// x86-64 with 128-bit vectors, as V8 uses it: sixteen registers, one of which is V8's own; two loads, two vector
// operations and four instructions a cycle; four cycles until a sum can be added to again.
// An unfused product needs one to stand in between.
const registers = { fused: 15, unfused: 14 };
const latency = 4;

/**
 * The tile with the least estimated cycles. V8 before 13.5 emits all loads of a basic block first, so that a step's
 * accumulators and loads together must fit the registers; what does not spills.
 */
export function chooseTile(problem: TileProblem): Tile {
  let best: Tile = { rows: 1, vectors: 1, columns: 1 };
  let least = Infinity;
  for (let columns = 1; columns <= Math.min(4, problem.columnExtent); columns++) {
    for (let rows = 1; rows <= Math.min(8, problem.rowExtent); rows++) {
      for (let vectors = 1; vectors <= Math.min(8, problem.vectorExtent); vectors++) {
        if (problem.panel > 0 && problem.panel % vectors !== 0 && vectors % problem.panel !== 0) continue;
        const tile = { rows, vectors, columns };
        const cycles = totalCycles(problem, tile);
        if (cycles < least * 0.999) {
          least = cycles;
          best = tile;
        }
      }
    }
  }
  return best;
}

function totalCycles(problem: TileProblem, tile: Tile): number {
  let total = 0;
  for (const [rows, rowTiles] of partsOf(problem.rowExtent, tile.rows)) {
    for (const [columns, columnTiles] of partsOf(problem.columnExtent, tile.columns)) {
      for (const [vectors, vectorTiles] of partsOf(problem.vectorExtent, tile.vectors)) {
        const count = rowTiles * columnTiles * vectorTiles;
        total += count * tileCycles(problem, { rows, columns, vectors });
      }
    }
  }
  return total;
}

/** Widths of tiles that cover an extent, and how many of each. */
function partsOf(extent: number, by: number): readonly (readonly [number, number])[] {
  const rest = extent % by;
  const whole: readonly [number, number] = [by, Math.floor(extent / by)];
  return rest === 0 ? [whole] : [whole, [rest, 1]];
}

function tileCycles(problem: TileProblem, tile: Tile): number {
  const sums = tile.rows * tile.vectors * tile.columns;
  const loadsOf = (read: TileRead): number =>
    (read.alongRows ? tile.rows : 1) *
    (read.alongVectors ? tile.vectors : 1) *
    (read.alongColumns ? tile.columns : 1);
  const loads = problem.reads.reduce((all, read) => all + loadsOf(read), 0);
  // What one sum alone takes need not wait for another: half of it is enough to keep the multiplications busy.
  const isShared = (read: TileRead): boolean =>
    !read.alongRows || !read.alongVectors || (problem.columnExtent > 1 && !read.alongColumns);
  const held = problem.reads.reduce((all, read) => all + loadsOf(read) * (isShared(read) ? 1 : 0.5), 0);
  const operations = sums * (problem.fused ? 1 : 2);
  const spilled = Math.max(0, sums + held - (problem.fused ? registers.fused : registers.unfused));
  // A spilled register is stored and loaded again in the way of what waits for it.
  const spills = 3 * spilled;
  const step = Math.max(operations / 2, (operations + loads + 3) / 4, loads / 2, latency) + spills;
  const ending = problem.across ? sums * 6 : sums * 1.5;
  // Loads that hide behind the arithmetic still ask the cache for something.
  const traffic = 0.02 * loads;
  return (step + traffic) * problem.steps + ending + 10;
}
