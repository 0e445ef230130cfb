import { bytesOf, type Dtype } from "../scalar/dtype.ts";
import { roundToHalf } from "../scalar/half.ts";
import { meaningOf } from "./loop-meaning.ts";
import {
  registerOf,
  type ForOf,
  type Index,
  type LoopExpr,
  type Loops,
  type LoopStatement,
} from "./loops.ts";

/** f32: every result is rounded as a target rounds it. f64: not at all, to tell a wrong order from a rounding. */
export type Precision = "f32" | "f64";

/** Storage of each operand, one number an element, in the order of its layout. */
export type LoopMemory = Readonly<Record<string, Float64Array>>;

/**
 * Runs code in plain JavaScript, writing to `memory`. Reads and writes outside an operand throw. The iterations of `local`
 * loops take turns at barriers. The code becomes a JavaScript function: walking the tree is too slow for a convolution.
 */
export function interpretLoops(
  loops: Loops,
  memory: LoopMemory,
  dims: Readonly<Record<string, number>>,
  precision: Precision = "f32",
): void {
  const scratch = loops.scratch.map(({ name, bytes }) => [name, new Float64Array(bytes)] as const);
  const operands = { ...memory, ...Object.fromEntries(scratch) };
  const writer = makeWriter(precision);
  const body = writeBlock(writer, loops.body);
  const source = `"use strict"; return function* (memory, dims, helper) {\n${body}\n}`;
  // The source is made of our own names and numbers alone; nothing of a user's text is in it.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-type-assertion -- generated from our own names and numbers
  const make = new Function(source) as () => (
    memory: LoopMemory,
    dims: Readonly<Record<string, number>>,
    helper: Helper,
  ) => Generator<undefined, void>;
  const run = make()(operands, dims, makeHelper(writer));
  // A workgroup stops here at each of its barriers.
  while (run.next().done !== true);
}

interface Writer {
  readonly precision: Precision;
  readonly names: Map<string, string>;
  /** Functions that the source calls by number. */
  readonly functions: ((a: number, b: number, c: number) => number)[];
}

function makeWriter(precision: Precision): Writer {
  return { precision, names: new Map(), functions: [] };
}

/** What the source can't say itself. */
interface Helper {
  readonly functions: Writer["functions"];
  readonly map: (
    fn: (a: number, b: number, c: number) => number,
    a: readonly number[],
    b: readonly number[],
    c: readonly number[],
  ) => readonly number[];
  readonly load: (memory: Float64Array | undefined, address: number, bytes: number, name: string) => number;
  readonly store: (
    memory: Float64Array | undefined,
    address: number,
    bytes: number,
    value: number,
    dtype: Dtype,
  ) => void;
  readonly together: (threads: readonly Generator<undefined, void>[]) => Generator<undefined, void>;
}

function makeHelper(writer: Writer): Helper {
  return {
    functions: writer.functions,
    map: (fn, a, b, c) => a.map((value, lane) => fn(value, b[lane] ?? 0, c[lane] ?? 0)),
    load: (memory, address, bytes, name) => {
      const value = memory?.[address / bytes];
      if (value === undefined) throw new RangeError(`${name} is read at byte ${address}, outside`);
      return value;
    },
    store: (memory, address, bytes, value, dtype) => {
      const place = address / bytes;
      if (memory === undefined || !Number.isInteger(place) || place < 0 || place >= memory.length) {
        throw new RangeError(`byte ${address} is written, outside`);
      }
      memory[place] = stored(value, dtype, writer.precision);
    },
    together,
  };
}

const storedAs: Readonly<Record<Dtype, (value: number) => number>> = {
  f32: Math.fround,
  f16: roundToHalf,
  i32: (value) => value | 0,
  i8: (value) => (value << 24) >> 24,
  u8: (value) => value & 255,
  bool: (value) => (value === 0 ? 0 : 1),
};

function stored(value: number, dtype: Dtype, precision: Precision): number {
  return precision === "f64" && dtype === "f32" ? value : storedAs[dtype](value);
}

/** All run to their next barrier, then all go on. */
function* together(threads: readonly Generator<undefined, void>[]): Generator<undefined, void> {
  for (;;) {
    const ended = threads.map((thread) => thread.next().done === true);
    if (ended.every((one) => one)) return;
    if (ended.some((one) => one)) throw new Error("bug: a barrier that not all threads reach");
    yield;
  }
}

function nameOf(writer: Writer, name: string): string {
  const known = writer.names.get(name);
  if (known !== undefined) return known;
  const made = `v${writer.names.size}`;
  writer.names.set(name, made);
  return made;
}

function functionAt(writer: Writer, fn: (a: number, b: number, c: number) => number): string {
  writer.functions.push(fn);
  return `helper.functions[${writer.functions.length - 1}]`;
}

function writeBlock(writer: Writer, statements: readonly LoopStatement[]): string {
  return statements.map((statement) => writeStatement(writer, statement)).join("\n");
}

function writeStatement(writer: Writer, statement: LoopStatement): string {
  const expr = (value: LoopExpr): string => writeExpr(writer, value);
  switch (statement.kind) {
    case "for":
      return writeFor(writer, statement);
    case "let":
    case "var":
      return `let ${nameOf(writer, statement.name)} = ${expr(statement.value)};`;
    case "index":
      return `let ${nameOf(writer, statement.name)} = ${writeIndex(writer, statement.value)};`;
    case "assign":
      return `${nameOf(writer, statement.name)} = ${expr(statement.value)};`;
    case "store":
      return writeStore(writer, statement);
    case "if":
      return `if (${expr(statement.condition)}) {\n${writeBlock(writer, statement.then)}\n} else {\n${writeBlock(writer, statement.otherwise)}\n}`;
    case "while":
      return `while (${expr(statement.condition)}) {\n${writeBlock(writer, statement.body)}\n}`;
    case "barrier":
      return "yield;";
    default:
      return statement satisfies never;
  }
}

function writeFor(writer: Writer, loop: ForOf<Index>): string {
  const name = nameOf(writer, loop.name);
  const index = (value: Index): string => writeIndex(writer, value);
  const body = writeBlock(writer, loop.body);
  if (loop.bind === "local") {
    const thread = `(function* (${name}) {\n${body}\n})`;
    const count = `Math.max(0, Math.ceil((${index(loop.to)} - ${index(loop.from)}) / ${loop.step}))`;
    return `yield* helper.together(Array.from({ length: ${count} }, (_, i) => ${thread}(${index(loop.from)} + i * ${loop.step})));`;
  }
  const inductions = loop.inductions.map((one) => ({ ...one, text: nameOf(writer, one.name) }));
  const start = inductions.map((one) => `let ${one.text} = ${index(one.from)};`).join(" ");
  // Each turn sees its own copies, as closures of inner threads must.
  const copies = [name, ...inductions.map((one) => one.text)];
  const step = [
    `${name} += ${loop.step};`,
    ...inductions.map((one) => `${one.text} = (${one.text} + ${index(one.step)}) | 0;`),
  ].join(" ");
  return `{ ${start} let ${name} = ${index(loop.from)}; const end = ${index(loop.to)};
while (${name} < end) {
{ const kept = [${copies.join(", ")}]; { let [${copies.join(", ")}] = kept;
${body}
} }
${step} } }`;
}

function writeStore(writer: Writer, store: LoopStatement & { kind: "store" }): string {
  const bytes = bytesOf[store.dtype];
  const target = `memory[${JSON.stringify(store.operand)}]`;
  const address = `${writeIndex(writer, store.address)} + ${store.displacement}`;
  const value = writeExpr(writer, store.value);
  if (store.access === "single") {
    return `helper.store(${target}, ${address}, ${bytes}, ${value}, "${store.dtype}");`;
  }
  return `{ const lanes = ${value}; for (let i = 0; i < 4; i++) helper.store(${target}, ${address} + i * ${bytes}, ${bytes}, lanes[i], "${store.dtype}"); }`;
}

function writeExpr(writer: Writer, expr: LoopExpr): string {
  const inner = (value: LoopExpr): string => writeExpr(writer, value);
  switch (expr.kind) {
    case "constant": {
      const rounded =
        expr.register.type === "f32" && writer.precision === "f32" ? Math.fround(expr.value) : expr.value;
      const text = Object.is(rounded, -0) ? "-0" : String(rounded);
      return expr.register.lanes === 4 ? `[${text}, ${text}, ${text}, ${text}]` : `(${text})`;
    }
    case "ramp":
      return "[0, 1, 2, 3]";
    case "local":
      return nameOf(writer, expr.name);
    case "index":
      return writeIndex(writer, expr.value);
    case "load":
      return writeLoad(writer, expr);
    case "load-strided": {
      const single = (lane: number): string => writeElement(writer, expr, lane * expr.stride);
      return `[${[0, 1, 2, 3].map(single).join(", ")}]`;
    }
    case "apply": {
      const [first] = expr.operands;
      const type = first === undefined ? expr.register.type : registerOf(first).type;
      const round = writer.precision === "f32" ? Math.fround : (value: number): number => value;
      const fn = functionAt(writer, meaningOf(expr.fn, type, round));
      const operands = expr.operands.map(inner);
      if (expr.register.lanes === 1) return `${fn}(${operands.join(", ")})`;
      return `helper.map(${fn}, ${[0, 1, 2].map((place) => operands[place] ?? "[]").join(", ")})`;
    }
    case "select":
      if (expr.register.lanes === 1) {
        return `(${inner(expr.condition)} ? ${inner(expr.then)} : ${inner(expr.otherwise)})`;
      }
      return `helper.map(${functionAt(writer, (test, yes, no) => (test ? yes : no))}, ${inner(expr.condition)}, ${inner(expr.then)}, ${inner(expr.otherwise)})`;
    case "splat":
      return `Array(4).fill(${inner(expr.operand)})`;
    case "pack":
      return `[${expr.operands.map(inner).join(", ")}]`;
    case "lane":
      return `${inner(expr.operand)}[${expr.lane}]`;
    case "shuffle": {
      const by = expr.pattern === "rotate1" ? 1 : 2;
      return `((v) => [0, 1, 2, 3].map((i) => v[(i + ${by}) % 4]))(${inner(expr.operand)})`;
    }
    default:
      return expr satisfies never;
  }
}

interface Place {
  readonly operand: string;
  readonly dtype: Dtype;
  readonly address: Index;
  readonly displacement: number;
}

function writeElement(writer: Writer, load: Place, offset: number): string {
  const name = JSON.stringify(load.operand);
  const address = `${writeIndex(writer, load.address)} + ${load.displacement + offset}`;
  return `helper.load(memory[${name}], ${address}, ${bytesOf[load.dtype]}, ${name})`;
}

function writeLoad(writer: Writer, load: LoopExpr & { kind: "load" }): string {
  if (load.access === "single") return writeElement(writer, load, 0);
  if (load.access === "splat") return `Array(4).fill(${writeElement(writer, load, 0)})`;
  const bytes = bytesOf[load.dtype];
  return `[${[0, 1, 2, 3].map((lane) => writeElement(writer, load, lane * bytes)).join(", ")}]`;
}

function writeIndex(writer: Writer, index: Index): string {
  switch (index.kind) {
    case "constant":
      return `(${index.value})`;
    case "local":
      return nameOf(writer, index.name);
    case "dim":
      return `dims[${JSON.stringify(index.name)}]`;
    case "base":
      return "0";
    default: {
      const [a, b] = [writeIndex(writer, index.left), writeIndex(writer, index.right)];
      const forms = {
        add: `((${a} + ${b}) | 0)`,
        multiply: `Math.imul(${a}, ${b})`,
        divideFloor: `Math.floor(${a} / ${b})`,
        minimum: `Math.min(${a}, ${b})`,
        maximum: `Math.max(${a}, ${b})`,
      };
      return forms[index.kind];
    }
  }
}
