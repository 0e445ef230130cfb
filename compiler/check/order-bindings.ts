import type { Session } from "./checker-types.ts";
import { changedByApplication } from "./changed-states.ts";
import { pathKey } from "./instances.ts";
import { tell } from "./session.ts";
import type { Application, Binding, BodyScan } from "./typed.ts";

type Operands = (binding: Binding) => readonly string[];

/** What comes before a binding beside its operands. */
type Before = Map<Binding, Binding[]>;

/** An application that changes states. */
interface Changer {
  readonly binding: Application;
  readonly keys: readonly string[];
  /** The scans of this body in which it stands, the outermost first. */
  readonly turns: readonly string[];
}

/**
 * What changes one state several times does so in the order of the text, unless one needs what another gives; what does
 * it in a scan comes before what the scan gives. All else stays in its order, which is that of who asks for it.
 */
export function orderBindings(
  bindings: readonly Binding[],
  scans: readonly BodyScan[],
  operandsOf: Operands,
  session: Session,
): readonly Binding[] {
  const own = new Set(scans.map(({ turn }) => turn));
  const changers = bindings.flatMap((binding): readonly Changer[] => {
    if (binding.kind !== "application") return [];
    const keys = changedByApplication(binding).map(({ path }) => pathKey(path));
    return keys.length === 0 ? [] : [{ binding, keys, turns: binding.turns.filter((turn) => own.has(turn)) }];
  });
  if (changers.length < 2 && changers.every(({ turns }) => turns.length === 0)) return bindings;
  const before: Before = new Map();
  const put = (first: Binding, second: Binding): void => {
    before.set(second, [...(before.get(second) ?? []), first]);
  };
  const resultsOf = (turn: string): readonly Binding[] =>
    bindings.filter((one) => (one.kind === "last" || one.kind === "stack") && one.turn === turn);
  const insideOf = (turn: string): readonly Binding[] =>
    changers.flatMap(({ turns, binding }) => (turns.includes(turn) ? [binding] : []));
  for (const turn of own)
    for (const result of resultsOf(turn)) for (const inside of insideOf(turn)) put(inside, result);
  const needed = (binding: Binding): readonly Binding[] =>
    neededBy(binding, bindings, scans, operandsOf, before);
  const needs = (binding: Binding, other: Binding): boolean => {
    const seen = new Set<Binding>();
    const visit = (one: Binding): boolean => {
      if (one === other) return true;
      if (seen.has(one)) return false;
      seen.add(one);
      return needed(one).some(visit);
    };
    return visit(binding);
  };
  const byText = changers.toSorted((a, b) => a.binding.span.start - b.binding.span.start);
  for (const [place, first] of byText.entries()) {
    for (const second of byText.slice(place + 1)) {
      if (!first.keys.some((key) => second.keys.includes(key))) continue;
      // Each of them, or the outermost scan that only one of them stands in.
      const [firstScan, secondScan] = [scanApart(first, second), scanApart(second, first)];
      const starts = (one: Changer, scan: string | undefined): readonly Binding[] =>
        scan === undefined ? [one.binding] : insideOf(scan);
      const ends = (one: Changer, scan: string | undefined): readonly Binding[] =>
        scan === undefined ? [one.binding] : resultsOf(scan);
      const isTurned = starts(first, firstScan).some((start) =>
        ends(second, secondScan).some((end) => needs(start, end)),
      );
      const [earlier, later] = isTurned
        ? [ends(second, secondScan), starts(first, firstScan)]
        : [ends(first, firstScan), starts(second, secondScan)];
      for (const end of earlier) for (const start of later) put(end, start);
    }
  }
  return inOrder(bindings, needed, session);
}

function scanApart({ turns }: Changer, other: Changer): string | undefined {
  return turns.find((turn) => !other.turns.includes(turn));
}

function neededBy(
  binding: Binding,
  bindings: readonly Binding[],
  scans: readonly BodyScan[],
  operandsOf: Operands,
  before: Before,
): readonly Binding[] {
  const operands =
    binding.kind === "carry"
      ? [binding.of]
      : binding.kind === "last" || binding.kind === "stack"
        ? [
            binding.of,
            ...scans.flatMap(({ turn, carries }) =>
              turn === binding.turn ? carries.map(({ next }) => next) : [],
            ),
          ]
        : operandsOf(binding);
  const names = new Set(operands.map((operand) => operand.split(".")[0] ?? operand));
  return [...bindings.filter(({ name }) => names.has(name)), ...(before.get(binding) ?? [])];
}

function inOrder(
  bindings: readonly Binding[],
  needed: (binding: Binding) => readonly Binding[],
  session: Session,
): readonly Binding[] {
  const ordered = new Set<Binding>();
  const open = new Set<Binding>();
  const visit = (binding: Binding, inside: Application | undefined): void => {
    if (ordered.has(binding)) return;
    if (open.has(binding)) {
      reportCircle(inside ?? binding, session);
      return;
    }
    open.add(binding);
    const own = binding.kind === "application" && binding.turns.length > 0 ? binding : inside;
    for (const other of needed(binding)) visit(other, own);
    open.delete(binding);
    ordered.add(binding);
  };
  for (const binding of bindings) visit(binding, undefined);
  return [...ordered];
}

function reportCircle({ span }: Binding, session: Session): void {
  tell(session, "DLC2004", {
    message: "this changes a state in each turn of a scan, and depends on what comes of all turns",
    span,
    help: ["let it stand outside of the scan, or carry what it needs"],
  });
}
