import binaryen from "binaryen";
import type { ForOf, Index, LoopStatement } from "../plan/loops.ts";
import { freeNames } from "./free-names.ts";
import { emitExpr } from "./expressions.ts";
import { emitIndex } from "./indices.ts";
import {
  addLocal,
  getLocal,
  localNamed,
  makeWriter,
  setLocal,
  typeOfRegister,
  type Local,
  type Writer,
} from "./locals.ts";
import type { Ref } from "./module.ts";
import { emitStore } from "./stores.ts";

export function emitBlock(writer: Writer, statements: readonly LoopStatement[]): Ref {
  const refs = statements.map((statement) => emitStatement(writer, statement));
  const [only, second] = refs;
  return only !== undefined && second === undefined ? only : writer.module.block(null, refs);
}

function emitStatement(writer: Writer, statement: LoopStatement): Ref {
  const { module } = writer;
  switch (statement.kind) {
    case "for":
      return emitFor(writer, statement);
    case "let":
    case "var": {
      const value = emitExpr(writer, statement.value);
      const { type, lanes } = statement.register;
      return setLocal(writer, declare(writer, statement.name, typeOfRegister(type, lanes)), value);
    }
    case "index": {
      const value = emitIndex(writer, statement.value);
      return setLocal(writer, declare(writer, statement.name, binaryen.i32), value);
    }
    case "assign":
      return setLocal(writer, localNamed(writer, statement.name), emitExpr(writer, statement.value));
    case "store":
      return emitStore(writer, statement);
    case "if": {
      const condition = emitExpr(writer, statement.condition);
      const then = emitBlock(writer, statement.then);
      return statement.otherwise.length === 0
        ? module.if(condition, then)
        : module.if(condition, then, emitBlock(writer, statement.otherwise));
    }
    case "while": {
      const label = `while${writer.counter.count++}`;
      const condition = emitExpr(writer, statement.condition);
      const body = emitBlock(writer, statement.body);
      return module.loop(label, module.if(condition, module.block(null, [body, module.br(label)])));
    }
    case "barrier":
      throw new Error("bug: one thread has no barriers");
    default:
      return statement satisfies never;
  }
}

function declare(writer: Writer, name: string, type: binaryen.Type): Local {
  return writer.locals.get(name) ?? addLocal(writer, name, type);
}

/**
 * A loop with its test at the end: before it a test whether it runs at all, unless its bounds are known. Where nobody
 * reads the variable, the first induction is compared with its end and there is no counter.
 */
function emitFor(writer: Writer, loop: ForOf<Index>): Ref {
  if (loop.bind !== "serial") throw new Error(`bug: one thread has no ${loop.bind} loops`);
  const { module } = writer;
  const trips = tripsOf(loop);
  if (trips === 0) return module.nop();
  const setup: Ref[] = loop.inductions.map((one) =>
    setLocal(writer, declare(writer, one.name, binaryen.i32), emitIndex(writer, one.from)),
  );
  const leader = loop.counted ? undefined : loop.inductions.find((one) => nonzero(one.step));
  if (leader === undefined) {
    setup.push(setLocal(writer, declare(writer, loop.name, binaryen.i32), emitIndex(writer, loop.from)));
  }
  const ending = leader === undefined ? counterTest(writer, loop) : leaderTest(writer, loop, leader, setup);
  const body = loop.outlined ? outline(writer, loop) : emitBlock(writer, loop.body);
  const steps = loop.inductions.map((one) => advance(writer, one.name, emitIndex(writer, one.step)));
  if (leader === undefined) steps.push(advance(writer, loop.name, module.i32.const(loop.step)));
  if (trips === 1) return module.block(null, [...setup, body]);
  const label = `loop${writer.counter.count++}`;
  const turn = module.loop(label, module.block(null, [body, ...steps, module.br(label, ending())]));
  if (trips !== undefined) return module.block(null, [...setup, turn]);
  const runs = module.i32.lt_s(emitIndex(writer, loop.from), emitIndex(writer, loop.to));
  return module.if(runs, module.block(null, [...setup, turn]));
}

/** How often the loop runs, where that is known. */
function tripsOf(loop: ForOf<Index>): number | undefined {
  if (loop.from.kind !== "constant" || loop.to.kind !== "constant") return undefined;
  return Math.max(0, Math.ceil((loop.to.value - loop.from.value) / loop.step));
}

function nonzero(index: Index): boolean {
  return index.kind === "constant" && index.value !== 0;
}

function advance(writer: Writer, name: string, by: Ref): Ref {
  return setLocal(writer, localNamed(writer, name), writer.module.i32.add(getLocal(writer, name), by));
}

function counterTest(writer: Writer, loop: ForOf<Index>): () => Ref {
  const { module } = writer;
  return () => module.i32.lt_s(getLocal(writer, loop.name), emitIndex(writer, loop.to));
}

/** end = start + step · trips, computed before the loop. */
function leaderTest(
  writer: Writer,
  loop: ForOf<Index>,
  leader: { readonly name: string; readonly step: Index },
  setup: Ref[],
): () => Ref {
  const { module } = writer;
  const { i32 } = module;
  const name = `${loop.name} end`;
  const trips = tripsOf(loop);
  const span = i32.sub(emitIndex(writer, loop.to), emitIndex(writer, loop.from));
  const turns =
    trips !== undefined
      ? i32.const(trips)
      : loop.step === 1
        ? span
        : i32.div_u(i32.add(span, i32.const(loop.step - 1)), i32.const(loop.step));
  const length =
    trips !== undefined && leader.step.kind === "constant"
      ? i32.const(trips * leader.step.value)
      : i32.mul(turns, emitIndex(writer, leader.step));
  setup.push(
    setLocal(writer, declare(writer, name, binaryen.i32), i32.add(getLocal(writer, leader.name), length)),
  );
  return () => i32.ne(getLocal(writer, leader.name), getLocal(writer, name));
}

/** The loop's body as a function of its own, called with what it reads of its surroundings. */
function outline(writer: Writer, loop: ForOf<Index>): Ref {
  const { module } = writer;
  const captured = freeNames(loop.body).map((name) => ({ name, type: localNamed(writer, name).type }));
  const name = `${writer.name}_${loop.name}`;
  const inner = makeWriter(module, writer.variant, name, captured, writer.counter);
  const body = emitBlock(inner, loop.body);
  module.addFunction(
    name,
    binaryen.createType(captured.map((one) => one.type)),
    binaryen.none,
    inner.types,
    module.block(null, [...inner.start, body]),
  );
  return module.call(
    name,
    captured.map((one) => getLocal(writer, one.name)),
    binaryen.none,
  );
}
