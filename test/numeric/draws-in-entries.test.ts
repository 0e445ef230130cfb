import { beforeAll, expect, it } from "vitest";
import { fileHost } from "../../cli/host.ts";
import { compile } from "../../compiler/compile.ts";
import { interpret, tensorOf } from "../../compiler/graph/index.ts";
import { builtRuntime } from "../built-runtime.ts";
import { programOf } from "../language/check-source.ts";

const source = `import std.random { categorical }
model Choice(weight: f32[K]) -> (pick: i32[K, 500] in 0..K) { pick[r in 0..K, n in 0..500] = categorical(weight) }`;

type Load = (options: { readonly seed?: number }) => Promise<{
  readonly forward: (inputs: { readonly weight: Float32Array }) => {
    readonly pick: { readonly copy: () => Int32Array };
  };
}>;

let load: Load;
beforeAll(async () => {
  const runtime = await builtRuntime("wasm");
  const read = (path: string): string | undefined => (path === "model.dl" ? source : fileHost.read(path));
  const { models } = await compile({ ...fileHost, read, runtime: () => runtime }, "model.dl");
  const text = models[0]?.files.get("inline.js") ?? "";
  const module: unknown = await import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`);
  ({ load } = module as { load: Load });
});

const weight = Float32Array.from([1, 0, 2, 5]);

it("a model that runs draws by its seed and the number of the call, as its graph means it", async () => {
  const model = await load({ seed: 3 });
  const [first, second] = [0, 1].map(() => [...model.forward({ weight }).pick.copy()]);
  const graph = programOf(source).entries["forward"];
  if (graph === undefined) throw new Error("no entry");
  const meant = (step: number): readonly number[] => {
    const { pick } = interpret(graph, { inputs: { weight: tensorOf([4], [...weight]) }, seed: 3, step });
    return [...(pick?.data ?? [])];
  };
  expect(first).toEqual(meant(0));
  expect(second).toEqual(meant(1));
  expect(second).not.toEqual(first);
  const again = await load({ seed: 3 });
  expect([...again.forward({ weight }).pick.copy()]).toEqual(first);
  const other = await load({});
  expect([...other.forward({ weight }).pick.copy()]).not.toEqual(first);
});

it("each value of an index has a draw of its own, and draws follow their weights", async () => {
  const model = await load({ seed: 1 });
  const counts = [0, 0, 0, 0];
  const drawn = model.forward({ weight }).pick.copy();
  for (const pick of drawn) counts[pick] = (counts[pick] ?? 0) + 1;
  // 2,000 draws: three deviations of a share p are 3·√(p(1 − p)/2000) ≤ 0.034.
  [1 / 8, 0, 2 / 8, 5 / 8].forEach((share, place) =>
    expect(Math.abs((counts[place] ?? 0) / drawn.length - share)).toBeLessThan(0.034),
  );
});
