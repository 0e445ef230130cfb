import { describe, expect, it } from "vitest";
import { interpret, parseGraph, tensorOf, type Tensor } from "../../compiler/graph/index.ts";
import { prepared } from "./central-differences.ts";

function run(text: string, inputs: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>> {
  return interpret(prepared(parseGraph(text)), { inputs });
}

function expectClose(
  actual: Tensor | undefined,
  shape: readonly number[],
  expected: readonly number[],
): void {
  expect(actual?.shape).toEqual(shape);
  expected.forEach((value, place) => expect(actual?.data[place]).toBeCloseTo(value, 10));
}

describe("gradients inside graphs", () => {
  it("a Hessian-vector product, by x and through a gradient", () => {
    // y = Σ x³, ∇y = 3x², H·v = 6x·v
    const { hv } = run(
      `graph g(N) {
        x = input f32[N]
        v = input f32[N]
        y = compute f32[] sum[i: N] x[i] ^ 3.0
        g = grad f32[N] y[] by x[]
        s = compute f32[] sum[i: N] g[i] * v[i]
        hv = grad f32[N] s[] by x[]
        output hv = hv
      }`,
      { x: tensorOf([3], [1, 2, 3]), v: tensorOf([3], [1, -1, 2]) },
    );
    expectClose(hv, [3], [6, -12, 36]);
  });

  it("a step of learning, differentiated: the inner gradient counts", () => {
    // first = (w − 1)², fast = w − 0.1·2(w − 1), last = fast³; d last/dw = 3·fast²·0.8
    const { d, direct } = run(
      `graph g() {
        w = input f32[2]
        first = compute f32[] sum[i: 2] (w[i] - 1.0) ^ 2.0
        g = grad f32[2] first[] by w[]
        fast = compute f32[i: 2] w[i] - 0.1 * g[i]
        last = compute f32[] sum[i: 2] fast[i] ^ 3.0
        d = grad f32[2] last[] by w[]
        direct = grad f32[2] last[] by fast[]
        output d = d
        output direct = direct
      }`,
      { w: tensorOf([2], [2, -1]) },
    );
    const fast = [2 - 0.2, -1 + 0.4];
    expectClose(
      d,
      [2],
      fast.map((value) => 3 * value * value * 0.8),
    );
    expectClose(
      direct,
      [2],
      fast.map((value) => 3 * value * value),
    );
  });

  it("one graph by many nodes, inputs and what is computed from them", () => {
    const { da, dh, dx, none } = run(
      `graph g() {
        x = input f32[2]
        a = input f32[2]
        other = input f32[3]
        h = compute f32[i: 2] a[i] * x[i]
        y = compute f32[] sum[i: 2] h[i] ^ 2.0 * x[i]
        da = grad f32[2] y[] by a[]
        dh = grad f32[2] y[] by h[]
        dx = grad f32[2] y[] by x[]
        none = grad f32[3] y[] by other[]
        output da = da
        output dh = dh
        output dx = dx
        output none = none
      }`,
      { x: tensorOf([2], [2, 3]), a: tensorOf([2], [5, 7]), other: tensorOf([3], [1, 1, 1]) },
    );
    // y = a²x³
    expectClose(da, [2], [2 * 5 * 8, 2 * 7 * 27]);
    expectClose(dh, [2], [2 * 10 * 2, 2 * 21 * 3]);
    expectClose(dx, [2], [3 * 25 * 4, 3 * 49 * 9]);
    expectClose(none, [3], [0, 0, 0]);
  });

  it("by itself", () => {
    const { d } = run(
      `graph g() {
        x = input f32[]
        y = compute f32[] x[] * 2.0
        d = grad f32[] y[] by y[]
        output d = d
      }`,
      { x: tensorOf([], [3]) },
    );
    expectClose(d, [], [1]);
  });

  it("of f16, summed as f32 and rounded once", () => {
    const { dw } = run(
      `graph g() {
        x = input f32[4, 2]
        w = input f16[2]
        y = compute f32[] sum[n: 4, i: 2] f32(w[i]) * x[n, i]
        dw = grad f16[2] y[] by w[]
        output dw = dw
      }`,
      { x: tensorOf([4, 2], [2048, 1, 1, 1, 1, 1, 2, 1]), w: tensorOf([2], [1, 1], "f16") },
    );
    expect(dw?.dtype).toBe("f16");
    // In f16 each addition of 1 to 2048 would be lost.
    expectClose(dw, [2], [2052, 4]);
  });
});

describe("gradients under indices", () => {
  const network = `x = input f32[N, 3]
    w = input f32[2, 3]
    b = input f32[2]
    a = compute f32[n: N, o: 2] sum[i: 3] w[o, i] * x[n, i]
    h = compute f32[n: N, o: 2] tanh(a[n, o] + b[o])
    loss = compute f32[n: N] sum[o: 2] h[n, o] ^ 2.0`;
  const inputs = {
    x: tensorOf([2, 3], [0.5, -1, 2, 1, 0.25, -0.5]),
    w: tensorOf([2, 3], [0.1, 0.2, -0.3, 0.4, -0.5, 0.6]),
    b: tensorOf([2], [0.1, -0.2]),
  };

  it("one for each example are those of one example at a time", () => {
    const each = run(
      `graph g(N) {\n${network}
        dw = grad f32[N, 2, 3] loss[n: N] by w[]
        dx = grad f32[N, N, 3] loss[n: N] by x[]
        own = grad f32[N, 3] loss[n: N] by x[n]
        output dw = dw
        output dx = dx
        output own = own
      }`,
      inputs,
    );
    for (const example of [0, 1]) {
      const single = run(
        `graph g(N) {\n${network}
          total = compute f32[] (sum[n: N] loss[n])
          dw = grad f32[2, 3] total[] by w[]
          dx = grad f32[N, 3] total[] by x[]
          output dw = dw
          output dx = dx
        }`,
        { ...inputs, x: tensorOf([1, 3], inputs.x.data.slice(3 * example, 3 * example + 3)) },
      );
      const [dw, dx] = [single["dw"], single["dx"]];
      const row = (tensor: Tensor | undefined, at: number, size: number): Tensor =>
        tensorOf([size], tensor?.data.slice(at * size, (at + 1) * size) ?? []);
      expectClose(row(each["dw"], example, 6), [6], [...(dw?.data ?? [])]);
      expectClose(row(each["own"], example, 3), [3], [...(dx?.data ?? [])]);
      expectClose(row(each["dx"], 2 * example + example, 3), [3], [...(dx?.data ?? [])]);
      expectClose(row(each["dx"], 2 * example + 1 - example, 3), [3], [0, 0, 0]);
    }
  });

  it("one for each example holds no array of examples by examples", () => {
    const graph = prepared(
      parseGraph(`graph g(N) {\n${network}
        dw = grad f32[N, 2, 3] loss[n: N] by w[]
        output dw = dw
      }`),
    );
    const sizes = graph.nodes.map((node) => node.shape.filter((extent) => extent.key === "1·N").length);
    expect(Math.max(...sizes)).toBe(1);
  });

  it("by weights of each example's own", () => {
    // fast[n] = w − x[n]; loss[n] = Σ fast[n]³
    const { d, all } = run(
      `graph g(N) {
        x = input f32[N, 2]
        w = input f32[2]
        fast = compute f32[n: N, i: 2] w[i] - x[n, i]
        loss = compute f32[n: N] sum[i: 2] fast[n, i] ^ 3.0
        d = grad f32[N, 2] loss[n: N] by fast[n]
        all = grad f32[N, N, 2] loss[n: N] by fast[]
        output d = d
        output all = all
      }`,
      { x: tensorOf([2, 2], [1, 2, 3, 4]), w: tensorOf([2], [5, 1]) },
    );
    expectClose(d, [2, 2], [48, 3, 12, 27]);
    expectClose(all, [2, 2, 2], [48, 3, 0, 0, 0, 0, 12, 27]);
  });

  it("a whole Jacobian and a Hessian", () => {
    const { jacobian, hessian } = run(
      `graph g() {
        x = input f32[2]
        f = compute f32[i: 2] x[i] * x[0] ^ 2.0 + sin(x[1])
        jacobian = grad f32[2, 2] f[i: 2] by x[]
        y = compute f32[] x[0] ^ 2.0 * x[1] ^ 3.0
        g = grad f32[2] y[] by x[]
        hessian = grad f32[2, 2] g[i: 2] by x[]
        output jacobian = jacobian
        output hessian = hessian
      }`,
      { x: tensorOf([2], [2, 0.5]) },
    );
    expectClose(jacobian, [2, 2], [12, Math.cos(0.5), 2, 4 + Math.cos(0.5)]);
    expectClose(hessian, [2, 2], [2 * 0.125, 3 * 4 * 0.25, 3 * 4 * 0.25, 4 * 6 * 0.5]);
  });
});
