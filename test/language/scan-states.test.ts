import { describe, expect, test } from "vitest";
import { tensorOf, type Tensor } from "../../compiler/graph/index.ts";
import { expectCodes, programOf, run } from "./check-source.ts";
import { callGraph, initialValues, numbersOf } from "./train-source.ts";

const cell = `layer Cell(rate: real = 0.5)(x: real[D]) -> (y: real[D]) {
  state h: real[D] = 1
  state calls: i32 = 0
  h'[d]  = rate * h[d] + x[d]
  calls' = calls + 1
  y      = h'
}
`;

/** Calls of an entry one after the other, each with what the one before has left; all results in a row. */
function callInTurn(source: string, entry: string, inputs: readonly Record<string, Tensor>[]) {
  const program = programOf(source);
  const graph = program.entries[entry];
  if (graph === undefined) throw new Error(`no entry ${entry}`);
  let values = initialValues(program);
  const results = inputs.flatMap((given) => {
    const { outputs, next } = callGraph(graph, values, given);
    values = { ...values, ...next };
    return [...numbersOf(outputs["y"])];
  });
  const memory = Object.fromEntries(
    (program.memory ?? []).map(({ path }) => [path, [...numbersOf(values[path])]]),
  );
  return { results, memory };
}

const streaming = `${cell}model M {
  cell = Cell()
  entry step(x: f32[2]) -> (y: f32[2]) { y = cell(x) }
  entry steps(x: f32[T, 2]) -> (y: f32[T, 2]) {
    scan t in 0..T carry seen = 0.0 {
      out = cell(x[t, :])
      seen' = seen + 1
      y[t, d] = out[d]
    }
  }
}`;

describe("D1.7 a state that changes in the body of a scan", () => {
  const numbers = [1, 2, 3, 4, 5, 6];
  test("goes from turn to turn, so that one call is as many calls one after the other", () => {
    const single = callInTurn(
      streaming,
      "step",
      [0, 2, 4].map((at) => ({ x: tensorOf([2], numbers.slice(at, at + 2)) })),
    );
    const atOnce = callInTurn(streaming, "steps", [{ x: tensorOf([3, 2], numbers) }]);
    expect(single.results).toEqual([1.5, 2.5, 3.75, 5.25, 6.875, 8.625]);
    expect(atOnce).toEqual(single);
    const parts = callInTurn(streaming, "steps", [
      { x: tensorOf([1, 2], [1, 2]) },
      { x: tensorOf([2, 2], [3, 4, 5, 6]) },
    ]);
    expect(parts).toEqual(single);
    expect(single.memory).toEqual({ "cell.h": [6.875, 8.625] });
  });
  test("is all that a scan need carry", () => {
    const bare = streaming.replace(" carry seen = 0.0", "").replace("seen' = seen + 1", "");
    expect(bare).not.toContain("seen");
    const given = [{ x: tensorOf([3, 2], numbers) }];
    expect(callInTurn(bare, "steps", given)).toEqual(callInTurn(streaming, "steps", given));
    const [message] = expectCodes(
      "model M(x: f32[T]) -> (y: f32[T]) {\n  scan t in 0..T { h' = x[t]  y[t] = h' }\n}",
      ["DLC2018", "DLC2001"],
    );
    expect(message).toContain("write `carry h = …` in the head of the scan");
  });
  test("is before the turn what it is where it is read, and after the scan what the last turn left", () => {
    const source = `${cell}model M(x: f32[T, 1]) -> (y: f32[T], after: f32[1]) {
  cell = Cell()
  scan t in 0..T carry n = 0.0 {
    out = cell(x[t, :])
    n' = n + out[0]
    y[t] = cell.h[0] + 100 * real(cell.calls)
  }
  z[d in 0..1] = n
  after = cell(z)
}`;
    const { results, memory } = callInTurn(source, "forward", [{ x: tensorOf([3, 1], [1, 1, 1]) }]);
    expect(results).toEqual([1, 101.5, 201.75]);
    // The scan leaves 1.875, and what comes after it is one call more.
    expect(memory["cell.calls"]).toEqual([4]);
    expect(memory["cell.h"]).toEqual([0.5 * 1.875 + 1.5 + 1.75 + 1.875]);
  });
  test("is in a scan of a scan, and in a scan of what is applied there", () => {
    const inner = `${cell}layer Pair(cell: layer)(x: real[D]) -> (y: real[D]) {
  scan u in 0..2 carry h: real[D] = 0 { h' = cell(x) }
  y = h
}
`;
    const body = (given: string): string => `model M(x: f32[T, 1]) -> (y: f32[T]) {
  cell = Cell()
  ${given.includes("pair") ? "pair = Pair(cell)" : ""}
  scan t in 0..T carry n = 0.0 {
    ${given}
    n' = out[0]
    y[t] = out[0]
  }
}`;
    const input = [{ x: tensorOf([3, 1], [1, 2, 3]) }];
    const nested = "scan u in 0..2 carry out: real[1] = 0 { out' = cell(x[t, :]) }";
    const expected = {
      results: [1.75, 3.4375, 5.359375],
      memory: { "cell.h": [5.359375] },
    };
    expect(callInTurn(cell + body(nested), "forward", input)).toEqual(expected);
    expect(callInTurn(inner + body("out = pair(x[t, :])"), "forward", input)).toEqual(expected);
    const local =
      "fn twice(v: real[1]) -> (w: real[1]) { w = cell(cell(v) * 0 + v) }\n    out = twice(x[t, :])";
    expect(callInTurn(cell + body(local), "forward", input)).toEqual(expected);
  });
  test("may be one of the block around, whose equation stands in the scan", () => {
    const source = `model M(x: f32[T]) -> (y: f32[T], z: f32) {
  state total: real = 10
  scan t in 0..T carry n = 0.0 {
    scan u in 0..2 carry m = 0.0 {
      total' = total + x[t]
      m' = total'
    }
    n' = n + m
    y[t] = total'
  }
  z = total' - total
}`;
    const { results, memory } = callInTurn(source, "forward", [
      { x: tensorOf([2], [1, 2]) },
      { x: tensorOf([1], [5]) },
    ]);
    expect(results).toEqual([12, 16, 26]);
    expect(memory).toEqual({ total: [26] });
    expect(
      run(source.replace("(y: f32[T], z: f32)", "(z: f32)").replace("y[t] = total'", ""), { x: [1, 2] }),
    ).toEqual([6]);
  });
  test("has one next value a turn, and none for each value of an index", () => {
    const source = `${cell}model M(x: f32[T, N, 1]) -> (y: f32[T, N, 1]) {
  cell = Cell()
  scan t in 0..T carry n = 0.0 {
    n' = n
    out[n2, :] = cell(x[t, n2, :])
    y[t, n2, d] = out[n2, d]
  }
}`;
    expectCodes(source, ["DLC2002"]);
    expectCodes(
      `model M(x: f32[T]) -> (y: f32[T]) {
  state total: real = 0
  scan t in 0..T carry n = 0.0 { n' = n + 1
    total' = total + x[t]
    y[t] = total' }
  total' = 0
}`,
      ["DLC2002"],
    );
  });
  test("does not depend on what comes of all turns", () => {
    const source = `${cell}model M(x: f32[T, 1]) -> (y: f32[T], z: f32[T, 1]) {
  cell = Cell()
  scan t in 0..T carry n = 0.0 {
    n' = n + x[t, 0]
    y[t] = n'
    scaled[d in 0..1] = x[t, d] * top
    out = cell(scaled)
    z[t, d] = out[d]
  }
  top = max(y)
}`;
    // Once as a circle of equations, and once where it is applied.
    expectCodes(source, ["DLC2004", "DLC2004"]);
  });
});
