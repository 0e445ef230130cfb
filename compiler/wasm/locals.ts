import binaryen from "binaryen";
import type { Lanes, RegisterType } from "../plan/loops.ts";
import type { Module, Ref, Variant } from "./module.ts";

/** A function of the module under construction: its locals by name, and constants that wait in locals. */
export interface Writer {
  readonly module: Module;
  readonly variant: Variant;
  /** Functions are named after it. */
  readonly name: string;
  readonly locals: Map<string, Local>;
  /** Types of the locals after the parameters. */
  readonly types: binaryen.Type[];
  readonly parameterCount: number;
  /** Vector constants, set once at the start: V8 makes a v128.const anew wherever it stands. */
  readonly constants: Map<string, Local>;
  readonly start: Ref[];
  readonly counter: { count: number };
}

export interface Local {
  readonly index: number;
  readonly type: binaryen.Type;
}

export interface Parameter {
  readonly name: string;
  readonly type: binaryen.Type;
}

export function makeWriter(
  module: Module,
  variant: Variant,
  name: string,
  parameters: readonly Parameter[],
  counter: { count: number },
): Writer {
  return {
    module,
    variant,
    name,
    locals: new Map(parameters.map((one, index) => [one.name, { index, type: one.type }])),
    types: [],
    parameterCount: parameters.length,
    constants: new Map(),
    start: [],
    counter,
  };
}

export function addLocal(writer: Writer, name: string, type: binaryen.Type): Local {
  const local = { index: writer.parameterCount + writer.types.length, type };
  writer.types.push(type);
  writer.locals.set(name, local);
  return local;
}

export function localNamed(writer: Writer, name: string): Local {
  const local = writer.locals.get(name);
  if (local === undefined) throw new Error(`bug: ${writer.name} has no local ${name}`);
  return local;
}

export function getLocal(writer: Writer, name: string): Ref {
  const local = localNamed(writer, name);
  return writer.module.local.get(local.index, local.type);
}

export function setLocal(writer: Writer, local: Local, value: Ref): Ref {
  return writer.module.local.set(local.index, value);
}

export function typeOfRegister(type: RegisterType, lanes: Lanes): binaryen.Type {
  if (lanes === 4) return binaryen.v128;
  return type === "f32" ? binaryen.f32 : binaryen.i32;
}

export function baseName(operand: string): string {
  return `base ${operand}`;
}

export function dimName(dim: string): string {
  return `dim ${dim}`;
}

/** A vector constant; zero is as cheap as a local, others wait in one. */
export function vectorConstant(writer: Writer, words: Int32Array): Ref {
  const { module } = writer;
  const literal = module.v128.const(new Uint8Array(words.slice().buffer));
  if (words.every((word) => word === 0)) return literal;
  const key = words.join(" ");
  let local = writer.constants.get(key);
  if (local === undefined) {
    local = addLocal(writer, `constant ${key}`, binaryen.v128);
    writer.constants.set(key, local);
    writer.start.push(setLocal(writer, local, literal));
  }
  return module.local.get(local.index, local.type);
}
