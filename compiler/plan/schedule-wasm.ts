import { constantOf } from "../integers/index.ts";
import type { Kernel } from "./kernel.ts";
import {
  dependsOn,
  edgesAlong,
  extentOf,
  isGuarded,
  likelyExtent,
  viewKernel,
  type KernelView,
  type StageView,
} from "./kernel-access.ts";
import { cutsAlong } from "./cut-axes.ts";
import { cheapestLane, workOf } from "./lane-choice.ts";
import { inParts, longSum } from "./long-sums.ts";
import { scheduleScatter } from "./schedule-scatter.ts";
import { scheduleRunning } from "./schedule-running.ts";
import { scheduleSort } from "./schedule-sort.ts";
import { scheduleRows } from "./schedule-rows.ts";
import type { Schedule, Step } from "./schedule.ts";
import { reductionOrder, simplifyAxes } from "./simplify-axes.ts";
import { cut, splitChains, unroll, vectorize, vectorizeReduction } from "./tile-axes.ts";
import { chooseTile } from "./tile-cost.ts";

/** baseline multiplies and adds; relaxed fuses them. */
export type WasmVariant = "baseline" | "relaxed";

/** The order in which one thread with 128-bit vectors runs a kernel whose operands have the layouts that they have. */
export function scheduleForWasm(kernel: Kernel, variant: WasmVariant): Schedule {
  if (kernel.stages.some(({ at }) => at !== undefined)) {
    return scheduleScatter(simplifyAxes(viewKernel(kernel)));
  }
  const view = simplifyAxes(viewKernel(kernel));
  if (kernel.stages.some(({ running }) => running !== undefined)) return scheduleRunning(view);
  // Neither rows that are sorted nor places that are searched for have lanes that go one way.
  if (kernel.stages.some(({ order, reduce }) => order !== undefined || reduce?.op === "partition")) {
    return scheduleSort(view);
  }
  const shared = sharedAxes(view);
  const rowLike = view.stages.some((stage) => stage.axes.some((axis) => !shared.includes(axis)));
  const main = costliest(view);
  if (main === undefined) return [];
  const steps =
    rowLike || view.stages.filter((stage) => stage.reduction.length > 0).length > 1
      ? scheduleRows(view, shared)
      : scheduleTile(view, main, shared, variant);
  return [...view.steps, ...steps];
}

function costliest(view: KernelView): StageView | undefined {
  let best: StageView | undefined;
  for (const stage of view.stages) {
    if (best === undefined || workOf(view, stage) >= workOf(view, best)) best = stage;
    if (
      stage.reduction.length > 0 &&
      best.reduction.length === 0 &&
      workOf(view, stage) >= workOf(view, best)
    ) {
      best = stage;
    }
  }
  return best;
}

/** Axes of every stage, in the kernel's order. */
function sharedAxes(view: KernelView): readonly string[] {
  const [first, ...rest] = view.stages;
  return (first?.axes ?? []).filter((axis) => rest.every((stage) => stage.axes.includes(axis)));
}

/** Instructions in a body that may be copied without swelling the code. */
const shortBody = 6;

/**
 * All stages over the same axes, at most one of them a reduction: a register tile of instances and vectors, the reduction
 * inside, what follows (bias, activation) as its epilogue.
 */
function scheduleTile(
  view: KernelView,
  main: StageView,
  shared: readonly string[],
  variant: WasmVariant,
): Schedule {
  const candidates = [...shared, ...main.reduction.filter((axis) => extentAtLeast(view, axis, 4))];
  const lane = cheapestLane(view, [main], candidates)?.axis;
  if (lane === undefined) return [];
  const across = main.reduction.includes(lane);
  const reads = main.accesses.filter((access) => !access.write);
  const others = shared.filter((axis) => axis !== lane);
  // An axis along which some read stays the same, so that its instances share the load.
  const sharing = others.filter(
    (axis) => mayTile(view, main, axis) && reads.some((access) => !dependsOn(access, axis)),
  );
  const rowsAxis = main.reduction.length === 0 ? undefined : longest(view, sharing);
  const columnsAxis = longest(
    view,
    sharing.filter(
      (axis) => axis !== rowsAxis && !isGuarded(main, axis) && constantOf(extentOf(view, axis)) !== undefined,
    ),
  );
  const panel = panelOf(main, lane);
  const steps = main.reduction.reduce((all, axis) => all * likelyExtent(view, axis, 64), 1);
  const known = rowsAxis !== undefined && constantOf(extentOf(view, rowsAxis)) !== undefined;
  const tileFor = (rowExtent: number): ReturnType<typeof chooseTile> =>
    chooseTile({
      reads: reads.map((access) => ({
        alongRows: rowsAxis !== undefined && dependsOn(access, rowsAxis),
        alongVectors: !across && dependsOn(access, lane),
        alongColumns: columnsAxis !== undefined && dependsOn(access, columnsAxis),
      })),
      rowExtent,
      vectorExtent: across ? 1 : Math.ceil(likelyExtent(view, lane, 64) / 4),
      columnExtent: columnsAxis === undefined ? 1 : likelyExtent(view, columnsAxis),
      steps: across ? steps / 4 : steps,
      fused: variant === "relaxed",
      panel: across ? 0 : panel / 4,
      across,
    });
  const base = { lane, across, others, rowsAxis, columnsAxis, panel };
  const long = across ? undefined : longSum(view, main, rowsAxis);
  const tiled = (rows: number, columns: number, vectors: number): Schedule => {
    const plan = { ...base, rows, columns, vectors };
    if (long === undefined) return tileSteps(view, main, plan);
    const { parts, when } = long;
    const then = tileSteps(view, main, { ...plan, parts });
    if (when === undefined) return then;
    const { axis, atLeast, otherwise: others } = when;
    const otherwise = tileSteps(view, main, { ...plan, ...(others && { parts: others }) });
    return [{ kind: "when", axis, atLeast, then, otherwise }];
  };
  if (main.reduction.length === 0) {
    const short = bodySize(view) <= shortBody;
    const long = likelyExtent(view, lane, 64) >= 64;
    return tiled(1, 1, short && long ? 4 : 1);
  }
  if (rowsAxis === undefined || known) {
    const tile = tileFor(rowsAxis === undefined ? 1 : likelyExtent(view, rowsAxis));
    return tiled(tile.rows, tile.columns, tile.vectors);
  }
  // A batch that is known at run time: tiles where it is large enough for one, else one row at a time.
  const wide = tileFor(64);
  const narrow = tileFor(1);
  if (wide.rows === 1) return tiled(1, wide.columns, wide.vectors);
  return [
    {
      kind: "when",
      axis: rowsAxis,
      atLeast: wide.rows,
      then: tiled(wide.rows, wide.columns, wide.vectors),
      otherwise: tiled(1, narrow.columns, narrow.vectors),
    },
  ];
}

/** Whether most places of an axis are free of conditions, so that several of them may be computed at once. */
function mayTile(view: KernelView, main: StageView, axis: string): boolean {
  if (!isGuarded(main, axis)) return true;
  const edges = edgesAlong(view, main, axis);
  return edges !== undefined && 2 * (edges.before + edges.after) <= likelyExtent(view, axis);
}

function extentAtLeast(view: KernelView, axis: string, least: number): boolean {
  const extent = constantOf(extentOf(view, axis));
  return extent === undefined || extent >= least;
}

/** Known extents before unknown ones, long before short; the innermost of equals. */
function longest(view: KernelView, axes: readonly string[]): string | undefined {
  let best: string | undefined;
  for (const axis of axes) {
    if (likelyExtent(view, axis) === 1 && constantOf(extentOf(view, axis)) === 1) continue;
    // Beyond 16 instances length is no advantage, and the innermost axis is the better one.
    const length = (name: string): number => Math.min(16, likelyExtent(view, name));
    if (best === undefined || length(axis) >= length(best)) best = axis;
  }
  return best;
}

/** Width of the panels in which a read holds neighbours along the lane axis; 0 where it is contiguous without. */
function panelOf(main: StageView, lane: string): number {
  for (const access of main.accesses) {
    if (access.write || !dependsOn(access, lane)) continue;
    const inner = access.operand.layout.axes.at(-1);
    if (inner?.modulo !== undefined) return inner.modulo;
  }
  return 0;
}

function bodySize(view: KernelView): number {
  const count = (text: string): number => text.split('"kind":"apply"').length - 1;
  return view.stages.reduce((all, stage) => all + 1 + count(JSON.stringify(stage.stage.body)), 0);
}

interface TilePlan {
  readonly lane: string;
  readonly across: boolean;
  readonly others: readonly string[];
  readonly rowsAxis: string | undefined;
  readonly columnsAxis: string | undefined;
  readonly rows: number;
  readonly columns: number;
  readonly vectors: number;
  readonly panel: number;
  readonly parts?: Parameters<typeof inParts>[0];
}

// A level-two cache holds about this much beside what else runs.
const cacheBytes = 256 * 1024;
// A loop whose body does less is not worth a call.
const outlineFrom = 20_000;
// Below this a kernel is compiled well before it has cost much.
const outlineAbove = 1_000_000;

function tileSteps(view: KernelView, main: StageView, plan: TilePlan): Schedule {
  const { lane, rowsAxis, columnsAxis } = plan;
  const reduction = reductionOrder(view, main);
  const symbolic = (axis: string): boolean => constantOf(extentOf(view, axis)) === undefined;
  const rows =
    rowsAxis === undefined
      ? undefined
      : unroll(view, main, rowsAxis, plan.rows, symbolic(rowsAxis) ? "overlap" : "even");
  const columns =
    columnsAxis && plan.columns > 1 && !symbolic(columnsAxis)
      ? unroll(view, main, columnsAxis, plan.columns, "even")
      : undefined;
  const cutsOf = (axis: string): readonly number[] =>
    main.reduction.length > 0 ? [] : cutsAlong(view, axis);
  const vectors = plan.across
    ? vectorizeReduction(view, lane, plan.rows * plan.columns >= 4 ? 1 : 4)
    : vectorize(view, lane, plan.vectors, plan.panel > 0 || symbolic(lane) ? "peel" : "even", cutsOf(lane));
  const others = plan.others.map((axis) => {
    const unrolled = axis === rowsAxis ? rows : axis === columnsAxis ? columns : undefined;
    return unrolled ?? cut(axis, cutsOf(axis));
  });
  const outer = others.flatMap(({ loop }) => loop ?? []);
  const laneLoop = plan.across || vectors.loop === undefined ? [] : [vectors.loop];
  const walked = (axis: string): number =>
    plan.parts?.find((part) => part.axis === axis)?.by ?? likelyExtent(view, axis, 64);
  const weights = [lane, ...main.reduction].reduce((all, axis) => all * walked(axis), 4);
  const loops = weights > cacheBytes ? [...laneLoop, ...outer] : [...outer, ...laneLoop];
  const parts = plan.parts === undefined ? undefined : inParts(plan.parts);
  const chains =
    plan.across || parts !== undefined
      ? undefined
      : splitChains(view, reduction.at(-1), chainsFor(plan, view));
  const inner = reduction.flatMap((axis) => {
    if (axis === lane) return vectors.loop ?? [];
    const part = parts?.inner.get(axis);
    if (part !== undefined) return part;
    return chains !== undefined && axis === reduction.at(-1) ? (chains.loop ?? []) : [axis];
  });
  const window = main.reduction.reduce((all, axis) => all * likelyExtent(view, axis, 1000), 1);
  const single = plan.rows * plan.columns * plan.vectors === 1 && !plan.across;
  const unrolledWindow: readonly Step[] =
    single && window <= 9 ? reduction.map((axis): Step => ({ kind: "bind", axis, to: "unroll" })) : [];
  return [
    ...(rows?.steps ?? []),
    ...(columns?.steps ?? []),
    ...others.flatMap((own) => (own === rows || own === columns ? [] : own.steps)),
    ...vectors.steps,
    ...unrolledWindow,
    ...(chains?.steps ?? []),
    ...(parts?.steps ?? []),
    { kind: "order", axes: [...loops, ...inner] },
    ...outlineSteps(view, main, loops, plan),
  ];
}

/** Partial sums that a tile of few accumulators needs, so that one addition does not wait for the last. */
function chainsFor(plan: TilePlan, view: KernelView): number {
  const vectors = Math.min(plan.vectors, Math.ceil(likelyExtent(view, plan.lane, 64) / 4));
  const sums = plan.rows * plan.columns * vectors;
  return sums === 1 ? 4 : sums <= 3 ? 2 : 1;
}

/** V8 does not replace a running function: in a long kernel the loop over small pieces calls each as a function. */
function outlineSteps(view: KernelView, main: StageView, loops: readonly string[], plan: TilePlan): Schedule {
  const work = (axes: readonly string[]): number =>
    axes.reduce((all, axis) => all * likelyExtent(view, axis), 1);
  if (2 * workOf(view, main) < outlineAbove) return [];
  const perTile = plan.rows * plan.columns * (plan.across ? 1 : plan.vectors * 4);
  let inside = 2 * work(main.reduction) * perTile;
  for (const loop of [...loops].reverse()) {
    const many = constantOf(extentOf(view, loop.replace(/\.t$/, ""))) !== 1;
    if (inside >= outlineFrom && many) return [{ kind: "outline", axis: loop }];
    const axis = loop.replace(/\.t$/, "");
    const by =
      axis === plan.rowsAxis
        ? plan.rows
        : axis === plan.lane
          ? plan.vectors * 4
          : axis === plan.columnsAxis
            ? plan.columns
            : 1;
    inside *= Math.max(1, likelyExtent(view, axis) / by);
  }
  return [];
}
