import type { CodeTable } from "./code.ts";

/** DLC3xxx: shapes, types, bounds and numbers. A number is never given to another meaning. */
export const shapeCodes = {
  DLC3001: {
    severity: "error",
    title: "shapes of entry-by-entry arithmetic that differ",
    explanation: `
Without indices, arithmetic goes entry by entry, between equal shapes or with a single number. Nothing is stretched to
fit: with indices it is written down which entries belong together.

\`\`\`dl
fn shifted(x: real[N, D], b: real[D]) -> (y: real[N, D]) { y = x + b }
\`\`\`

\`\`\`dl
fn shifted(x: real[N, D], b: real[D]) -> (y: real[N, D]) { y[n, d] = x[n, d] + b[d] }
\`\`\`
`,
  },
  DLC3002: {
    severity: "error",
    title: "a tensor with another number of axes",
    explanation: `
A tensor is read with one subscript for each axis (\`:\` keeps an axis whole), applied where its number of axes is that of
the header, and an entry is a single number.

\`\`\`dl
fn first(x: real[N, D]) -> (y: real[N]) { y[n] = x[n] }
\`\`\`

\`\`\`dl
fn first(x: real[N, D]) -> (y: real[N]) { y[n] = x[n, 0] }
\`\`\`
`,
  },
  DLC3003: {
    severity: "error",
    title: "a value of another type than is declared",
    explanation: `
Whole numbers that are counted (literals, sizes, indices) and float literals take the type of what they meet. Nothing
else is converted unless it is written: \`real(…)\`, \`i32(…)\`, \`f16(…)\`.

\`\`\`dl
fn share(count: i32[N]) -> (y: f32[N]) { y[n] = count[n] }
\`\`\`

\`\`\`dl
fn share(count: i32[N]) -> (y: f32[N]) { y[n] = real(count[n]) }
\`\`\`
`,
  },
  DLC3004: {
    severity: "error",
    title: "a size that a layer does not expect",
    explanation: `
What flows into a layer has to have the sizes that its header, its hyper-parameters or its weights ask for. The message
names both, with the steps by which the size of the input came about, so that it can be seen where the two parted.

\`\`\`dl
import std.nn { flatten }

layer Tail(x: real[N, 16, 4, 4]) -> (y: real[N]) { y = x |> flatten |> total400 }

fn total400(x: real[N, 400]) -> (y: real[N]) { y[n] = sum[c] x[n, c] }
\`\`\`

\`\`\`dl
import std.nn { flatten }

layer Tail(x: real[N, 16, 5, 5]) -> (y: real[N]) { y = x |> flatten |> total400 }

fn total400(x: real[N, 400]) -> (y: real[N]) { y[n] = sum[c] x[n, c] }
\`\`\`
`,
  },
  DLC3005: {
    severity: "error",
    title: "a size below 1",
    explanation: `
Every axis has at least one entry. A step that shrinks an image further than there is image (a pool after too many
others) is refused where it stands, with the sizes that led there.

\`\`\`dl
import std.nn { maxPool2d }

model Small(image: f32[N, 1, 6, 6]) -> (y: f32[N, 1, 1, 1]) {
  y = image |> maxPool2d(2) |> maxPool2d(2) |> maxPool2d(2)
}
\`\`\`

\`\`\`dl
import std.nn { maxPool2d }

model Small(image: f32[N, 1, 8, 8]) -> (y: f32[N, 1, 1, 1]) {
  y = image |> maxPool2d(2) |> maxPool2d(2) |> maxPool2d(2)
}
\`\`\`
`,
  },
  DLC3006: {
    severity: "error",
    title: "a read that may leave its tensor",
    explanation: `
Every read is proven to lie inside its tensor, from the ranges of indices and sizes, the conditions of the branches and
filters around it, and the \`where\` of the header. A read that may lie outside says what it gives there.

\`\`\`dl
model Before(x: f32[N, 8]) -> (y: f32[N, 8]) { y[n, i] = x[n, i] - x[n, i - 1] }
\`\`\`

\`\`\`dl
model Before(x: f32[N, 8]) -> (y: f32[N, 8]) { y[n, i] = x[n, i] - (x[n, i - 1] else 0) }
\`\`\`
`,
  },
  DLC3007: {
    severity: "error",
    title: "an index without a range",
    explanation: `
An index runs over the axis on which it stands alone as a subscript, or over the axis that the left side's type has in
its place. Where it stands in neither, or only in reads with a guard, its range is written: \`i in 0..n\`.

\`\`\`dl
model Windows(x: f32[N, 8]) -> (y: f32[N, 8]) { y[n, i] = sum[u] (x[n, i + u] else 0) }
\`\`\`

\`\`\`dl
model Windows(x: f32[N, 8]) -> (y: f32[N, 8]) { y[n, i] = sum[u in 0..3] (x[n, i + u] else 0) }
\`\`\`
`,
  },
  DLC3008: {
    severity: "error",
    title: "an index with two ranges",
    explanation: `
An index that stands alone on several axes runs over all of them together, so that they have to be equally long. A
guard takes a read out of this, and a range that is written decides.

\`\`\`dl
fn pairs(a: real[3], b: real[4]) -> (y: real) { y = sum[i] a[i] * b[i] }
\`\`\`

\`\`\`dl
fn pairs(a: real[3], b: real[4]) -> (y: real) { y = sum[i in 0..3] a[i] * b[i] }
\`\`\`
`,
  },
  DLC3009: {
    severity: "error",
    title: "a division of sizes that may not come out whole",
    explanation: `
In a size, a subscript or a range, \`/\` is exact: that it comes out whole is proven, or stated in a \`where\`. \`floor(a / b)\`
drops the rest. So no size is rounded without anybody having written it.

\`\`\`dl
model Half(x: f32[N, 9]) -> (y: f32[N, 4]) { y[n, i in 0..9 / 2] = x[n, i] }
\`\`\`

\`\`\`dl
model Half(x: f32[N, 9]) -> (y: f32[N, 4]) { y[n, i in 0..floor(9 / 2)] = x[n, i] }
\`\`\`
`,
  },
  DLC3010: {
    severity: "error",
    title: "a condition of a header that does not hold",
    explanation: `
The \`where\` of a header says for which sizes and hyper-parameters a declaration works. It is held against every
application.

\`\`\`dl
import std.nn { Conv2d }

model Grouped(image: f32[N, 4, 8, 8]) -> (y: f32[N, 6, 8, 8]) {
  y = image |> conv: Conv2d(6, kernel: 1, groups: 3)
}
\`\`\`

\`\`\`dl
import std.nn { Conv2d }

model Grouped(image: f32[N, 6, 8, 8]) -> (y: f32[N, 6, 8, 8]) {
  y = image |> conv: Conv2d(6, kernel: 1, groups: 3)
}
\`\`\`
`,
  },
  DLC3011: {
    severity: "error",
    title: "a condition that is not known to hold",
    explanation: `
A condition on sizes that are known only when the model is called can't be decided when it is built. The \`where\` of the
model's entry may state it; then it is checked at each call.

\`\`\`dl
import std.nn { maxPool2d }

model Pool(image: f32[N, 1, H, W]) -> (y: f32[N, 1, floor((H - 3) / 3) + 1, floor((W - 3) / 3) + 1]) {
  y = image |> maxPool2d(3)
}
\`\`\`

\`\`\`dl
import std.nn { maxPool2d }

model Pool(image: f32[N, 1, H, W]) -> (y: f32[N, 1, floor((H - 3) / 3) + 1, floor((W - 3) / 3) + 1])
  where H >= 3, W >= 3
{
  y = image |> maxPool2d(3)
}
\`\`\`
`,
  },
  DLC3012: {
    severity: "error",
    title: "a size that is not known when the model is built",
    explanation: `
The shapes of parameters, the lengths of lists of layers and the hyper-parameters decide what is built; so they depend
on literals, hyper-parameters and the fixed sizes of inputs alone, not on the size of a batch or on values of tensors.

\`\`\`dl
model PerExample(x: f32[N, 8]) -> (y: f32[N, 8]) {
  param gain: f32[N] = 1
  y[n, i] = gain[n] * x[n, i]
}
\`\`\`

\`\`\`dl
model PerExample(x: f32[N, 8]) -> (y: f32[N, 8]) {
  param gain: f32[8] = 1
  y[n, i] = gain[i] * x[n, i]
}
\`\`\`
`,
  },
  DLC3013: {
    severity: "error",
    title: "a value of another kind",
    explanation: `
Tensors and numbers, layers, functions, lists and texts are different kinds of value, each with its places. A layer is
instantiated with round brackets (\`LayerNorm()\`, also where it has no hyper-parameters) and then applied; a function is
written bare.

\`\`\`dl
import std.nn { LayerNorm }

layer Normed(x: real[N, D]) -> (y: real[N, D]) { y = x |> LayerNorm }
\`\`\`

\`\`\`dl
import std.nn { LayerNorm }

layer Normed(x: real[N, D]) -> (y: real[N, D]) { y = x |> LayerNorm() }
\`\`\`
`,
  },
  DLC3014: {
    severity: "error",
    title: "an integer that may leave its range",
    explanation: `
Integers that choose a row of a table are declared with the range of the table, \`i32[N] in 0..vocab\`: it is checked
once, at the door, and every read by them is proven. What is handed on has to keep to the range.

\`\`\`dl
import std.nn { Embedding }

model Words(ids: i32[N, T] in 0..1000) -> (y: f32[N, T, 8]) { y = ids |> table: Embedding(500, 8) }
\`\`\`

\`\`\`dl
import std.nn { Embedding }

model Words(ids: i32[N, T] in 0..500) -> (y: f32[N, T, 8]) { y = ids |> table: Embedding(500, 8) }
\`\`\`
`,
  },
  DLC3015: {
    severity: "error",
    title: "a reduction of nothing",
    explanation: `
The sum of nothing is 0, the product 1, the largest of no floats -inf. But there is no place of a largest entry among
none, and no largest of no integers: where a filter may leave nothing, say what it is then.

\`\`\`dl
fn best(x: real[N], keep: bool[N]) -> (place: i32) { place = argmax[n where keep[n]] x[n] }
\`\`\`

\`\`\`dl
fn best(x: real[N], keep: bool[N]) -> (place: i32) { place = (argmax[n where keep[n]] x[n] else 0) }
\`\`\`
`,
  },
  DLC3016: {
    severity: "warning",
    title: "a guarded read that is always outside",
    explanation: `
A guard says what a read gives outside of its tensor. Where the read is never inside, the guard is all that is left of
it, and a slip in the subscript is likely.

\`\`\`dl
model Late(x: f32[N, 8]) -> (y: f32[N, 8]) { y[n, i] = x[n, i] + (x[n, i + 8] else 0) }
\`\`\`

\`\`\`dl
model Late(x: f32[N, 8]) -> (y: f32[N, 8]) { y[n, i] = x[n, i] + (x[n, i + 7] else 0) }
\`\`\`
`,
  },
  DLC3017: {
    severity: "error",
    title: "numbers that don't go together",
    explanation: `
Operators join numbers of one type. Counted whole numbers and float literals take the type of their partner; an \`i32\` of
a tensor and a float meet only where a conversion is written. Conditions are no numbers; they are counted with \`sum\`.

\`\`\`dl
fn scaled(x: real[N], times: i32[N]) -> (y: real[N]) { y[n] = x[n] * times[n] }
\`\`\`

\`\`\`dl
fn scaled(x: real[N], times: i32[N]) -> (y: real[N]) { y[n] = x[n] * real(times[n]) }
\`\`\`
`,
  },
  DLC3018: {
    severity: "error",
    title: "branches of different types",
    explanation: `
An \`if\` is one value, whichever branch is taken; so both have one type.

\`\`\`dl
fn either(x: real[N], n: i32[N]) -> (y: real[N]) { y[i] = if x[i] > 0 then x[i] else n[i] }
\`\`\`

\`\`\`dl
fn either(x: real[N], n: i32[N]) -> (y: real[N]) { y[i] = if x[i] > 0 then x[i] else real(n[i]) }
\`\`\`
`,
  },
  DLC3019: {
    severity: "error",
    title: "something that is not built yet",
    explanation: `
The language has this, the grammar knows it, and a later version of the compiler will build it. Declarations that a
model does not use don't keep it from being built: a \`train\` block, its \`data\` and its optimizers may stand in the file.

\`\`\`dl
model Shifted(x: f32[N], by: f32[N] = x) -> (y: f32[N]) { y = x + by }
\`\`\`

\`\`\`dl
model Shifted(x: f32[N], by: f32[N] = 0) -> (y: f32[N]) { y = x + by }
\`\`\`
`,
  },
  DLC3020: {
    severity: "error",
    title: "a guard around something that is no single read",
    explanation: `
\`(x[i - 1] else 0)\` says what one read of one entry gives where it lies outside. A choice between two values is an \`if\`.

\`\`\`dl
fn safe(x: real[N]) -> (y: real[N]) { y[n] = (x[n] + 1 else 0) }
\`\`\`

\`\`\`dl
fn safe(x: real[N]) -> (y: real[N]) { y[n] = (x[n] else 0) + 1 }
\`\`\`
`,
  },
  DLC3021: {
    severity: "error",
    title: "a shape other than the declared one",
    explanation: `
The header says which shape a result has, and the equation gives one. They have to be the same.

\`\`\`dl
import std.nn { Linear }

model Wide(x: f32[N, 8]) -> (y: f32[N, 10]) { y = x |> fc: Linear(12) }
\`\`\`

\`\`\`dl
import std.nn { Linear }

model Wide(x: f32[N, 8]) -> (y: f32[N, 10]) { y = x |> fc: Linear(10) }
\`\`\`
`,
  },
  DLC3022: {
    severity: "error",
    title: "a size that is too large",
    explanation: `
Sizes are computed exactly, with whole numbers up to 2^53 - 1. No tensor of such a size fits into any memory; a slip in
a product or a power is likely.

\`\`\`dl
table = 9007199254740991 * 9007199254740991
\`\`\`

\`\`\`dl
table = 9007199254740991
\`\`\`
`,
  },
  DLC3023: {
    severity: "error",
    title: "a first value that depends on inputs",
    explanation: `
What a parameter holds at first is decided before the model sees any input: by hyper-parameters, sizes, draws, and
equations of these.

\`\`\`dl
model Copy(x: f32[4]) -> (y: f32[4]) {
  param w: f32[4] = x
  y[i] = w[i] * x[i]
}
\`\`\`

\`\`\`dl
model Copy(x: f32[4]) -> (y: f32[4]) {
  param w: f32[4] = 1
  y[i] = w[i] * x[i]
}
\`\`\`
`,
  },
  DLC3024: {
    severity: "warning",
    title: "a constant that its type can't hold",
    explanation: `
A constant takes the type of what it meets. Outside of that type's range it becomes an infinity, or for whole numbers
another number; too small a float becomes 0, and \`x / (d + 1e-60)\` guards against nothing.

\`\`\`dl
model Scaled(x: f32[N, 8]) -> (y: f32[N, 8]) { y[n, i] = x[n, i] / (abs(x[n, i]) + 1e-60) }
\`\`\`

\`\`\`dl
model Scaled(x: f32[N, 8]) -> (y: f32[N, 8]) { y[n, i] = x[n, i] / (abs(x[n, i]) + 1e-6) }
\`\`\`
`,
  },
} satisfies CodeTable<3>;
