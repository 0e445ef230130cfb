import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interpret } from "../../compiler/graph/interpret.ts";
import { compileSource, forwardOf } from "./compile-source.ts";
import { drawTensors } from "./drawn-tensors.ts";
import { callEntry, loadCompiled, variants, weightsFile } from "./load-compiled.ts";
import { largestError, tolerance } from "./tensor-error.ts";

/** A source, and the sizes of its free dims for a few calls in turn. */
interface Sized {
  readonly source: string;
  readonly calls: readonly Readonly<Record<string, number>>[];
}

/** WebAssembly computes at every call what the source means. */
async function expectAgreement({ source, calls }: Sized): Promise<void> {
  const { program, plan } = compileSource(source);
  const graph = forwardOf(program);
  const { weights } = drawTensors(graph, calls[0] ?? {});
  for (const variant of variants) {
    const model = await loadCompiled(plan, variant, weightsFile(weights));
    for (const dims of calls) {
      const { inputs } = drawTensors(graph, dims);
      const meant = interpret(graph, { dims, inputs, params: weights, states: weights });
      const error = largestError(callEntry(model, "forward", inputs), meant);
      expect(error, `${variant}, ${JSON.stringify(dims)}`).toBeLessThan(tolerance);
    }
  }
}

/** A model of one line, `y = x |> op: STAGE`, for any number of images. */
function imageModel(
  name: string,
  stage: string,
  input: readonly number[],
  output: readonly number[],
): string {
  return `import std.nn { ${name} }
model Case(x: f32[N, ${input.join(", ")}]) -> (y: f32[N, ${output.join(", ")}]) {
  y = x |> op: ${stage}
}`;
}

const size = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const batches = fc.array(size(1, 9), { minLength: 2, maxLength: 3 }).map((all) => all.map((N) => ({ N })));

const image = { height: size(1, 19), width: size(1, 19), calls: batches };
const window = { kernel: size(1, 5), stride: size(1, 3), padding: size(0, 2) };

const convolution = fc
  .record({
    ...image,
    ...window,
    dilation: size(1, 2),
    groups: size(1, 3),
    channels: size(1, 9),
    outputs: size(1, 11),
    biased: fc.boolean(),
  })
  .filter(({ height, width, kernel, padding, dilation }) => {
    const span = dilation * (kernel - 1) + 1;
    return Math.min(height, width) + 2 * padding >= span;
  })
  .map(({ height, width, channels, outputs, calls, ...hyper }): Sized => {
    const { kernel, stride, padding, dilation, groups, biased } = hyper;
    const span = dilation * (kernel - 1) + 1;
    const place = (extent: number): number => Math.floor((extent + 2 * padding - span) / stride) + 1;
    const out = outputs * groups;
    const stage = `Conv2d(${out}, kernel: ${kernel}, stride: ${stride}, padding: ${padding}, dilation: ${dilation}, groups: ${groups}, biased: ${biased})`;
    const shape = [channels * groups, height, width];
    return { source: imageModel("Conv2d", stage, shape, [out, place(height), place(width)]), calls };
  });

const transposed = fc
  .record({ ...image, ...window, channels: size(1, 5), outputs: size(1, 6) })
  .map((drawn) => ({
    ...drawn,
    place: (extent: number) => (extent - 1) * drawn.stride - 2 * drawn.padding + drawn.kernel,
  }))
  .filter(({ height, width, place }) => place(Math.min(height, width)) >= 1)
  .map(({ height, width, channels, outputs, kernel, stride, padding, calls, place }): Sized => {
    const stage = `ConvTranspose2d(${outputs}, kernel: ${kernel}, stride: ${stride}, padding: ${padding})`;
    const result = [outputs, place(height), place(width)];
    return { source: imageModel("ConvTranspose2d", stage, [channels, height, width], result), calls };
  });

const pooling = (name: string, more: string): fc.Arbitrary<Sized> =>
  fc
    .record({ ...image, ...window, channels: size(1, 9) })
    .filter(
      ({ height, width, kernel, padding }) =>
        2 * padding <= kernel && Math.min(height, width) + 2 * padding >= kernel,
    )
    .map(({ height, width, channels, kernel, stride, padding, calls }): Sized => {
      const place = (extent: number): number => Math.floor((extent + 2 * padding - kernel) / stride) + 1;
      const stage = `${name}(${kernel}, stride: ${stride}, padding: ${padding}${more})`;
      const shape = [channels, height, width];
      return { source: imageModel(name, stage, shape, [channels, place(height), place(width)]), calls };
    });

const adaptive = fc
  .record({ ...image, channels: size(1, 9), rows: size(1, 7), columns: size(1, 7) })
  .map(({ height, width, channels, rows, columns, calls }): Sized => {
    const stage = `adaptiveAvgPool2d(${rows}, ${columns})`;
    const shape = [channels, height, width];
    return { source: imageModel("adaptiveAvgPool2d", stage, shape, [channels, rows, columns]), calls };
  });

/** Two free dims; the last one of the input is drawn, so that widths off the vectors' four come up. */
const rowwise = (name: string, stage: string, same: boolean): fc.Arbitrary<Sized> =>
  fc
    .record({
      width: size(1, 70),
      out: size(1, 40),
      calls: fc.array(fc.record({ N: size(1, 5), T: size(1, 9) }), { minLength: 2, maxLength: 3 }),
    })
    .map(({ width, out, calls }) => ({
      source: `import std.nn { ${name} }
model Case(x: f32[N, T, ${width}]) -> (y: f32[N, T, ${same ? width : out}]) {
  y = x |> op: ${stage.replace("OUT", String(out))}
}`,
      calls,
    }));

const anySize = fc
  .record({
    outputs: size(1, 9),
    kernel: size(1, 4),
    calls: fc.array(fc.record({ N: size(1, 3), H: size(4, 17), W: size(4, 17) }), {
      minLength: 2,
      maxLength: 4,
    }),
  })
  .map(({ outputs, kernel, calls }): Sized => {
    const less = kernel - 1;
    return {
      source: `import std.nn { Conv2d, relu }
model Case(x: f32[N, 3, H, W]) -> (y: f32[N, ${outputs}, H - ${less}, W - ${less}]) where H >= 4, W >= 4 {
  y = x |> op: Conv2d(${outputs}, kernel: ${kernel}) |> relu
}`,
      calls,
    };
  });

describe("WebAssembly computes what the source means, whatever the sizes of", () => {
  it.each([
    ["a convolution", convolution, 24],
    ["a convolution over images of any size", anySize, 8],
    ["a transposed convolution", transposed, 6],
    ["a maximum over windows", pooling("maxPool2d", ""), 10],
    ["a mean over windows", pooling("avgPool2d", ""), 6],
    ["a mean over what is inside of windows", pooling("avgPool2d", ", countPadding: false"), 4],
    ["a mean over parts of an image", adaptive, 4],
    ["a linear layer", rowwise("Linear", "Linear(OUT)", false), 12],
    ["a layer norm", rowwise("LayerNorm", "LayerNorm()", true), 6],
    ["a softmax", rowwise("softmax", "softmax", true), 6],
  ])("%s", { timeout: 120_000 }, async (_layer, sized, numRuns) => {
    await fc.assert(fc.asyncProperty(sized, expectAgreement), { seed: 5, numRuns });
  });
});

it("A layer none of whose terms is inside of the image gives its bias", async () => {
  const stage = "ConvTranspose2d(1, kernel: 1, stride: 2, padding: 1)";
  await expectAgreement({
    source: imageModel("ConvTranspose2d", stage, [1, 2, 2], [1, 1, 1]),
    calls: [{ N: 1 }, { N: 3 }],
  });
});
