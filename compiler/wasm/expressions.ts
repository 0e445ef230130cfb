import { registerOf, type LoopExpr, type Register, type RegisterType } from "../plan/loops.ts";
import { emitFunction, type Kind } from "./functions.ts";
import { emitIndex } from "./indices.ts";
import { getLocal, vectorConstant, type Writer } from "./locals.ts";
import { emitLoad, emitStridedLoad } from "./loads.ts";
import type { Ref } from "./module.ts";

export function kindOf(register: Register): Kind {
  return register.lanes === 4 ? `${register.type}x4` : register.type;
}

export function emitExpr(writer: Writer, expr: LoopExpr): Ref {
  const { module } = writer;
  switch (expr.kind) {
    case "constant":
      return emitConstant(writer, expr.register, expr.value);
    case "ramp":
      return vectorConstant(writer, Int32Array.of(0, 1, 2, 3));
    case "local":
      return getLocal(writer, expr.name);
    case "index":
      return emitIndex(writer, expr.value);
    case "load":
      return emitLoad(writer, expr);
    case "load-strided":
      return emitStridedLoad(writer, expr);
    case "apply":
      return emitApply(writer, expr);
    case "select": {
      const condition = emitExpr(writer, expr.condition);
      const then = emitExpr(writer, expr.then);
      const otherwise = emitExpr(writer, expr.otherwise);
      return expr.register.lanes === 4
        ? module.v128.bitselect(then, otherwise, condition)
        : module.select(condition, then, otherwise);
    }
    case "splat":
      return emitSplat(writer, expr.register.type, emitExpr(writer, expr.operand));
    case "pack":
      return emitPack(writer, expr.register.type, expr.operands);
    case "lane":
      return emitLane(writer, expr.register.type, emitExpr(writer, expr.operand), expr.lane);
    case "shuffle": {
      const vector = emitExpr(writer, expr.operand);
      const by = expr.pattern === "rotate1" ? 4 : 8;
      const mask = Array.from({ length: 16 }, (_, byte) => (byte + by) % 16);
      return module.i8x16.shuffle(vector, module.copyExpression(vector), mask);
    }
    default:
      return expr satisfies never;
  }
}

const floatWord = new Float32Array(1);
const integerWord = new Int32Array(floatWord.buffer);

/** The bits of one lane; a true lane of a mask is all ones. */
function wordOf(type: RegisterType, value: number): number {
  if (type === "i32") return value | 0;
  if (type === "bool") return value === 0 ? 0 : -1;
  floatWord[0] = value;
  return integerWord[0] ?? 0;
}

function emitConstant(writer: Writer, register: Register, value: number): Ref {
  const { module } = writer;
  if (register.lanes === 4) {
    return vectorConstant(writer, new Int32Array(4).fill(wordOf(register.type, value)));
  }
  return register.type === "f32" ? module.f32.const(value) : module.i32.const(value);
}

function emitSplat(writer: Writer, type: RegisterType, scalar: Ref): Ref {
  const { module } = writer;
  if (type === "f32") return module.f32x4.splat(scalar);
  // A scalar bool is 0 or 1, a lane of a mask 0 or −1.
  const word = type === "bool" ? module.i32.sub(module.i32.const(0), scalar) : scalar;
  return module.i32x4.splat(word);
}

function emitPack(writer: Writer, type: RegisterType, operands: readonly LoopExpr[]): Ref {
  const { module } = writer;
  const [first, ...rest] = operands.map((operand) => {
    const scalar = emitExpr(writer, operand);
    return type === "bool" ? module.i32.sub(module.i32.const(0), scalar) : scalar;
  });
  if (first === undefined) throw new Error("bug: a vector is packed of nothing");
  const shape = type === "f32" ? module.f32x4 : module.i32x4;
  return rest.reduce(
    (vector, scalar, place) => shape.replace_lane(vector, place + 1, scalar),
    shape.splat(first),
  );
}

function emitLane(writer: Writer, type: RegisterType, vector: Ref, lane: number): Ref {
  const { module } = writer;
  if (type === "f32") return module.f32x4.extract_lane(vector, lane);
  const word = module.i32x4.extract_lane(vector, lane);
  return type === "bool" ? module.i32.sub(module.i32.const(0), word) : word;
}

function emitApply(writer: Writer, expr: LoopExpr & { kind: "apply" }): Ref {
  const { module, variant } = writer;
  const [first, second] = expr.operands;
  if (first === undefined) throw new Error("bug: a function of nothing");
  const type = registerOf(first).type;
  const kind = kindOf({ type, lanes: expr.register.lanes });
  const shifts = expr.fn === "shiftLeft" || expr.fn === "shiftRight" || expr.fn === "shiftRightUnsigned";
  if (shifts && second?.kind === "constant") {
    return emitFunction(module, variant, expr.fn, kind, [
      emitExpr(writer, first),
      module.i32.const(second.value),
    ]);
  }
  if (kind === "f32x4" && second !== undefined && (expr.fn === "maximum" || expr.fn === "minimum")) {
    const fast =
      againstConstant(writer, expr.fn, first, second) ?? againstConstant(writer, expr.fn, second, first);
    if (fast !== undefined) return fast;
  }
  return emitFunction(
    module,
    variant,
    expr.fn,
    kind,
    expr.operands.map((operand) => emitExpr(writer, operand)),
  );
}

/** pmax(x, c) is one instruction on x86 and keeps a NaN in x; max needs seven to keep one in either operand. */
function againstConstant(
  writer: Writer,
  fn: "maximum" | "minimum",
  value: LoopExpr,
  bound: LoopExpr,
): Ref | undefined {
  if (bound.kind !== "constant" || Number.isNaN(bound.value)) return undefined;
  const { f32x4 } = writer.module;
  const [left, right] = [emitExpr(writer, value), emitExpr(writer, bound)];
  return fn === "maximum" ? f32x4.pmax(left, right) : f32x4.pmin(left, right);
}
