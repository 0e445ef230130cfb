import { carryNode, computeNode, lastNode, literal, read } from "../graph/build.ts";
import type { Axis } from "../graph/expr.ts";
import type { CarryNode, ComputeNode, LastNode, Node, ScatterNode, StackNode } from "../graph/graph.ts";
import { axis as axisForm, one, subtract, type Form } from "../integers/index.ts";
import { axisNames, nodeOf, type Building, type OpenScan } from "./building.ts";
import { adjointOfRead } from "./gather.ts";
import { placesOf } from "./places.ts";
import { stackOf } from "./replay.ts";
import { termAt, type Term } from "./term.ts";
import { total } from "./total.ts";

/** What a sweep knows that goes back through scans. */
export interface ScanSweep {
  readonly free: readonly Axis[];
  /** The turns in which the differentiated node stands; they are not gone back through. */
  readonly base: readonly string[];
  readonly onTheWay: ReadonlySet<string>;
  readonly adjointOf: (name: string) => Term | undefined;
}

/** How adjoints go through scans: an adjoint of a member is a member of a scan in reversed time. */
export interface ReversedScans {
  /** What comes to a node from being what a carry is in the next turn. */
  readonly fromNextTurn: (name: string, axes: readonly Axis[]) => readonly Term[];
  /** What comes to a node from a carry that begins with it, or from what it is seen as outside of its scan. */
  readonly fromResult: (
    reader: CarryNode | LastNode | StackNode,
    name: string,
    axes: readonly Axis[],
  ) => readonly Term[];
  /**
   * The adjoint of a node as what stands around `around` sees it, over axes for all turns of the scans between; and
   * which turns the values of its body are of.
   */
  readonly overTurns: (
    node: ComputeNode | ScatterNode,
    adjoint: Term,
    around: readonly string[],
    loops: readonly Axis[],
  ) => {
    readonly times: ReadonlyMap<string, Form>;
    readonly axes: readonly Axis[];
    readonly seen: Term;
  };
}

/** The scan of adjoints, whose turn s goes back over the turn `extent − 1 − s`. */
interface Reversed {
  readonly scan: OpenScan;
  readonly time: Form;
  /** By the carry: what carries its adjoint. */
  readonly carries: ReadonlyMap<string, string>;
}

export function reverseScans(sweep: ScanSweep, building: Building): ReversedScans {
  const { free, base, onTheWay, adjointOf } = sweep;
  const { chainOf, chainAround } = building.nesting;
  const reversed = new Map<string, Reversed>();
  const scanOf = (turn: string): OpenScan => {
    const scan = building.scans.find((each) => each.turn === turn);
    if (scan === undefined) throw new Error(`bug: there is no scan ${turn}`);
    return scan;
  };
  const isBase = (turn: string): boolean => base.includes(turn);
  const reverse = (turn: string): Reversed => {
    // The scan around comes first, and may ask for this one on its way.
    const outer = chainAround(turn).at(-1);
    const around = outer === undefined || isBase(outer) ? outer : reverse(outer).scan.turn;
    const known = reversed.get(turn);
    if (known !== undefined) return known;
    const forward = scanOf(turn);
    const carries = forward.carries.filter(({ current }) => onTheWay.has(current));
    const last = carries.map(({ current }) => adjointAfter(current));
    const scan = building.addScan(turn, forward.extent, around);
    const first = carries.map(({ current }, place) =>
      materialise(last[place], nodeOf(building, current), `${current}.last`),
    );
    const made = new Map<string, string>();
    carries.forEach(({ current }, place) => {
      const node = carryNode(building.freshName(`d.${current}`), scan, nodeOf(building, first[place] ?? ""));
      building.add(node);
      made.set(current, node.name);
    });
    const time = subtract(subtract(forward.extent, one), axisForm(scan.turn));
    const own = { scan, time, carries: made };
    reversed.set(turn, own);
    for (const { current } of carries) {
      const next = materialise(adjointOf(current), nodeOf(building, current), `${current}.turn`);
      scan.carries.push({ current: made.get(current) ?? "", next });
    }
    return own;
  };
  /** Of a carry, what its value after the last turn is seen for. */
  const adjointAfter = (carry: string): Term | undefined => {
    const node = nodeOf(building, carry);
    const axes = placesOf(node, free, building);
    const terms = [...building.nodes.values()].flatMap((each): readonly Term[] => {
      if (each.kind !== "last" || each.of !== carry || !onTheWay.has(each.name)) return [];
      const adjoint = adjointOf(each.name);
      return adjoint === undefined ? [] : [{ axes, ...termAt(adjoint, formsOf(axes)) }];
    });
    return total(terms, { name: `d.${carry}.last`, dtype: node.dtype, free }, building);
  };
  /** A node with a value for each of the free axes and each place. */
  const materialise = (term: Term | undefined, of: Node, name: string): string => {
    const axes = placesOf(of, free, building);
    const { guards, expr } =
      term === undefined ? { guards: [], expr: literal(0, of.dtype) } : termAt(term, formsOf(axes));
    const node = computeNode({
      name: building.freshName(`d.${name}`),
      dtype: of.dtype,
      axes: [...free, ...axes],
      domain: guards,
      body: expr,
    });
    building.add(node);
    return node.name;
  };
  const timesOf = (chain: readonly string[]): Map<string, Form> =>
    new Map(chain.filter((turn) => !isBase(turn)).map((turn) => [turn, reverse(turn).time]));
  const whole = new Map<string, string>();
  const readAll = (name: string, axes: readonly Axis[], ...leading: readonly Form[]): Term => ({
    axes,
    guards: [],
    expr: read(name, ...leading, ...formsOf(free), ...formsOf(axes)),
  });
  /** What is read over all turns of a scan, summed. */
  const overAll = (
    turn: string,
    name: string,
    axes: readonly Axis[],
    at: (time: Form, places: readonly Axis[]) => Pick<Term, "guards" | "expr">,
  ): readonly Term[] => {
    const fresh = axisNames(building, free, axes);
    const time = { name: fresh("t"), extent: scanOf(turn).extent };
    const places = axes.map((axis) => ({ ...axis, name: fresh(axis.name) }));
    const term = adjointOfRead(
      {
        name: `d.${name}.turns`,
        axes,
        free,
        summed: [time, ...places],
        at: formsOf(places),
        isConditional: false,
        ...at(axisForm(time.name), places),
      },
      building,
    );
    return term === undefined ? [] : [term];
  };
  return {
    fromNextTurn: (name, axes) =>
      building.scans
        .filter(({ turn }) => !isBase(turn))
        .flatMap(({ turn, carries }) =>
          carries.flatMap(({ current, next }) => {
            if (next !== name || !onTheWay.has(current)) return [];
            const { scan, carries: adjoints } = reverse(turn);
            const adjoint = adjoints.get(current) ?? "";
            if (chainOf(name).includes(turn)) return [readAll(adjoint, axes)];
            const all = stackOf(scan.turn, adjoint, building);
            return overAll(turn, name, axes, (time, places) => readAll(all, places, time));
          }),
        ),
    fromResult: (reader, name, axes) => {
      const { turn } = reader;
      if (isBase(turn) || reader.kind === "last") return [];
      if (reader.kind === "carry") {
        const { scan, carries } = reverse(turn);
        const adjoint = carries.get(reader.name);
        if (adjoint === undefined) return [];
        const node = lastNode(building.freshName(`${adjoint}.last`), scan, nodeOf(building, adjoint));
        building.add(node);
        return [readAll(node.name, axes)];
      }
      const adjoint = adjointOf(reader.name);
      if (adjoint === undefined) return [];
      if (!chainOf(name).includes(turn))
        return overAll(turn, name, axes, (time, places) => termAt(adjoint, [time, ...formsOf(places)]));
      return [{ axes, ...termAt(adjoint, [reverse(turn).time, ...formsOf(axes)]) }];
    },
    overTurns: (node, adjoint, around, loops) => {
      const chain = chainOf(node.name);
      const between = chain.filter((turn) => !around.includes(turn) && !isBase(turn));
      const times = timesOf(chain.filter((turn) => around.includes(turn)));
      if (between.length === 0) return { times, axes: [], seen: adjoint };
      const fresh = axisNames(building, free, loops);
      const axes = between.map((turn) => ({
        name: fresh(turn.replace(/\$.*$/, "")),
        extent: scanOf(turn).extent,
      }));
      const known = whole.get(node.name) ?? materialise(adjoint, node, `${node.name}.turn`);
      whole.set(node.name, known);
      const all = between.reduceRight((of, turn) => stackOf(reverse(turn).scan.turn, of, building), known);
      // Turn s of the reversed scan is of the turn extent − 1 − s.
      const back = axes.map(({ name, extent }) => subtract(subtract(extent, one), axisForm(name)));
      between.forEach((turn, place) => times.set(turn, axisForm(axes[place]?.name ?? "")));
      return { times, axes, seen: readAll(all, placesOf(node, [...free, ...axes], building), ...back) };
    },
  };
}

function formsOf(axes: readonly Axis[]): readonly Form[] {
  return axes.map((axis) => axisForm(axis.name));
}
