import { describe, expect, it } from "vitest";
import { wasmCapability, wgslCapability } from "../../compiler/plan/capability.ts";
import type { Loops, LoopStatement } from "../../compiler/plan/loops.ts";
import { verifyLoops } from "../../compiler/plan/verify-loops.ts";

function loopsOf(...body: readonly LoopStatement[]): Loops {
  return { name: "k", operands: ["x"], scratch: [], dims: ["N"], body };
}

const number = { type: "f32", lanes: 1 } as const;
const vector = { type: "f32", lanes: 4 } as const;
const start = { kind: "base", operand: "x" } as const;
const one = { kind: "constant", register: number, value: 1 } as const;
const store: LoopStatement = {
  kind: "store",
  operand: "x",
  dtype: "f32",
  access: "single",
  address: start,
  displacement: 0,
  value: one,
};

function loop(
  bind: "serial" | "grid" | "local",
  to: number,
  ...body: readonly LoopStatement[]
): LoopStatement {
  const [from, end] = [0, to].map((value) => ({ kind: "constant", value }) as const);
  if (from === undefined || end === undefined) throw new Error("two bounds");
  return {
    kind: "for",
    name: "i",
    from,
    to: end,
    step: 1,
    bind,
    inductions: [],
    counted: true,
    outlined: false,
    body,
  };
}

describe("verifyLoops", () => {
  it("finds nothing in code that a target has", () => {
    expect(verifyLoops(loopsOf(store), wasmCapability)).toEqual([]);
    expect(verifyLoops(loopsOf(loop("grid", 4, loop("local", 64, store))), wgslCapability)).toEqual([]);
  });

  it.each([
    [
      "a name from nowhere",
      loopsOf({ ...store, value: { kind: "local", name: "a", register: number } }),
      "a is read and not bound",
    ],
    [
      "a name from another block",
      loopsOf(loop("serial", 2, { kind: "let", name: "a", value: one, register: number }), {
        ...store,
        value: { kind: "local", name: "a", register: number },
      }),
      "a is read and not bound",
    ],
    ["an unknown operand", loopsOf({ ...store, operand: "y" }), "y is no operand"],
    ["an unknown dim", loopsOf({ ...store, address: { kind: "dim", name: "M" } }), "M is no dim of the code"],
    [
      "lanes that do not fit",
      loopsOf({ kind: "let", name: "a", value: one, register: vector }),
      "a has 4 lanes, its value 1",
    ],
    [
      "a vector where one element is stored",
      loopsOf({ ...store, value: { kind: "splat", operand: one, register: vector } }),
      "a single store to x has 4 lanes",
    ],
    ["threads on one thread", loopsOf(loop("local", 4, store)), "wasm has no local loops"],
    ["a barrier on one thread", loopsOf({ kind: "barrier" }), "wasm has no barriers"],
  ])("finds %s", (_what, loops, problem) => {
    expect(verifyLoops(loops, wasmCapability)).toContain(problem);
  });

  it.each([
    [
      "too many threads",
      loopsOf(loop("grid", 4, loop("local", 512, store))),
      "i makes 512 threads, wgsl has 256",
    ],
    ["writing outside the workgroups", loopsOf(store), "x is written outside the workgroups"],
    [
      "a barrier that one thread would reach",
      loopsOf(loop("grid", 4, { kind: "barrier" })),
      "a barrier stands outside the threads of a workgroup",
    ],
    [
      "vectors",
      loopsOf(
        loop("grid", 4, {
          kind: "let",
          name: "a",
          value: { kind: "splat", operand: one, register: vector },
          register: vector,
        }),
      ),
      "wgsl has no values of 4 lanes",
    ],
    [
      "too much shared memory",
      { ...loopsOf(), scratch: [{ name: "s", bytes: 32768, space: "shared" as const }] },
      "s takes 32768 bytes of shared memory, wgsl has 16384",
    ],
  ])("finds %s", (_what, loops, problem) => {
    expect(verifyLoops(loops, wgslCapability)).toContain(problem);
  });
});
