import {
  constantOf,
  fromTerms,
  linearIn,
  mentions,
  scale,
  substitute,
  type Atom,
  type Form,
} from "../integers/index.ts";
import type { ExprOf, ForOf, Index, LoopExpr, Loops, LoopsOf, LoopStatement, StatementOf } from "./loops.ts";
import { indexOf } from "./index-of.ts";
import { collectOrigins, pointerKey, variablePart } from "./pointer-origins.ts";

/**
 * Addresses and bounds as arithmetic. An address is a pointer that all accesses share whose addresses differ by a
 * constant, and that constant as its displacement. A pointer that is linear in a serial loop's variable is an induction
 * of that loop; what a loop does not change is computed outside it; only the rest is computed in place.
 */
export function resolveIndices(nest: LoopsOf<Form>): Loops {
  const origins = collectOrigins(nest.body);
  const root: Level = { statements: [], pointers: new Map(), locals: new Set(), inductions: [] };
  const state: State = { origins, used: new Set(), count: 0 };
  resolveBlock(state, root, nest.body);
  return { ...nest, body: root.statements };
}

interface State {
  /** The least constant of all accesses that share a pointer. */
  readonly origins: ReadonlyMap<string, number>;
  /** Loop variables that are read as numbers. */
  readonly used: Set<string>;
  count: number;
}

/** A block under construction: of the code, of a loop, or of one side of an `if`. */
interface Level {
  readonly parent?: Level;
  readonly loop?: ForOf<Form>;
  readonly statements: LoopStatement[];
  readonly pointers: Map<string, Index>;
  /** Names bound in it. */
  readonly locals: Set<string>;
  readonly inductions: { name: string; from: Index; step: Index }[];
}

function resolveBlock(state: State, level: Level, statements: readonly StatementOf<Form>[]): void {
  for (const statement of statements) resolveStatement(state, level, statement);
}

function resolveStatement(state: State, level: Level, statement: StatementOf<Form>): void {
  switch (statement.kind) {
    case "for":
      resolveFor(state, level, statement);
      return;
    case "let":
      level.statements.push({ ...statement, value: resolveExpr(state, level, statement.value) });
      level.locals.add(statement.name);
      return;
    case "var":
    case "assign":
      level.statements.push({ ...statement, value: resolveExpr(state, level, statement.value) });
      return;
    case "index":
      level.statements.push({ ...statement, value: numberOf(state, level, statement.value) });
      level.locals.add(statement.name);
      return;
    case "store": {
      const value = resolveExpr(state, level, statement.value);
      level.statements.push({ ...statement, ...accessOf(state, level, statement), value });
      return;
    }
    case "if": {
      const condition = resolveExpr(state, level, statement.condition);
      const side = (block: readonly StatementOf<Form>[]): readonly LoopStatement[] => {
        const inner = innerLevel(level);
        resolveBlock(state, inner, block);
        return inner.statements;
      };
      const then = side(statement.then);
      const otherwise = side(statement.otherwise);
      level.statements.push({ kind: "if", condition, then, otherwise });
      return;
    }
    case "while": {
      const condition = resolveExpr(state, level, statement.condition);
      const inner = innerLevel(level);
      resolveBlock(state, inner, statement.body);
      level.statements.push({ kind: "while", condition, body: inner.statements });
      return;
    }
    case "barrier":
      level.statements.push(statement);
      return;
    default:
      statement satisfies never;
  }
}

function innerLevel(parent: Level, loop?: ForOf<Form>): Level {
  return {
    parent,
    ...(loop && { loop }),
    statements: [],
    pointers: new Map(),
    locals: new Set(),
    inductions: [],
  };
}

function resolveFor(state: State, level: Level, loop: ForOf<Form>): void {
  const from = numberOf(state, level, loop.from);
  const to = numberOf(state, level, loop.to);
  const inner = innerLevel(level, loop);
  resolveBlock(state, inner, loop.body);
  level.statements.push({
    ...loop,
    from,
    to,
    inductions: inner.inductions,
    counted: state.used.has(loop.name),
    body: inner.statements,
  });
}

function resolveExpr(state: State, level: Level, expr: ExprOf<Form>): LoopExpr {
  const inner = (operand: ExprOf<Form>): LoopExpr => resolveExpr(state, level, operand);
  switch (expr.kind) {
    case "constant":
    case "ramp":
    case "local":
      return expr;
    case "index":
      return { kind: "index", value: numberOf(state, level, expr.value) };
    case "load":
    case "load-strided":
      return { ...expr, ...accessOf(state, level, expr) };
    case "apply":
    case "pack":
      return { ...expr, operands: expr.operands.map(inner) };
    case "select":
      return {
        ...expr,
        condition: inner(expr.condition),
        then: inner(expr.then),
        otherwise: inner(expr.otherwise),
      };
    case "splat":
    case "lane":
    case "shuffle":
      return { ...expr, operand: inner(expr.operand) };
    default:
      return expr satisfies never;
  }
}

function accessOf(
  state: State,
  level: Level,
  access: { readonly operand: string; readonly address: Form; readonly displacement: number },
): { address: Index; displacement: number } {
  const { variable, fixed } = variablePart(access.address);
  const origin = originOf(state, access.operand, variable);
  return {
    address: pointer(state, level, access.operand, variable),
    displacement: fixed - origin + access.displacement,
  };
}

function originOf(state: State, operand: string | undefined, variable: Form): number {
  return operand === undefined ? 0 : (state.origins.get(pointerKey(operand, variable)) ?? 0);
}

/** A form as a number that is not an address. */
function numberOf(state: State, level: Level, form: Form): Index {
  const known = constantOf(form);
  if (known !== undefined) return constant(known);
  const { variable, fixed } = variablePart(form);
  return plus(pointer(state, level, undefined, variable), fixed);
}

const constant = (value: number): Index => ({ kind: "constant", value });

function plus(index: Index, fixed: number): Index {
  if (fixed === 0) return index;
  if (index.kind === "constant") return constant(index.value + fixed);
  return { kind: "add", left: index, right: constant(fixed) };
}

/** base + variable + origin, as a local of this level or an outer one; without an operand the variable part alone. */
function pointer(state: State, level: Level, operand: string | undefined, variable: Form): Index {
  const single = soleAtom(variable);
  if (operand === undefined && single?.kind === "axis") {
    state.used.add(single.name);
    return { kind: "local", name: single.name };
  }
  if (operand === undefined && single?.kind === "dim") return single;
  const key = pointerKey(operand, variable);
  const known = level.pointers.get(key);
  if (known !== undefined) return known;
  const made = makePointer(state, level, operand, variable);
  level.pointers.set(key, made);
  return made;
}

function soleAtom(form: Form): Atom | undefined {
  const [term, second] = form.terms;
  if (second !== undefined || term?.numerator !== 1 || term.denominator !== 1) return undefined;
  return term.factors.length === 1 ? term.factors[0] : undefined;
}

function makePointer(state: State, level: Level, operand: string | undefined, variable: Form): Index {
  const { parent, loop } = level;
  if (parent === undefined) return inPlace(state, level, operand, variable);
  if (mentions(variable, (atom) => isBound(level, atom))) return fromBound(state, level, operand, variable);
  if (loop === undefined || !mentions(variable, (atom) => isVariable(loop, atom))) {
    return pointer(state, parent, operand, variable);
  }
  const slope = slopeAlong(loop, variable);
  if (loop.bind !== "serial" || slope === undefined) return inPlace(state, level, operand, variable);
  const first = substitute(variable, (atom) => (isVariable(loop, atom) ? loop.from : undefined));
  const start = variablePart(first);
  const from = pointer(state, parent, operand, start.variable);
  const fixed = start.fixed + originOf(state, operand, variable) - originOf(state, operand, start.variable);
  const name = `${operand ?? "i"}_p${state.count++}`;
  level.inductions.push({
    name,
    from: plus(from, fixed),
    step: numberOf(state, parent, scale(slope, loop.step)),
  });
  return { kind: "local", name };
}

function isVariable(loop: ForOf<Form>, atom: Atom): boolean {
  return atom.kind === "axis" && atom.name === loop.name;
}

function isBound(level: Level, atom: Atom): boolean {
  return atom.kind === "axis" && level.locals.has(atom.name);
}

/** The coefficient of the loop's variable, where the form is linear in it. */
function slopeAlong(loop: ForOf<Form>, form: Form): Form | undefined {
  const parts = linearIn(form, (atom) => isVariable(loop, atom));
  const [only] = parts?.coefficients.values() ?? [];
  if (parts === undefined || only === undefined) return undefined;
  if (mentions(parts.rest, (atom) => isVariable(loop, atom))) return undefined;
  return only.coefficient.terms.every((term) => term.denominator === 1) ? only.coefficient : undefined;
}

/** Only what data say is computed here: the rest is a pointer as without it. */
function fromBound(state: State, level: Level, operand: string | undefined, variable: Form): Index {
  const isOwn = (term: Form["terms"][number]): boolean =>
    mentions(fromTerms([term]), (atom) => isBound(level, atom));
  const rest = fromTerms(variable.terms.filter((term) => !isOwn(term)));
  const whole = variable.terms.every((term) => term.denominator === 1);
  if (!whole || soleAtom(rest)?.kind === "axis" || rest.terms.length === 0) {
    return inPlace(state, level, operand, variable);
  }
  const base = pointer(state, level, operand, rest);
  const fixed = originOf(state, operand, variable) - originOf(state, operand, rest);
  const own = indexOf(fromTerms(variable.terms.filter(isOwn)), (name) => state.used.add(name));
  const name = `${operand ?? "i"}_p${state.count++}`;
  level.statements.push({
    kind: "index",
    name,
    value: plus({ kind: "add", left: base, right: own }, fixed),
  });
  return { kind: "local", name };
}

function inPlace(state: State, level: Level, operand: string | undefined, variable: Form): Index {
  const index = indexOf(variable, (name) => state.used.add(name));
  const value = plus(index, originOf(state, operand, variable));
  const whole: Index = operand === undefined ? value : offsetFrom(operand, value);
  if (whole.kind === "base" || whole.kind === "constant") return whole;
  const name = `${operand ?? "i"}_p${state.count++}`;
  level.statements.push({ kind: "index", name, value: whole });
  return { kind: "local", name };
}

function offsetFrom(operand: string, value: Index): Index {
  const base: Index = { kind: "base", operand };
  return value.kind === "constant" && value.value === 0 ? base : { kind: "add", left: base, right: value };
}
