import { expect, it } from "vitest";
import { parseGraph } from "../../compiler/graph/index.ts";
import { optimize } from "../../compiler/optimize/index.ts";

/** A linear layer, an activation and a residual sum, so many times. */
function chain(layers: number): string {
  const lines = ["x0 = input f32[N, 8]", 'w = param f32[8, 8] "w"', 'b = param f32[8] "b"'];
  for (let layer = 0; layer < layers; layer += 1) {
    lines.push(
      `y${layer} = compute f32[n: N, o: 8] b[o] + sum[i: 8] w[o, i] * x${layer}[n, i]`,
      `a${layer} = compute f32[n: N, o: 8] tanh(y${layer}[n, o])`,
      `x${layer + 1} = compute f32[n: N, o: 8] a${layer}[n, o] + x${layer}[n, o]`,
    );
  }
  return `graph chain(N) {\n${lines.join("\n")}\noutput y = x${layers}\n}`;
}

/** As many element-wise nodes, which all go into one another as far as bodies may grow. */
function pointwiseChain(nodes: number): string {
  const lines = ["x0 = input f32[N, 8]"];
  for (let node = 0; node < nodes; node += 1) {
    lines.push(`x${node + 1} = compute f32[n: N, i: 8] tanh(x${node}[n, i]) * ${node + 2}.0`);
  }
  return `graph chain(N) {\n${lines.join("\n")}\noutput y = x${nodes}\n}`;
}

/** Entries of lists and maps that are looked at while a graph is optimized. */
function entriesSeen(text: string): number {
  const graph = parseGraph(text);
  let seen = 0;
  const restore: (() => void)[] = [];
  const watch = (prototype: object, method: PropertyKey, sizeOf: (self: unknown) => number): void => {
    const original: unknown = Reflect.get(prototype, method);
    if (typeof original !== "function") throw new Error(`there is no method ${String(method)}`);
    const watched = function (this: unknown, ...given: unknown[]): unknown {
      seen += sizeOf(this);
      return Reflect.apply(original, this, given);
    };
    const define = (value: unknown): void => {
      Object.defineProperty(prototype, method, { value, configurable: true, writable: true });
    };
    define(watched);
    restore.push(() => {
      define(original);
    });
  };
  for (const method of ["map", "filter", "some", "every", "find", "flatMap", "forEach"]) {
    watch(Array.prototype, method, (self) => (Array.isArray(self) ? self.length : 0));
  }
  for (const method of ["get", "set", "has"]) watch(Map.prototype, method, () => 1);
  watch(Map.prototype, Symbol.iterator, (self) => (self instanceof Map ? self.size : 0));
  try {
    optimize(graph);
  } finally {
    for (const undo of restore) undo();
  }
  return seen;
}

it.each([
  ["layers", chain],
  ["element-wise nodes", pointwiseChain],
])("the work grows as the number of %s does", (_, write) => {
  const [few, many] = [entriesSeen(write(100)), entriesSeen(write(400))];
  expect(few).toBeGreaterThan(1000);
  expect(many / few).toBeLessThan(4.4);
});
