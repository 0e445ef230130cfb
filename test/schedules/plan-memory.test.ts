import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Graph, Program } from "../../compiler/graph/graph.ts";
import { parseGraph } from "../../compiler/graph/parse.ts";
import { evaluate } from "../../compiler/integers/index.ts";
import { checkMemory, checkTensorSizes } from "../../compiler/plan/check-memory.ts";
import { makePlan, type PlanTarget } from "../../compiler/plan/make-plan.ts";
import { wasmTarget } from "../../compiler/plan/targets.ts";
import { printMemory } from "../../compiler/plan/print-memory.ts";
import type { EntryPlan, Plan } from "../../compiler/plan/plan.ts";
import { place } from "../../runtime/place.ts";
import { haloTarget, naiveTarget } from "./naive-target.ts";
import { chain, classifier, lenet, residual } from "./plan-graphs.ts";

function programOf(...texts: readonly string[]): Program {
  const graphs = texts.map(parseGraph);
  return {
    name: "Test",
    params: [],
    states: [],
    entries: Object.fromEntries(graphs.map((g): [string, Graph] => [g.name, g])),
  };
}

function entryOf(plan: Plan): EntryPlan {
  const [entry] = plan.entries;
  if (entry === undefined) throw new Error("the plan has no entry");
  return entry;
}

function sizesOf(plan: Plan, entry: EntryPlan, batch: number): readonly number[] {
  return entry.arena.map((id) => {
    const bytes = plan.buffers[id]?.bytes;
    return bytes === undefined ? NaN : evaluate(bytes, () => batch);
  });
}

/** The end of the arena, and the most bytes that are needed at one time, from the calls alone. */
function arenaOf(plan: Plan, batch: number): { readonly end: number; readonly live: number } {
  const entry = entryOf(plan);
  const sizes = sizesOf(plan, entry, batch);
  const placed = place(sizes, entry.lifetimes, 0, 2 ** 32);
  if (!placed.fits) throw new Error("the arena does not fit");
  const touched = entry.calls.map(({ operands }) => new Set(operands));
  const outputs = new Set(entry.outputs.map(({ buffer }) => buffer));
  const inputs = new Set(entry.inputs.map(({ buffer }) => buffer));
  const live = touched.map((_, now) =>
    entry.arena
      .map((id, index): readonly [number, number] => [id, sizes[index] ?? 0])
      .filter(([id]) => {
        const before = inputs.has(id) || touched.slice(0, now + 1).some((call) => call.has(id));
        const after = outputs.has(id) || touched.slice(now).some((call) => call.has(id));
        return before && after;
      })
      // Addresses are aligned, which counts where buffers are tiny.
      .reduce((sum, [, size]) => sum + Math.ceil(size / 64) * 64, 0),
  );
  return { end: placed.end, live: Math.max(...live) };
}

describe("the arena", () => {
  const graphs: readonly [name: string, text: string][] = [
    ["a classifier", classifier],
    ["LeNet", lenet],
    ["a residual network", residual(16, 16)],
    ["an element-wise chain", chain],
  ];
  const targets: readonly [layouts: string, target: PlanTarget][] = [
    ["row-major", naiveTarget],
    ["channels-last with halos", haloTarget],
    ["as scheduled for wasm", wasmTarget()],
  ];
  describe.each(targets)("%s", (_layouts, target) => {
    it.each(graphs)(`of %s is at most 1.15 times what is alive at once`, (_name, text) => {
      const plan = makePlan(programOf(text), target);
      for (const batch of [1, 8, 64]) {
        const { end, live } = arenaOf(plan, batch);
        expect(end / live).toBeLessThanOrEqual(1.15);
      }
    });
  });

  it("lets no two buffers overlap that a call needs at once", () => {
    for (const [, text] of graphs) {
      const plan = makePlan(programOf(text), haloTarget);
      const entry = entryOf(plan);
      const placed = place(sizesOf(plan, entry, 8), entry.lifetimes, 0, 2 ** 32);
      if (!placed.fits) throw new Error("the arena does not fit");
      const extents = new Map(
        entry.arena.map((id, index): readonly [number, readonly [number, number]] => {
          const from = placed.addresses[index] ?? NaN;
          return [id, [from, from + (sizesOf(plan, entry, 8)[index] ?? NaN)]];
        }),
      );
      for (const { operands } of entry.calls) {
        const own = [...new Set(operands)].map((id) => extents.get(id)).filter((one) => one !== undefined);
        own.forEach(([from, to], place) => {
          for (const [start, end] of own.slice(place + 1)) expect(to <= start || end <= from).toBe(true);
        });
      }
    }
  });
});

describe("results in place", () => {
  it("go over an operand that is read for the last time", () => {
    const plan = makePlan(programOf(chain), naiveTarget);
    const [, , third] = entryOf(plan).calls;
    expect(third?.code).toMatch(/^relu_multiply_/);
    expect(new Set(third?.operands).size).toBe(1);
  });

  it("never go over an input", () => {
    const plan = makePlan(
      programOf(`
      graph Relu(N) {
        x = input f32[N, 7]
        y = compute f32[n: N, i: 7] maximum(x[n, i], 0.0) @elementwise{}
        output y = y
      }`),
      naiveTarget,
    );
    expect(plan.buffers.map(({ role }) => role)).toEqual(["input", "output"]);
  });
});

describe("equal blocks", () => {
  it("share their code", () => {
    const plan = makePlan(programOf(residual()), haloTarget);
    const codes = entryOf(plan).calls.map(({ code }) => code.replace(/_[0-9a-f]{8}$/, ""));
    expect(codes).toEqual([
      "conv3x3_relu",
      "conv3x3_relu",
      "conv3x3_add_relu",
      "conv3x3_relu",
      "conv3x3_add_relu",
      "row_sum_multiply",
    ]);
    // The stem has three channels of input, the others have eight.
    expect(plan.code.size).toBe(4);
  });

  it("do not share it where the layouts differ", () => {
    const [naive, halo] = [naiveTarget, haloTarget].map((target) => makePlan(programOf(residual()), target));
    const shared = [...(naive?.code.keys() ?? [])].filter((key) => halo?.code.has(key));
    expect(shared).toEqual([]);
  });

  it("and parameters are one for all entries", () => {
    const plan = makePlan(
      programOf(classifier, classifier.replace("graph Classifier", "graph Again")),
      naiveTarget,
    );
    expect(plan.entries.map(({ name }) => name)).toEqual(["Classifier", "Again"]);
    expect(plan.buffers.filter(({ role }) => role === "param").map(({ path }) => path)).toEqual([
      "fc1.weight",
      "fc1.bias",
      "fc2.weight",
      "fc2.bias",
    ]);
    expect(plan.code.size).toBe(3);
  });
});

describe("placement", () => {
  const problem = fc
    .array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 40 })
    .chain((sizes) => {
      const time = fc.integer({ min: -1, max: 30 });
      const lifetime = fc
        .tuple(time, time)
        .map(([a, b]): readonly [number, number] => [Math.min(a, b), Math.max(a, b)]);
      const lifetimes = fc.array(lifetime, { minLength: sizes.length, maxLength: sizes.length });
      return fc.record({ sizes: fc.constant(sizes), lifetimes, base: fc.integer({ min: 0, max: 1000 }) });
    });

  it("keeps apart what is needed at one time, aligned, at or after the base and below the limit", () => {
    fc.assert(
      fc.property(problem, fc.integer({ min: 0, max: 60000 }), ({ sizes, lifetimes, base }, limit) => {
        const placed = place(sizes, lifetimes, base, limit);
        if (!placed.fits) {
          expect(placed.needed).toBeGreaterThan(limit);
          return;
        }
        const extent = (buffer: number): readonly [number, number] => {
          const from = placed.addresses[buffer] ?? NaN;
          return [from, from + (sizes[buffer] ?? NaN)];
        };
        sizes.forEach((_, buffer) => {
          const [from, to] = extent(buffer);
          expect(from % 64).toBe(0);
          expect(from).toBeGreaterThanOrEqual(base);
          expect(to).toBeLessThanOrEqual(Math.min(limit, placed.end));
        });
        for (let time = -1; time <= 30; time++) {
          const alive = sizes
            .map((_, buffer) => buffer)
            .filter((buffer) => {
              const [first = NaN, last = NaN] = lifetimes[buffer] ?? [];
              return first <= time && time <= last && sizes[buffer] !== 0;
            })
            .map(extent)
            .sort(([a], [b]) => a - b);
          alive.forEach(([from], place) => expect(alive[place - 1]?.[1] ?? 0).toBeLessThanOrEqual(from));
        }
      }),
    );
  });

  it("refuses what is too large or no number before it is used", () => {
    expect(place([2 ** 33], [[0, 0]], 64, 2 ** 32)).toEqual({ fits: false, needed: 2 ** 33 + 64 });
    expect(
      place(
        [2 ** 31, 2 ** 31],
        [
          [0, 1],
          [1, 2],
        ],
        64,
        2 ** 32,
      ),
    ).toEqual({ fits: false, needed: 2 ** 32 + 64 });
    expect(place([NaN], [[0, 0]], 64, 2 ** 32).fits).toBe(false);
  });
});

describe("a model that does not fit", () => {
  const wide = (width: number): Program =>
    programOf(`
      graph Wide(N) {
        x = input f32[N, ${width}]
        w = param f32[${width}, ${width}] "weight"
        y = compute f32[n: N, o: ${width}] sum[i: ${width}] x[n, i] * w[o, i]
        output y = y
      }`);

  it("is refused with its size", () => {
    expect(checkMemory(makePlan(wide(30000), naiveTarget))).toEqual([]);
    const [diagnostic, ...others] = checkMemory(makePlan(wide(40000), naiveTarget));
    expect(others).toEqual([]);
    expect(diagnostic?.code).toBe("DLC5001");
    expect(diagnostic?.message).toBe("Test needs 6.0 GiB of memory, and WebAssembly has at most 4 GiB");
    expect(diagnostic?.label).toBe("weight takes 6.0 GiB of it");
  });

  it("is refused before it is planned where a size is beyond arithmetic", () => {
    expect(checkTensorSizes(wide(40000))).toEqual([]);
    const [diagnostic] = checkTensorSizes(wide(400000000));
    expect(diagnostic?.code).toBe("DLC5001");
    expect(diagnostic?.label).toBe("weight alone takes 568.4 PiB");
  });
});

it("memory as text", () => {
  expect(printMemory(makePlan(programOf(chain), naiveTarget), () => 8)).toMatchInlineSnapshot(`
    "persistent 320 bytes
      #0 param w: f32[7, 7] 196 bytes
    entry Chain at N = 8: arena 736 bytes
      0..224 #1 input x: f32[N, 7] 28*N bytes
      256..480 #3 temporary b: f32[N, 7] 28*N bytes
      0..224 #2 temporary t: f32[N, 7] 28*N bytes
      512..736 #4 output c: f32[N, 7] 28*N bytes
      call matmul_58854b49(x, w, b)
      call matmul_58854b49(b, w, t)
      call relu_multiply_1481983b(b, b)
      call subtract_60293468(b, t, c)"
  `);
});
