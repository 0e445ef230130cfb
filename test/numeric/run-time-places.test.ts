import { describe, expect, it } from "vitest";
import { interpretStep } from "../../compiler/graph/interpret.ts";
import { tensorOf, type Tensor } from "../../compiler/graph/tensor.ts";
import { makePlan } from "../../compiler/plan/make-plan.ts";
import type { Plan } from "../../compiler/plan/plan.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { emitWasm } from "../../compiler/wasm/index.ts";
import { prepared } from "../gradient/central-differences.ts";
import { programOf } from "../language/check-source.ts";
import { runPlan } from "../schedules/run-plan.ts";
import { drawTensors, expectClose, type Tensors } from "./drawn-tensors.ts";
import { instantiate } from "./run-wasm.ts";

interface Case {
  readonly plan: Plan;
  /** What the entry gives, and what its states are afterwards. */
  readonly meant: (states: Tensors) => { readonly outputs: Tensors; readonly updates: Tensors };
  readonly compiled: (states: Tensors) => Promise<{ readonly outputs: Tensors; readonly states: Tensors }>;
  readonly interpreted: (states: Tensors) => Tensors;
  readonly states: Tensors;
}

/** The entry `step` of a model with states, whose sizes are known. */
function stepOf(source: string): Case {
  const program = programOf(source);
  const { step } = program.entries;
  if (step === undefined) throw new Error("the model has no step");
  const ready = prepared(step);
  const plan = makePlan({ ...program, entries: { step: ready } }, wasmTarget());
  const code = emitWasm(plan, "baseline");
  const { inputs, weights } = drawTensors(ready, {});
  return {
    plan,
    states: weights,
    meant: (states) => interpretStep(step, { inputs, params: states, states }),
    compiled: async (states) => {
      const instance = await instantiate(plan, code, "step", { dims: {}, inputs, weights: states });
      instance.run();
      return { outputs: instance.outputs(), states: instance.persistent() };
    },
    interpreted: (states) => runPlan(plan, "step", { dims: {}, inputs, weights: states }),
  };
}

const whole = (values: readonly number[], shape: readonly number[] = []): Tensor =>
  tensorOf(shape, values, "i32");

/** A cache of keys and values, of which each step fills a place, and attention to what is filled. */
const cached = `model Cache(S: dim = 37, H: dim = 2, D: dim = 12) {
  state keys: f32[S, H, D] = 0
  state values: f32[S, H, D] = 0
  state place: i32 in 0..S = 0
  entry step(q: f32[H, D], k: f32[H, D], v: f32[H, D]) -> (o: f32[H, D], seen: i32) {
    keys'[s, h, d]   = if s == place then k[h, d] else keys[s, h, d]
    values'[s, h, d] = if s == place then v[h, d] else values[s, h, d]
    place' = (place + 1) % S
    score[h, s] = sum[d] q[h, d] * keys'[s, h, d] / sqrt(D)
    top[h]      = max[s where s <= place] score[h, s]
    e[h, s]     = if s <= place then exp(score[h, s] - top[h]) else 0
    norm[h]     = sum[s] e[h, s]
    o[h, d]     = sum[s] e[h, s] * values'[s, h, d] / norm[h]
    seen        = sum[s in 0..S where s <= place] 1
  }
}`;

describe("a cache that is filled place by place", () => {
  const { plan, meant, compiled, interpreted, states } = stepOf(cached);

  it.each([0, 1, 3, 4, 17, 36])("gives and keeps at place %i what it means", async (at) => {
    const given = { ...states, place: whole([at]) };
    const expected = meant(given);
    const found = await compiled(given);
    expectClose(found.outputs, expected.outputs);
    expectClose(interpreted(given), expected.outputs);
    for (const [path, tensor] of Object.entries(expected.updates))
      expectClose({ [path]: found.states[path] ?? whole([]) }, { [path]: tensor });
  });

  it("reads nothing beyond the place, and writes no other row", async () => {
    const at = 5;
    const size = 2 * 12;
    const filled = (tensor: Tensor | undefined): Tensor =>
      tensorOf(
        [37, 2, 12],
        Array.from(tensor?.data ?? [], (value, i) => (i < at * size ? value : NaN)),
      );
    const given = { keys: filled(states["keys"]), values: filled(states["values"]), place: whole([at]) };
    const expected = meant({ ...states, place: whole([at]) });
    const found = await compiled(given);
    expectClose(found.outputs, expected.outputs);
    for (const path of ["keys", "values"] as const) {
      const [before, after] = [given[path].data, found.states[path]?.data];
      before.forEach((value, i) => {
        const isNew = Math.floor(i / size) === at;
        expect(Object.is(after?.[i], isNew ? expected.updates[path]?.data[i] : value), `${path} ${i}`).toBe(
          true,
        );
      });
    }
  });

  it("has no loop over all places", () => {
    const extents = [...plan.code.values()].flatMap(({ kernel: { axes, stages } }) =>
      [...axes, ...stages.flatMap(({ reduce }) => reduce?.axes ?? [])].map(({ extent }) => extent.key),
    );
    expect(extents).not.toContain("37");
  });
});

describe("one row is written in place", () => {
  it.each([
    [
      "where each stream has its own",
      `model M {
        state rows: f32[3, 9, 8] = 0
        state place: i32[3] in 0..9 = 0
        entry step(x: f32[3, 8]) -> (y: f32[3, 8]) {
          rows'[n, s, d] = if s == place[n] then x[n, d] else rows[n, s, d]
          place'[n] = clamp(place[n] + 1, 0, 8)
          y[n, d] = sum[s where s <= place[n]] rows'[n, s, d]
        }
      }`,
      { place: whole([2, 8, 0], [3]) },
    ],
    [
      "where two places say which",
      `model M {
        state board: f32[5, 7] = 0
        state row: i32 in 0..5 = 0
        state column: i32 in 0..7 = 0
        entry step(x: f32) -> (y: f32) {
          board'[i, j] = if i == row and j == column then x + board[i, j] else board[i, j]
          y = sum[i, j] board'[i, j]
        }
      }`,
      { row: whole([4]), column: whole([3]) },
    ],
    [
      "at the remainder of a count that goes on",
      `model M {
        state rows: f32[6, 8] = 0
        state steps: i32 = 0
        entry step(x: f32[8]) -> (y: f32[8]) {
          rows'[s, d] = if s == steps % 6 then x[d] else rows[s, d]
          y[d] = sum[s] rows'[s, d]
        }
      }`,
      { steps: whole([-(2 ** 31)]) },
    ],
    [
      "at a distance from the place that may leave the array",
      `model M {
        state row: f32[9] = 0
        state place: i32 in 0..9 = 0
        entry step(x: f32) -> (y: f32) {
          row'[s] = if s == place + 3 then x else row[s]
          y = sum[s] row'[s]
        }
      }`,
      { place: whole([7]) },
    ],
    [
      "where something else has to hold besides",
      `model M {
        state rows: f32[6, 8] = 0
        state alive: i32[8] in 0..2 = 1
        state place: i32 in 0..6 = 0
        entry step(x: f32[8]) -> (y: f32[8]) {
          rows'[s, d] = if s == place and d <= 4 + alive[d] then x[d] else rows[s, d]
          y[d] = sum[s] rows'[s, d]
        }
      }`,
      { place: whole([2]), alive: whole([1, 0, 1, 0, 1, 1, 0, 1], [8]) },
    ],
  ])("%s", async (_, source, places) => {
    const { plan, meant, compiled, interpreted, states } = stepOf(source);
    const given = { ...states, ...places };
    const expected = meant(given);
    const found = await compiled(given);
    expect([...plan.code.values()].some(({ kernel }) => kernel.stages.some(({ target }) => target))).toBe(
      true,
    );
    expectClose(found.outputs, expected.outputs);
    expectClose(interpreted(given), expected.outputs);
    for (const [path, tensor] of Object.entries(expected.updates))
      expectClose({ [path]: found.states[path] ?? whole([]) }, { [path]: tensor });
  });

  it("but not where the old value is read afterwards", async () => {
    const { meant, compiled, states } = stepOf(`model M {
      state rows: f32[6, 8] = 0
      state place: i32 in 0..6 = 0
      entry step(x: f32[8]) -> (y: f32[8]) {
        rows'[s, d] = if s == place then x[d] else rows[s, d]
        y[d] = (sum[s] rows'[s, d]) + rows[place, d] + sum[s, e] rows'[s, e] * rows[s, d]
      }
    }`);
    const given = { ...states, place: whole([2]) };
    const expected = meant(given);
    const found = await compiled(given);
    expectClose(found.outputs, expected.outputs);
    expectClose({ rows: found.states["rows"] ?? whole([]) }, { rows: expected.updates["rows"] ?? whole([]) });
  });
});

describe("loops begin and end where a number says", () => {
  it.each([
    ["a window behind a place", "s <= place and s > place - 5"],
    ["from a place on", "s >= place"],
    ["before a place, which may be none", "s < place"],
    ["between two", "s >= place and s < end"],
  ])("%s", async (_, condition) => {
    const { plan, meant, compiled, interpreted, states } = stepOf(`model M {
      state place: i32 in 0..30 = 0
      state end: i32 in 0..30 = 0
      entry step(x: f32[30, 8], w: f32[30, 8]) -> (y: f32[8], z: f32[30], most: f32) {
        part[s, d] = if ${condition} then exp(x[s, d]) else 0
        y[d] = sum[s] part[s, d] * w[s, d]
        norm = sum[s where ${condition}] x[s, 0] * w[s, 1]
        z[s] = if ${condition} then x[s, 2] / 2 else 0
        most = norm + real(end)
      }
    }`);
    expect([...plan.code.values()].some(({ kernel }) => (kernel.bounds ?? []).length > 0)).toBe(true);
    for (const [from, to] of [
      [0, 0],
      [3, 17],
      [29, 29],
      [11, 4],
      [0, 29],
    ] as const) {
      const given = { ...states, place: whole([from]), end: whole([to]) };
      const { outputs } = meant(given);
      expectClose((await compiled(given)).outputs, outputs);
      expectClose(interpreted(given), outputs);
    }
  });
});

it("the next value of a state has its type: its indices run over it, also where every read is guarded", async () => {
  const { meant, compiled, interpreted, states } = stepOf(`model M {
    state rows: f32[5, 8] = 0
    state ids: i32[4] in 0..9 = 0
    entry step(x: f32[8]) -> (y: f32[8], last: i32[4]) {
      rows'[s, d] = (rows[s + 1, d] else x[d])
      ids'[i]     = if i > 0 then ids[i - 1] else 7
      y[d]        = sum[s] rows'[s, d] * rows[s, d]
      last        = ids'
    }
  }`);
  const given = { ...states, ids: whole([3, 1, 4, 8], [4]) };
  const { outputs, updates } = meant(given);
  const rows = [...(states["rows"]?.data ?? [])];
  expect([...(updates["rows"]?.data ?? [])].slice(0, 32)).toEqual(rows.slice(8));
  expect([...(outputs["last"]?.data ?? [])]).toEqual([7, 3, 1, 4]);
  const found = await compiled(given);
  expectClose(found.outputs, outputs);
  expectClose(interpreted(given), outputs);
  for (const [path, tensor] of Object.entries(updates))
    expectClose({ [path]: found.states[path] ?? whole([]) }, { [path]: tensor });
});

describe("a loop whose places another condition counts too", () => {
  it.each([
    ["begins at 0 beside one that speaks of two axes", "s >= place and s <= d"],
    ["begins at 0 beside one of the place in the window", "s >= place and s <= 2 * d"],
    ["and ends by the largest of another axis", "d <= s + place"],
    ["is bounded by another one that is bounded", "s >= place + d"],
    ["is bounded as the other one is", "s + d <= place and s >= 1"],
  ])("%s", async (_, condition) => {
    const { meant, compiled, interpreted, states } = stepOf(`model M {
      state place: i32 in 0..6 = 0
      entry step(x: f32[6, 8]) -> (total: f32, rows: f32[6], columns: f32[8], each: f32[6, 8]) {
        total      = sum[s, d where ${condition}] x[s, d]
        rows[s]    = sum[d where ${condition}] x[s, d]
        columns[d] = max[s where ${condition}] x[s, d]
        each[s, d] = if ${condition} then x[s, d] else 0
      }
    }`);
    for (const at of [0, 2, 5]) {
      const given = { ...states, place: whole([at]) };
      const { outputs } = meant(given);
      expectClose((await compiled(given)).outputs, outputs);
      expectClose(interpreted(given), outputs);
    }
  });
});
