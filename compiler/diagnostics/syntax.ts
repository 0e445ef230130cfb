import type { CodeTable } from "./code.ts";

/** DLC1xxx: what does not parse. A number is never given to another meaning. */
export const syntaxCodes = {
  DLC1001: {
    severity: "error",
    title: "something else is expected here",
    explanation: `
The text cannot go on like this: the message says what may stand here and what was found instead.
The rest of the file is read all the same, so that one slip does not hide the others.

\`\`\`dl
fn half(x: real) = x /
\`\`\`

Here the divisor is missing:

\`\`\`dl
fn half(x: real) = x / 2
\`\`\`
`,
  },
  DLC1002: {
    severity: "error",
    title: "a character that the language does not use",
    explanation: `
Outside strings and comments, the language is written with letters, digits, \`_\` and the signs
\`-> |> .. == != <= >= < > = ~ + - * / % ^ ' . , : ( ) [ ] { }\`. Nothing separates statements, and
the logical operators are words.

\`\`\`dl
fn both(a: bool, b: bool) = a && b;
\`\`\`

\`\`\`dl
fn both(a: bool, b: bool) = a and b
\`\`\`
`,
  },
  DLC1003: {
    severity: "error",
    title: "a string without its closing quote",
    explanation: `
A string ends on the line on which it begins; a line break inside it is written \`\\n\`, a quote \`\\"\`.

\`\`\`dl
data Words()(word: i32[L] in 0..9 = characters("corpus.txt)) -> (w: i32[L]) { w = word }
\`\`\`

\`\`\`dl
data Words()(word: i32[L] in 0..9 = characters("corpus.txt")) -> (w: i32[L]) { w = word }
\`\`\`
`,
  },
  DLC1004: {
    severity: "error",
    title: "a number with nothing on one side of its point",
    explanation: `
A number has digits on both sides of its point. \`1.\` and \`.5\` would be too close to the ranges
\`1..n\` and \`0..5\`.

\`\`\`dl
fn half(x: real) = .5 * x
\`\`\`

\`\`\`dl
fn half(x: real) = 0.5 * x
\`\`\`
`,
  },
  DLC1005: {
    severity: "error",
    title: "a number that is too large",
    explanation: `
Whole numbers are exact up to 2^53 - 1 = 9007199254740991, and a number with a point or an exponent must be
below 1.8e308. For infinity there is \`inf\`.

\`\`\`dl
never = -1e999
\`\`\`

\`\`\`dl
never = -inf
\`\`\`
`,
  },
  DLC1006: {
    severity: "error",
    title: "an unknown escape or part in a string",
    explanation: `
In a string, a backslash stands before \`"\`, \`\\\` or \`n\` only, and curly brackets hold one name whose value
is known when the model is built.

\`\`\`dl
layer Scale(level: int)(x: real[C]) -> (y: real[C]) {
  param w: real[C] = 1 as "w_{level + 1}"
  y[c] = w[c] * x[c]
}
\`\`\`

\`\`\`dl
layer Scale(level: int)(x: real[C]) -> (y: real[C]) where next = level + 1 {
  param w: real[C] = 1 as "w_{next}"
  y[c] = w[c] * x[c]
}
\`\`\`
`,
  },
  DLC1007: {
    severity: "error",
    title: "an expression or a block that is nested too deeply",
    explanation: `
Brackets, blocks, \`if\`, prefixes and exponents may be nested 40 deep, and no statement's tree may be higher than
1000: no formula that a person reads comes near, and the limits keep every tool safe from a text made by
a program gone astray.

Give the inner part a name of its own:

\`\`\`dl
inner = 1 + 2
outer = 3 * (inner + 4)
\`\`\`
`,
  },
  DLC1008: {
    severity: "error",
    title: "a source that is too large",
    explanation: `
A source has at most 1,048,576 characters (the largest models take a few thousand). Tables of numbers belong
into a file of data, which a \`data\` declaration reads:

\`\`\`dl
data Table()(row: f32[M, 8] = npy("table.npy")) -> (x: f32[M, 8]) { x = row }
\`\`\`
`,
  },
  DLC1009: {
    severity: "error",
    title: "a guard without its brackets",
    explanation: `
A guard says what a read yields outside its array, and belongs to that one read: it stands in round brackets
with it. Without them, \`else\` could as well be taken to hold for the whole sum.

\`\`\`dl
fn shift(x: real[N]) -> (y: real[N]) { y[i] = x[i - 1] else 0 }
\`\`\`

\`\`\`dl
fn shift(x: real[N]) -> (y: real[N]) { y[i] = (x[i - 1] else 0) }
\`\`\`
`,
  },
  DLC1010: {
    severity: "error",
    title: "an operator after a pipe",
    explanation: `
\`|>\` binds more loosely than all arithmetic, and on its right side there is one layer or function. What is
calculated with the result of a pipe needs round brackets around the pipe.

\`\`\`dl
fn gate(x: real[N]) -> (y: real[N]) { y = x |> tanh + 1 }
\`\`\`

\`\`\`dl
fn gate(x: real[N]) -> (y: real[N]) { y = (x |> tanh) + 1 }
\`\`\`
`,
  },
  DLC1011: {
    severity: "error",
    title: "a reduction divided by a reduction",
    explanation: `
A reduction takes the whole rest of its term, \`sum[i] a[i] / s\` is the sum of all \`a[i] / s\`. With a second
reduction after the division, readers disagree about what is divided; brackets say it.

\`\`\`dl
fn ratio(a: real[N], b: real[N]) -> (r: real) { r = sum[i] a[i] / sum[k] b[k] }
\`\`\`

\`\`\`dl
fn ratio(a: real[N], b: real[N]) -> (r: real) { r = (sum[i] a[i]) / (sum[k] b[k]) }
\`\`\`
`,
  },
  DLC1012: {
    severity: "error",
    title: "a bracket without its partner",
    explanation: `
A bracket is opened and not closed before the statement or declaration around it must end, or closed and never
opened.

\`\`\`dl
fn twice(x: real) = (2 * (x)
\`\`\`

\`\`\`dl
fn twice(x: real) = (2 * (x))
\`\`\`
`,
  },
  DLC1013: {
    severity: "warning",
    title: "documentation that documents nothing",
    explanation: `
Lines with \`///\` are the documentation of the declaration, statement or parameter that follows them, and are
shown where it is used. Here nothing follows that could have documentation. A plain comment has two slashes.

\`\`\`dl
pi = 3.14159265   /// enough digits for f32
\`\`\`

\`\`\`dl
pi = 3.14159265   // enough digits for f32
\`\`\`
`,
  },
  DLC1014: {
    severity: "error",
    title: "a comparison of a comparison",
    explanation: `
\`a < b < c\` would compare a truth with a number. Two comparisons are joined by \`and\`.

\`\`\`dl
fn inside(x: real) = 0 < x < 1
\`\`\`

\`\`\`dl
fn inside(x: real) = 0 < x and x < 1
\`\`\`
`,
  },
  DLC1015: {
    severity: "error",
    title: "a word of the language used as a name",
    explanation: `
\`if then else for in where and or not true false fn cat as\` and the reductions \`sum prod max min mean argmax
argmin any all\` have their one meaning everywhere. All other words, \`data\` and \`state\` among them, may also be
names.

\`\`\`dl
fn total(x: real[N]) -> (sum: real) { sum = sum[i] x[i] }
\`\`\`

\`\`\`dl
fn total(x: real[N]) -> (s: real) { s = sum[i] x[i] }
\`\`\`
`,
  },
  DLC1016: {
    severity: "error",
    title: "a file that is not text",
    explanation: `
The file holds bytes that no text in UTF-8 has. It may be compressed, or a file of weights that was
given in the place of a source.
`,
  },
  DLC1017: {
    severity: "error",
    title: "a file that declares nothing",
    explanation: `
A source has at least one declaration.

\`\`\`dl
// nothing but a comment
\`\`\`

\`\`\`dl
fn square(x: real) = x^2
\`\`\`
`,
  },
  DLC1018: {
    severity: "error",
    title: "too many mistakes to list",
    explanation: `
After 100 syntax errors the others are not listed: most likely the file is not a \`.dl\` source.
`,
  },
} satisfies CodeTable<1>;
