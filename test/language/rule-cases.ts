/** What a rule of the static semantics accepts and what it refuses, and with which code. */
export interface RuleCase {
  readonly accepted: string;
  /** By the code of what is said of it; none for a rule that refuses nothing. */
  readonly refused?: Readonly<Record<string, string>>;
}

const model = (header: string, body: string): string => `model Case${header} {\n${body}\n}\n`;
const vector = (body: string): string => model("(x: f32[N]) -> (y: f32[N])", body);
const descent = "optimizer Descent(theta: real[..P], g: real[..P]) { theta' = theta - g }\n";
const line = `model Line(x: f32[N]) -> (y: f32[N]) {
  param a: f32 = 1
  y[n] = a * x[n]
}
`;
const linear = "import std.nn { Linear, relu }\n";

/** The rules that speak of names (D1) and of what is owned (D2). */
export const namingRules: Readonly<Record<string, RuleCase>> = {
  "D1.1 one name has one meaning, but for those of the prelude": {
    accepted: vector("abs[n] = x[n]\ny = abs"),
    refused: {
      DLC2002: vector("a = x\na = x\ny = a"),
      DLC2003: vector("y[n] = sum[x in 0..3] x"),
    },
  },
  "D1.2 order is free, and nothing is defined by itself": {
    accepted: vector("y = a\na = x"),
    refused: { DLC2004: vector("y = a\na = b\nb = a") },
  },
  "D1.3 an index is one of its equation, reduction or list": {
    accepted: vector("a[i] = x[i]\ny[i] = a[i] + (sum[j] x[j])"),
    refused: { DLC2001: vector("a[i] = x[i]\ny[n] = a[n] * i") },
  },
  "D1.4 on the left stand fresh indices": {
    accepted: vector("y[i] = x[i]"),
    refused: { DLC1001: vector("y[n + 1] = x[n]") },
  },
  "D1.5 in each part of cat the index runs over that part": {
    accepted: model("(a: f32[3], b: f32[4]) -> (y: f32[7])", "y[c] = cat[c](a[c], b[c])"),
    refused: {
      DLC3007: model("(a: f32[3], b: f32[4]) -> (y: f32[7])", "y[c] = cat[c](a[c], 1.0)"),
    },
  },
  "D1.6 a scan shows what it carries and stacks, and no more": {
    accepted: vector("scan n in 0..N carry h = 0.0 { h' = h + x[n]\ny[n] = h' }"),
    refused: {
      DLC2001: vector("scan n in 0..N carry h = 0.0 { z = h + x[n]\nh' = z }\ny[n] = x[n] + z"),
      DLC2019: vector("scan n in 0..N carry h = 0.0 { y[n] = h\nh' = y[n] }"),
    },
  },
  "D1.7 what is carried, states and, in training, instances have next values": {
    accepted: vector("state s: f32 = 0\ns' = s + 1\ny[n] = x[n] + s'"),
    refused: { DLC2018: vector("s = 1.0\ns' = s + 1\ny[n] = x[n] * s") },
  },
  "D1.8 a train block is a scope in its model, with fields of its own": {
    accepted: `${descent}${line}train Line on (x: f32[N]) { loss = mean(y)  optimizer = Descent()  batch = 2 }`,
    refused: {
      DLC4005: `${descent}${line}train Line on (x: f32[N]) { optimizer = Descent()  batch = 2 }`,
    },
  },
  "D1.9 results go to as many names, and a layer is instantiated by its list": {
    accepted: `fn two(x: real[N]) -> (a: real[N], b: real[N]) { a = x  b = x }\n${vector("y, z = two(x)")}`,
    refused: {
      DLC3013: `${linear}${model("(x: f32[N, 2]) -> (y: f32[N, 2])", "a, b = x |> fc: Linear(2)\ny = a")}`,
    },
  },
  "D1.10 a carried name may be an output": {
    accepted: model("(x: f32[T]) -> (h: f32)", "scan t in 0..T carry h = 0.0 { h' = h + x[t] }"),
    refused: {
      DLC2002: model("(x: f32[T]) -> (h: f32)", "scan t in 0..T carry h = 0.0 { h' = h + x[t] }\nh = 1"),
    },
  },
  "D2.1 two parameters have two names": {
    accepted: `${linear}${model("(x: f32[N, 2]) -> (y: f32[N, 2])", 'y = x |> "l{1 + 1}": Linear(2)').replace("{1 + 1}", "1")}`,
    refused: {
      DLC2010: `${linear}${model("(x: f32[N, 2]) -> (y: f32[N, 2])", 'a = Linear(2) as "same"\nb = Linear(2) as "same"\ny = x |> a |> b')}`,
    },
  },
  "D2.2 several layers without labels are warned about": {
    accepted: `${linear}${model("(x: f32[N, 2]) -> (y: f32[N, 2])", "y = x |> Linear(2)")}`,
    refused: {
      DLC2009: `${linear}${model("(x: f32[N, 2]) -> (y: f32[N, 2])", "y = x |> Linear(2) |> relu |> Linear(2)")}`,
    },
  },
  "D2.3 an instance that is applied twice has one shape": {
    accepted: `${linear}${model("(x: f32[N, 2]) -> (y: f32[N, 2])", "fc = Linear(2)\ny = fc(fc(x))")}`,
    refused: {
      DLC2010: `${linear}${model("(x: f32[N, 3]) -> (y: f32[N, 2])", "fc = Linear(2)\ny = fc(fc(x))")}`,
    },
  },
  "D2.4 a parameter has a shape that is known when the model is built": {
    accepted: vector("param a: f32[3] = 1\ny[n] = x[n] * a[1]"),
    refused: { DLC3012: vector("param a: f32[N] = 1\ny[n] = x[n] * a[n]") },
  },
  "D2.5 a parameter of a layer is a tensor": {
    accepted: `${linear}${model("(x: f32[N, 2]) -> (y: f32[N, 2])", "z = x |> fc: Linear(2)\ny[n, d] = z[n, d] + fc.bias[d]")}`,
    refused: {
      DLC2001: `${linear}${model("(x: f32[N, 2]) -> (y: f32[N, 2])", "z = x |> fc: Linear(2)\ny[n, d] = z[n, d] + fc.gain[d]")}`,
    },
  },
};

/** The rules that speak of sizes (D3) and of indices (D4). */
export const sizeRules: Readonly<Record<string, RuleCase>> = {
  "D3.1 every size is bound, and at least 1": {
    accepted: model("(x: f32[N, D]) -> (y: f32[N])", "y[n] = x[n, D - 1]"),
    refused: {
      DLC2001: model("(x: f32[n]) -> (y: f32[3])", "y[i] = x[i]"),
      DLC3005: model("(x: f32[3]) -> (y: f32)", "a[i in 0..3 - 3] = x[0]\ny = sum(a)"),
    },
  },
  "D3.2 what is built depends on sizes of the build": {
    accepted: `${linear}${model("(depth: int = 2)(x: f32[N, 2]) -> (y: f32[N, 2])", "y = x |> h: [Linear(2) for i in 0..depth]")}`,
    refused: {
      DLC3012: `${linear}${model("(x: f32[N, 2]) -> (y: f32[N, 2])", "y = x |> h: [Linear(2) for i in 0..N]")}`,
    },
  },
  "D3.3 sizes of one normal form are equal": {
    accepted: model(
      "(x: f32[H]) -> (y: f32[floor(H / 2)]) where H >= 2",
      "y[i in 0..floor((H - 2) / 2) + 1] = x[i]",
    ),
    refused: {
      DLC3021: model("(x: f32[H]) -> (y: f32[H]) where H >= 2", "y[i in 0..H - 1] = x[i]")
        .replace("y[i", "z[i")
        .replace("x[i]\n", "x[i]\ny = z\n"),
    },
  },
  "D3.4 conditions around a read are known in it": {
    accepted: vector("y[n] = if n > 0 then x[n - 1] else 0"),
    refused: { DLC3006: vector("y[n] = if n >= 0 then x[n - 1] else 0") },
  },
  "D3.5 what a model leaves open is stated": {
    accepted: model("(x: f32[N]) -> (y: f32) where N >= 2", "y = x[1]"),
    refused: {
      DLC3006: model("(x: f32[N]) -> (y: f32)", "y = x[1]"),
      DLC3010: model("(n: dim = 3)(x: f32[N]) -> (y: f32) where n > 3", "y = x[0]"),
    },
  },
  "D3.6 recursion leads through a branch of the build": {
    accepted: `layer Deep(d: int)(x: real[N]) -> (y: real[N]) { y = if d == 0 then x else x |> next: Deep(d - 1) }\n${vector("y = x |> net: Deep(3)")}`,
    refused: {
      DLC2014: `layer Deep(d: int)(x: real[N]) -> (y: real[N]) { y = x |> next: Deep(d + 1) }\n${vector("y = x |> net: Deep(3)")}`,
    },
  },
  "D4.1 an index has one range": {
    accepted: vector("y[n] = x[n]"),
    refused: {
      DLC3007: vector("y[n] = x[n] + (sum[i] (x[n + i] else 0))"),
      DLC3008: model("(x: f32[3], z: f32[4]) -> (y: f32[3])", "y[n] = x[n] + z[n]"),
    },
  },
  "D4.2 a read is proven to be inside": {
    accepted: model("(ids: i32[N] in 0..5, t: f32[5]) -> (y: f32[N])", "y[n] = t[ids[n]]"),
    refused: {
      DLC3006: model("(ids: i32[N] in 0..6, t: f32[5]) -> (y: f32[N])", "y[n] = t[ids[n]]"),
    },
  },
  "D4.3 a guard says what lies outside": {
    accepted: vector("y[n] = (x[n - 1] else 0)"),
    refused: { DLC3016: vector("y[n] = (x[n + N] else 0)"), DLC3020: vector("y[n] = (x[n] + 1 else 0)") },
  },
  "D4.4 of nothing, whole numbers have no maximum": {
    accepted: model("(k: i32[N], keep: bool[N]) -> (y: i32)", "y = (max[n where keep[n]] k[n] else 0)"),
    refused: { DLC3015: model("(k: i32[N], keep: bool[N]) -> (y: i32)", "y = max[n where keep[n]] k[n]") },
  },
  "D4.5 indices on the left mean: for each": {
    accepted: `import std.nn { softmax }\n${model("(x: f32[N, 3]) -> (y: f32[N, 3])", "y[n, :] = softmax(x[n, :])")}`,
    refused: { DLC3002: model("(x: f32[N, 3]) -> (y: f32[N, 3])", "y[n] = x[n, :]") },
  },
  "D4.6 without indices shapes are equal, or one is a number": {
    accepted: vector("y = 2 * x + x"),
    refused: { DLC3001: model("(x: f32[N, 3], b: f32[3]) -> (y: f32[N, 3])", "y = x + b") },
  },
};

/** The rules that speak of numbers (D5) and of gradients (D6). */
export const numberRules: Readonly<Record<string, RuleCase>> = {
  "D5.1 counted numbers take the dtype that they meet": {
    accepted: model(
      "(x: f32[N], k: i32[N]) -> (y: f32[N], j: i32[N])",
      "y[n] = x[n] * n / N\nj[n] = k[n] + n",
    ),
    refused: { DLC3013: vector("y[n] = x[1.5]") },
  },
  "D5.2 nothing else converts by itself": {
    accepted: model("(x: f32[N], k: i32[N]) -> (y: f32[N])", "y[n] = x[n] * real(k[n])"),
    refused: { DLC3017: model("(x: f32[N], k: i32[N]) -> (y: f32[N])", "y[n] = x[n] * k[n]") },
  },
  "D5.3 / is whole in integer positions, and real elsewhere": {
    accepted: model("(x: f32[N, 8]) -> (y: f32[N, 4])", "y[n, i in 0..8 / 2] = x[n, i] * (1 / 4)"),
    refused: {
      DLC3009: model("(x: f32[N, 9]) -> (y: f32[N, 4])", "y[n, i in 0..9 / 2] = x[n, i]"),
      DLC3017: model("(k: i32[N]) -> (y: i32[N])", "y[n] = k[n] / 2"),
    },
  },
  "D5.4 a divisor is not 0; bytes are stored by a conversion": {
    accepted: model(
      "(k: i32[N], d: i32[N] in 1..9, b: u8[N]) -> (y: i32[N], c: u8[N])",
      "y[n] = k[n] % d[n]\nc[n] = u8(b[n] + 1)",
    ),
    refused: {
      DLC3009: model("(k: i32[N], d: i32[N]) -> (y: i32[N])", "y[n] = k[n] % d[n]"),
      DLC3003: model("(b: u8[N]) -> (c: u8[N])", "c[n] = b[n] + 1"),
    },
  },
  "D5.5 constants that a dtype can't hold are warned about": {
    accepted: vector("y[n] = 1e38 * x[n]"),
    refused: { DLC3024: vector("y[n] = 1e39 * x[n]") },
  },
  "D6.1 a gradient is one of a float number, by what it depends on": {
    accepted: vector("y = grad(sum(x^2), x)"),
    refused: {
      DLC4001: model("(k: i32[N], x: f32[N]) -> (y: f32[N])", "y = real(grad(sum(x), k))"),
      DLC4002: model("(x: f32[N], z: f32[N]) -> (y: f32[N])", "y = grad(sum(x), z)"),
    },
  },
  "D6.2 nothing flows through conditions and whole numbers": {
    accepted: vector("y = grad(sum(x * stop(floor(x))), x)").replace("floor(x)", "x"),
    refused: { DLC4002: vector("y = grad(sum[n] (if x[n] > 0 then 1.0 else 0.0), x)") },
  },
  "D6.3 functions with corners have a slope there": {
    accepted: vector("y = grad(sum[n] abs(x[n]) + max(x), x)"),
  },
  "D6.4 a branch that is not taken contributes 0": {
    accepted: vector("y = grad(sum[n] (if x[n] > 0 then sqrt(x[n]) else 0), x)"),
  },
  "D6.5 a scan is differentiated through its turns": {
    accepted: vector("scan n in 0..N carry h = 1.0 { h' = h * x[n] }\ny = grad(h, x)"),
    refused: {
      DLC3019: vector(
        "scan n in 0..N carry h = 1.0 { h' = h * x[n]\ng = grad(h', x)\nz[n] = sum(g) }\ny[n] = z[n]",
      ),
    },
  },
  "D6.6 draws are the same in a value and in its gradient": {
    accepted: vector("y = grad(sum[n] x[n] * random(), x)"),
    refused: { DLC4002: vector("y = grad(sum[n in 0..N] (if random() < 0.5 then 1.0 else 0.0), x)") },
  },
  "D6.7 in a training, equations see the parameters before the step": {
    accepted: `${descent}${line}train Line on (x: f32[N]) { model' = (model, grad(mean(y), model)) |> Descent()  metric loss = mean(y)  batch = 2 }`,
    refused: {
      DLC2018: `${descent}${line}train Line on (x: f32[N]) { z = mean(y)  z' = z  loss = z  optimizer = Descent()  batch = 2 }`,
    },
  },
};
