import {
  add,
  atomForm,
  atomsOf,
  constant,
  fromTerms,
  interval,
  mentions,
  multiply,
  substitute,
  type Atom,
  type Form,
  type Term,
} from "../integers/index.ts";
import type { Dtype } from "../scalar/dtype.ts";
import type { Guard } from "./expr.ts";
import { stridesOf } from "./tensor.ts";

/** What the generated function of a node knows of a tensor that it reads. */
export interface Operand {
  /** The JavaScript variable of its values. */
  readonly variable: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** A loop that is open: what depends on no deeper one is computed here, before its other lines. */
export interface Level {
  /** The axis and its JavaScript variable; the outermost level has none. */
  readonly axis?: { readonly name: string; readonly variable: string; readonly extent: number };
  readonly hoisted: string[];
  /** Hoisted sums and their variables. */
  readonly known: Map<string, string>;
}

/** The JavaScript of one node while it is written. */
export interface Writer {
  readonly dims: ReadonlyMap<string, Form>;
  /** The turns of scans that the node mentions: numbers that the function is given. */
  readonly turns: ReadonlyMap<string, { readonly variable: string; readonly extent: number }>;
  readonly operandOf: (name: string) => Operand;
  readonly levels: Level[];
  /** The block that is being written. */
  lines: string[];
  variables: number;
}

/** The JavaScript of a value; a bool is 0 or 1. */
export interface Written {
  readonly code: string;
  readonly dtype: Dtype;
}

export function freshVariable(writer: Writer, letter: string): string {
  writer.variables += 1;
  return `${letter}${writer.variables}`;
}

export function openLevel(axis?: Level["axis"]): Level {
  return { ...(axis && { axis }), hoisted: [], known: new Map() };
}

/** The form with the values of dims in it, over axes and integer reads alone; whose declared ranges aren't trusted. */
export function settled(form: Form, writer: Writer): Form {
  return substitute(form, (atom) => {
    if (atom.kind === "dim") return writer.dims.get(atom.name);
    if (atom.kind !== "read") return undefined;
    const at = atom.at.map((subscript) => settled(subscript, writer));
    return atomForm({ kind: "read", operand: atom.operand, at });
  });
}

/**
 * A form times its common denominator, as JavaScript, and that denominator. The part over outer axes is hoisted, except
 * reads: a guard may protect them.
 */
export function writeScaled(form: Form, writer: Writer): { readonly code: string; readonly over: number } {
  const own = settled(form, writer);
  const over = own.terms.reduce((product, { denominator }) => leastMultiple(product, denominator), 1);
  const groups = new Map<number, Term[]>();
  const last = writer.levels.length - 1;
  for (const term of own.terms) {
    const depth = hasRead(term) ? last : depthOf(term, writer);
    groups.set(depth, [...(groups.get(depth) ?? []), term]);
  }
  let sum = "";
  for (const [depth, terms] of [...groups].sort(([a], [b]) => a - b)) {
    const code = [...(sum === "" ? [] : [sum]), ...terms.map((term) => writeTerm(term, over, writer))].join(
      " + ",
    );
    const isNumber = sum === "" && terms.every(({ factors }) => factors.length === 0);
    sum = depth === last || isNumber ? code : hoist(code, depth, writer);
  }
  return { code: sum === "" ? "0" : `(${sum})`, over };
}

export function writeForm(form: Form, writer: Writer): string {
  const { code, over } = writeScaled(form, writer);
  return over === 1 ? code : `(${code} / ${over})`;
}

function leastMultiple(a: number, b: number): number {
  let multiple = a;
  while (multiple % b !== 0) multiple += a;
  return multiple;
}

function hasRead(term: Term): boolean {
  return mentions(fromTerms([term]), ({ kind }) => kind === "read");
}

/** The innermost loop that a term depends on. */
function depthOf(term: Term, writer: Writer): number {
  const names = atomsOf(fromTerms([term])).flatMap((atom) => (atom.kind === "axis" ? [atom.name] : []));
  return Math.max(0, ...names.map((name) => writer.levels.findIndex((level) => level.axis?.name === name)));
}

function hoist(code: string, depth: number, writer: Writer): string {
  const level = writer.levels[depth];
  if (level === undefined) throw new Error("bug: a loop that is not open");
  const known = level.known.get(code);
  if (known !== undefined) return known;
  const variable = freshVariable(writer, "h");
  level.hoisted.push(`const ${variable} = ${code};`);
  level.known.set(code, variable);
  return variable;
}

function writeTerm(term: Term, over: number, writer: Writer): string {
  const coefficient = (term.numerator * over) / term.denominator;
  const factors = term.factors.map((atom) => writeAtom(atom, writer));
  if (coefficient === 1 && factors.length > 0) return factors.join(" * ");
  return [coefficient < 0 ? `(${coefficient})` : coefficient, ...factors].join(" * ");
}

function writeAtom(atom: Atom, writer: Writer): string {
  switch (atom.kind) {
    case "dim":
      throw new Error(`bug: ${atom.name} has no value`);
    case "axis":
      return axisNamed(atom.name, writer).variable;
    case "floor":
      return `Math.floor(${writeForm(atom.of, writer)} / ${writeForm(atom.by, writer)})`;
    case "min":
    case "max":
      return `Math.${atom.kind}(${writeForm(atom.left, writer)}, ${writeForm(atom.right, writer)})`;
    case "read":
      return writeRead(atom.operand, atom.at, writer);
    default:
      return atom satisfies never;
  }
}

/**
 * An element of a tensor. A subscript that is not seen to stay within its axis is checked when the read is evaluated: a
 * graph that reads outside is wrong.
 */
export function writeRead(name: string, at: readonly Form[], writer: Writer): string {
  const operand = writer.operandOf(name);
  return `${operand.variable}[${writeAddress({ name, shape: operand.shape }, at, writer)}]`;
}

/** Where an element of a tensor lies. */
export function writeAddress(
  operand: { readonly name: string; readonly shape: readonly number[] },
  at: readonly Form[],
  writer: Writer,
): string {
  const strides = stridesOf(operand.shape);
  let address: Form = constant(0);
  const checked: string[] = [];
  at.forEach((subscript, axis) => {
    const [extent, stride] = [operand.shape[axis] ?? 0, strides[axis] ?? 1];
    const form = settled(subscript, writer);
    const { low, high } = interval(form, (atom) => rangeOf(atom, writer));
    if (low >= 0 && high < extent) {
      address = add(address, multiply(form, constant(stride)));
      return;
    }
    const value = freshVariable(writer, "s");
    writer.lines.push(`const ${value} = ${writeForm(form, writer)};`);
    writer.lines.push(
      `if (!(${value} >= 0 && ${value} < ${extent})) outside(${JSON.stringify(operand.name)}, ${axis}, ${value});`,
    );
    checked.push(stride === 1 ? value : `${value} * ${stride}`);
  });
  const inside = address.terms.length === 0 && checked.length > 0 ? [] : [writeForm(address, writer)];
  return [...inside, ...checked].join(" + ");
}

function rangeOf(atom: Atom, writer: Writer): { low: Form; high: Form } | undefined {
  if (atom.kind !== "axis") return undefined;
  return { low: constant(0), high: constant(axisNamed(atom.name, writer).extent - 1) };
}

function axisNamed(name: string, writer: Writer): { readonly variable: string; readonly extent: number } {
  const level = writer.levels.find((open) => open.axis?.name === name);
  const found = level?.axis ?? writer.turns.get(name);
  if (found === undefined) throw new Error(`bug: the axis ${name} is not in scope`);
  return found;
}

/** The condition that a guard holds. */
export function writeGuard(guard: Guard, writer: Writer): string {
  return `${writeScaled(guard.form, writer).code} ${guard.relation === "zero" ? "===" : ">="} 0`;
}

/** What `write` answers, and the lines that it wrote, apart from those around. */
export function inBlock<Result>(writer: Writer, write: () => Result): readonly [Result, readonly string[]] {
  const around = writer.lines;
  writer.lines = [];
  const result = write();
  const lines = writer.lines;
  writer.lines = around;
  return [result, lines];
}
