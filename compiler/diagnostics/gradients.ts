import type { CodeTable } from "./code.ts";

/** DLC4xxx: differentiation. A number is never given to another meaning. */
export const gradientCodes = {
  DLC4001: {
    severity: "error",
    title: "a gradient of what is no float, or by what is none",
    explanation: `
\`grad(e, x)\` says how one float changes with a float tensor. Whole numbers and conditions move in jumps, and have
no gradient; and what is differentiated is one number for each value of the indices around it.

\`\`\`dl
fn slope(x: real[N], k: i32) -> (g: i32) { g = grad(sum[n] x[n] * real(k), k) }
\`\`\`

\`\`\`dl
fn slope(x: real[N], k: i32) -> (g: real[N]) { g = grad(sum[n] x[n] * real(k), x) }
\`\`\`
`,
  },
  DLC4002: {
    severity: "error",
    title: "a gradient by what plays no part",
    explanation: `
What is differentiated does not depend on this name through any equation, or only through what lets nothing flow back:
whole numbers, comparisons, conditions, \`argmax\`, \`floor\` and \`stop\`. The gradient would be 0 everywhere, and most
often it is a slip: a model is not trained by its accuracy, which counts. (Of the parameters of a layer, those that play
no part have the gradient 0.)

\`\`\`dl
model M(x: f32[N], y: f32[N]) -> (g: f32[N]) { g = grad(sum(x^2), y) }
\`\`\`

\`\`\`dl
model M(x: f32[N], y: f32[N]) -> (g: f32[N]) { g = grad(sum(x^2 * y), y) }
\`\`\`
`,
  },
  DLC4003: {
    severity: "error",
    title: "a gradient by what has no name",
    explanation: `
A gradient is taken by an input, by what an equation defines, by a parameter (\`fc.weight\`) or by all parameters of a
layer. What is computed where it stands has no other use that could depend on it.

\`\`\`dl
model M(x: f32[N]) -> (g: f32[N]) { g = grad(sum(x^2), 2 * x) }
\`\`\`

\`\`\`dl
model M(x: f32[N]) -> (g: f32[N]) {
  twice = 2 * x
  g = grad(sum(twice^2), twice)
}
\`\`\`
`,
  },
  DLC4004: {
    severity: "error",
    title: "a sum over all parameters outside of an optimizer",
    explanation: `
An optimizer is written for one parameter and applied to each. \`total(e)\` in it adds the entries of e up over all of
them: the norm of the whole gradient is \`sqrt(total(g^2))\`. Elsewhere there is nothing to sum over.

\`\`\`dl
model M(x: f32[N]) -> (y: f32) { y = total(x) }
\`\`\`

\`\`\`dl
model M(x: f32[N]) -> (y: f32) { y = sum(x) }
\`\`\`
`,
  },
  DLC4005: {
    severity: "error",
    title: "a train block that lacks something",
    explanation: `
A \`train\` block has a loss and an optimizer, or equations of its own for what a step changes (\`d' = …\`); and how many
rows make a batch. Its fields are loss, optimizer, batch, accumulate, epochs, patience, seed, freeze and test.

\`\`\`dl
model M(x: f32[N]) -> (y: f32[N]) {
  param w: f32 = 1
  y[n] = w * x[n]
}

train M on (x: f32[N]) {
  metric size = mean(y)
  batch = 8
}
\`\`\`

\`\`\`dl
optimizer Descent(theta: real[..P], g: real[..P]) { theta' = theta - 0.1 * g }

model M(x: f32[N]) -> (y: f32[N]) {
  param w: f32 = 1
  y[n] = w * x[n]
}

train M on (x: f32[N]) {
  loss = mean(y)
  optimizer = Descent()
  batch = 8
}
\`\`\`
`,
  },
  DLC4006: {
    severity: "error",
    title: "a field of a train block that can't be so",
    explanation: `
\`batch\`, \`accumulate\`, \`epochs\`, \`patience\` and \`seed\` are whole numbers that are known when the model is built.
\`freeze\` is a list of layers of the model, whose parameters stay. \`freeze\` and \`accumulate\` speak of what
\`optimizer = …\` does with the gradient of the loss; a block with equations of its own for what a step changes says it there.

\`\`\`dl
optimizer Descent(theta: real[..P], g: real[..P]) { theta' = theta - 0.1 * g }

model M(x: f32[N]) -> (y: f32[N]) {
  param w: f32 = 1
  y[n] = w * x[n]
}

train M on (x: f32[N]) {
  loss = mean(y)
  optimizer = Descent()
  batch = 0
}
\`\`\`

\`\`\`dl
optimizer Descent(theta: real[..P], g: real[..P]) { theta' = theta - 0.1 * g }

model M(x: f32[N]) -> (y: f32[N]) {
  param w: f32 = 1
  y[n] = w * x[n]
}

train M on (x: f32[N]) {
  loss = mean(y)
  optimizer = Descent()
  batch = 8
}
\`\`\`
`,
  },
} satisfies CodeTable<4>;
