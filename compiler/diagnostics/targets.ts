import type { CodeTable } from "./code.ts";

/** DLC5xxx: what a target can do. A number is never given to another meaning. */
export const targetCodes = {
  DLC5001: {
    severity: "error",
    title: "the model does not fit into the target's memory",
    explanation: `
WebAssembly addresses memory with 32 bits, so that parameters, inputs, outputs and everything in between
have 4 GiB together. What is not needed at the same time shares its place; the size in the message counts
that already, at the smallest sizes that the entry allows. Larger inputs are refused when they are given.

\`\`\`dl
model Wide()(x: f32[40000]) -> (y: f32[40000]) {
  param weight: f32[40000, 40000] = 0.0
  y[o] = sum[i] weight[o, i] * x[i]
}
\`\`\`

Two thinner layers often do as well as one of full rank:

\`\`\`dl
model Thin()(x: f32[40000]) -> (y: f32[40000]) {
  param down: f32[256, 40000] = 0.0
  param up:   f32[40000, 256] = 0.0
  narrow[k] = sum[i] down[k, i] * x[i]
  y[o] = sum[k] up[o, k] * narrow[k]
}
\`\`\`
`,
  },
  DLC5002: {
    severity: "error",
    title: "half precision outside of parameters",
    explanation: `
Parameters may be stored as \`f16\`: half the bytes, in the weights file and in memory. They are widened when they are
read, and what is computed with them is \`f32\`. WebAssembly has no arithmetic in f16, and JavaScript no array of such
numbers that all hosts know, so that inputs, outputs and what lies between them have another dtype.

\`\`\`dl
model Gain(x: f16[N, 8]) -> (y: f16[N, 8]) {
  param gain: f16[8] = 1
  y[n, i] = gain[i] * x[n, i]
}
\`\`\`

\`\`\`dl
model Gain(x: f32[N, 8]) -> (y: f32[N, 8]) {
  param gain: f16[8] = 1
  y[n, i] = real(gain[i]) * x[n, i]
}
\`\`\`
`,
  },
} satisfies CodeTable<5>;
