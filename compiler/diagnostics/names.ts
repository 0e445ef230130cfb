import type { CodeTable } from "./code.ts";

/** DLC2xxx: names and scopes. A number is never given to another meaning. */
export const nameCodes = {
  DLC2001: {
    severity: "error",
    title: "a name that is not defined",
    explanation: `
Every name is a hyper-parameter, an input, an equation, a label or an index of the declaration, something imported, or
one of the few names that stand everywhere (\`exp\`, \`sqrt\`, \`floor\`, …). A capitalised name alone as a dim of an input's
type is bound there; everything else has to exist.

\`\`\`dl
fn scaled(x: real[N]) -> (y: real[N]) { y[n] = gain * x[n] }
\`\`\`

\`\`\`dl
fn scaled(x: real[N], gain: real) -> (y: real[N]) { y[n] = gain * x[n] }
\`\`\`
`,
  },
  DLC2002: {
    severity: "error",
    title: "a name that is defined twice",
    explanation: `
A name is bound once, and the order of equations means nothing; so there is no second value for it to take.

\`\`\`dl
fn twice(x: real[N]) -> (y: real[N]) {
  h[n] = x[n] + 1
  h[n] = 2 * x[n]
  y[n] = h[n]
}
\`\`\`

\`\`\`dl
fn twice(x: real[N]) -> (y: real[N]) {
  h[n] = x[n] + 1
  y[n] = 2 * h[n]
}
\`\`\`
`,
  },
  DLC2003: {
    severity: "error",
    title: "a name that would hide another",
    explanation: `
A name means one thing wherever it is seen: nothing hides a name of the same block, of a block around it, or an
imported one. Two equations may use one name for two indices, since neither sees the other's.

\`\`\`dl
fn rows(x: real[N, D]) -> (y: real[N]) { y[n] = sum[x in 0..D] 1.0 }
\`\`\`

\`\`\`dl
fn rows(x: real[N, D]) -> (y: real[N]) { y[n] = sum[d in 0..D] 1.0 }
\`\`\`
`,
  },
  DLC2004: {
    severity: "error",
    title: "equations that go in a circle",
    explanation: `
An equation may use any name of its block, in any order, but not itself, through however many others. Only what is
carried from one step of time to the next may depend on its own earlier value.

\`\`\`dl
fn circle(x: real[N]) -> (y: real[N]) {
  a[n] = b[n] + x[n]
  b[n] = 2 * a[n]
  y[n] = a[n]
}
\`\`\`

\`\`\`dl
fn circle(x: real[N]) -> (y: real[N]) {
  a[n] = x[n] + 1
  b[n] = 2 * a[n]
  y[n] = b[n]
}
\`\`\`
`,
  },
  DLC2005: {
    severity: "error",
    title: "a module or file that is not there",
    explanation: `
\`import std.nn { … }\` takes names from the library; any other module is a file beside the one that imports it,
\`import blocks { … }\` from \`blocks.dl\`.

\`\`\`dl
import std.nnn { Linear }
\`\`\`

\`\`\`dl
import std.nn { Linear }
\`\`\`
`,
  },
  DLC2006: {
    severity: "error",
    title: "files that import each other in a circle",
    explanation: `
Files form an order in which each is understood after those that it imports. Where two need something of each other,
that belongs into a third file which both import.
`,
  },
  DLC2007: {
    severity: "error",
    title: "a module without the name that is imported",
    explanation: `
Only declarations and constants of a file can be imported from it, by the names that they have there.

\`\`\`dl
import std.nn { Conv2D }
\`\`\`

\`\`\`dl
import std.nn { Conv2d }
\`\`\`
`,
  },
  DLC2008: {
    severity: "error",
    title: "a name that is imported twice",
    explanation: `
A name comes from one place. Where two modules have a declaration of one name, import one of them and give the other
another name in its own file.

\`\`\`dl
import std.nn { relu, relu }
\`\`\`

\`\`\`dl
import std.nn { relu }
\`\`\`
`,
  },
  DLC2009: {
    severity: "warning",
    title: "instances of one kind without labels",
    explanation: `
Parameters are named in the weights file by the labels of their layers. A layer without one is labelled by its kind; a
second of that kind in the same declaration makes them \`linear1\`, \`linear2\`, in the order of the text. That works, but a
layer put in before them changes the names of all that follow, and weights that were saved no longer fit.

\`\`\`dl
import std.nn { Linear, relu }

layer Two(width: dim)(x: real[N, D]) -> (y: real[N, width]) {
  y = x |> Linear(width) |> relu |> Linear(width)
}
\`\`\`

\`\`\`dl
import std.nn { Linear, relu }

layer Two(width: dim)(x: real[N, D]) -> (y: real[N, width]) {
  y = x |> fc1: Linear(width) |> relu |> fc2: Linear(width)
}
\`\`\`
`,
  },
  DLC2010: {
    severity: "error",
    title: "two parameters with one name",
    explanation: `
The name of a parameter, the labels from the model down and its own, is what it has in the weights file. So two
parameters can't share one, and one parameter has one shape: an instance that is applied twice is applied to inputs of
equal width. Labels \`""\` add nothing to a name, and are where this happens most.

\`\`\`dl
import std.nn { Linear }

model Clash(x: f32[N, 4]) -> (y: f32[N, 4]) {
  y = x |> "": Linear(4) |> "": Linear(4)
}
\`\`\`

\`\`\`dl
import std.nn { Linear }

model Clash(x: f32[N, 4]) -> (y: f32[N, 4]) {
  y = x |> "a": Linear(4) |> "b": Linear(4)
}
\`\`\`
`,
  },
  DLC2012: {
    severity: "error",
    title: "arguments that don't fit a header",
    explanation: `
A declaration has up to two lists: hyper-parameters, chosen when it is written, and tensors, which flow. Arguments are
given in order or by name, \`Conv2d(6, kernel: 5)\`; what has a default may be left out.

\`\`\`dl
import std.nn { Conv2d }

layer Head(x: real[N, C, H, W]) -> (y: real[N, 8, H, W]) {
  y = x |> conv: Conv2d(8, kernal: 1)
}
\`\`\`

\`\`\`dl
import std.nn { Conv2d }

layer Head(x: real[N, C, H, W]) -> (y: real[N, 8, H, W]) {
  y = x |> conv: Conv2d(8, kernel: 1)
}
\`\`\`
`,
  },
  DLC2013: {
    severity: "error",
    title: "a model that is not there",
    explanation: `
\`--model NAME\` chooses one of the models that the source declares. Without it, all of them are meant.
`,
  },
  DLC2014: {
    severity: "error",
    title: "an application without an end",
    explanation: `
A layer may apply itself, as a U-Net does, where every path to it leads through an \`if\` whose condition is known when
the model is built; 100 such turns are allowed.

\`\`\`dl
fn down(x: real) = down(x - 1)

fn lowest(x: real[N]) -> (y: real[N]) { y[n] = down(x[n]) }
\`\`\`

\`\`\`dl
fn down(x: real) = x - 1

fn lowest(x: real[N]) -> (y: real[N]) { y[n] = down(x[n]) }
\`\`\`
`,
  },
  DLC2016: {
    severity: "error",
    title: "a function that owns parameters",
    explanation: `
A function has nothing of its own, so that it is the same wherever it is applied. What owns parameters is a layer.

\`\`\`dl
fn scale(x: real[N, C]) -> (y: real[N, C]) {
  param gain: real[C] = 1
  y[n, c] = gain[c] * x[n, c]
}
\`\`\`

\`\`\`dl
layer Scale(x: real[N, C]) -> (y: real[N, C]) {
  param gain: real[C] = 1
  y[n, c] = gain[c] * x[n, c]
}
\`\`\`
`,
  },
  DLC2017: {
    severity: "error",
    title: "a hyper-parameter that can't be set from outside",
    explanation: `
\`--set classes=100\` gives a hyper-parameter of the model another value than its default: a number for \`dim\`, \`int\` and
\`real\`, \`true\` or \`false\` for \`bool\`, any text for \`string\`. Lists, layers and functions are chosen in the source.
`,
  },
  DLC2018: {
    severity: "error",
    title: "a next value of what has none",
    explanation: `
\`x'\` is the value of \`x\` after a step. In a layer or a model only a \`state\` has one; in an optimizer its inputs do, in a
training step the instances that it changes.

\`\`\`dl
layer Count(x: real[N]) -> (y: real[N]) {
  seen = 0
  seen' = if training then seen + 1 else seen
  y[n] = x[n] + seen
}
\`\`\`

\`\`\`dl
layer Count(x: real[N]) -> (y: real[N]) {
  state seen: real = 0
  seen' = if training then seen + 1 else seen
  y[n] = x[n] + seen
}
\`\`\`
`,
  },
  DLC2019: {
    severity: "error",
    title: "an array that a scan builds is read in the scan",
    explanation: `
A left side with the variable of a scan builds an array turn by turn; the scan writes it, and only what stands outside reads
it. What a later turn needs is carried.

\`\`\`dl
fn sums(x: real[T]) -> (y: real[T]) {
  scan t in 0..T carry h = 0.0 {
    h' = h + x[t]
    y[t] = h'
    z[t] = 2 * y[t]
  }
}
\`\`\`

\`\`\`dl
fn sums(x: real[T]) -> (y: real[T]) {
  scan t in 0..T carry h = 0.0 {
    h' = h + x[t]
    y[t] = h'
    z[t] = 2 * h'
  }
}
\`\`\`
`,
  },
  DLC2020: {
    severity: "error",
    title: "a statement that has no place here",
    explanation: `
Beside equations, layers and models have \`param\`, \`state\` and \`entry\`, optimizers \`state\`, and a \`train\` block
\`metric\`. Functions, data declarations and scans have none of these.

\`\`\`dl
model M(x: f32[N]) -> (y: f32[N]) {
  y[n] = 2 * x[n]
  metric size = mean(y)
}
\`\`\`

\`\`\`dl
model M(x: f32[N]) -> (y: f32[N], size: f32) {
  y[n] = 2 * x[n]
  size = mean(y)
}
\`\`\`
`,
  },
  DLC2021: {
    severity: "warning",
    title: "a name that is nearly that of a field",
    explanation: `
In a \`train\` block an equation may define any name, so that a misspelt field (\`epocs = 10\`) is an equation that nobody
reads, and the training goes on with the field's default. The fields are loss, optimizer, batch, accumulate, epochs,
patience, seed, freeze and test.

\`\`\`dl
model Line(x: f32[N]) -> (y: f32[N]) {
  param w: f32 = 1
  y[n] = w * x[n]
}

train Line on (x: f32[N]) {
  loss   = mean(y)
  model' = model - 0.1 * grad(loss, model)
  batch  = 8
  epocs  = 10
}
\`\`\`

\`\`\`dl
model Line(x: f32[N]) -> (y: f32[N]) {
  param w: f32 = 1
  y[n] = w * x[n]
}

train Line on (x: f32[N]) {
  loss   = mean(y)
  model' = model - 0.1 * grad(loss, model)
  batch  = 8
  epochs = 10
}
\`\`\`
`,
  },
} satisfies CodeTable<2>;
