import type { GradientCase } from "./central-differences.ts";

const sizes = { N: 2, T: 4 };

/** Recurrences, each with one output; their float inputs are differentiated by. */
export const scanCases: Readonly<Record<string, GradientCase>> = {
  "a vanilla recurrence, of all times": {
    text: `graph g(N, T) {
      scan t$: T carry [h to next]
      x = input f32[N, T, 3]
      first = input f32[N, 2]
      w = input f32[2, 3]
      u = input f32[2, 2]
      b = input f32[2]
      h = carry f32[N, 2] t$ from first
      next = compute f32[n: N, k: 2] tanh(b[k] + sum[d: 3] w[k, d] * x[n, t$, d] + sum[j: 2] u[k, j] * h[n, j])
      ys = stack f32[T, N, 2] t$ of next
      y = compute f32[n: N, t: T, k: 2] ys[t, n, k]
      output y = y
    }`,
    dims: sizes,
    order: 3,
  },
  "a vanilla recurrence, of the last time": {
    text: `graph g(N, T) {
      scan t$: T carry [h to next]
      x = input f32[N, T, 2]
      first = input f32[N, 2]
      u = input f32[2, 2]
      h = carry f32[N, 2] t$ from first
      next = compute f32[n: N, k: 2] tanh(x[n, T - 1 - t$, k] + sum[j: 2] u[k, j] * h[n, j])
      y = last f32[N, 2] t$ of h
      output y = y
    }`,
    dims: sizes,
  },
  "two carries with gates": {
    text: `graph g(N, T) {
      scan t$: T carry [h to hn, c to cn]
      x = input f32[N, T, 2]
      w = input f32[8, 2]
      u = input f32[8, 2]
      zero = compute f32[n: N, k: 2] 0.0
      c0 = input f32[N, 2]
      h = carry f32[N, 2] t$ from zero
      c = carry f32[N, 2] t$ from c0
      z = compute f32[n: N, g: 8] 0.0 + sum[d: 2] w[g, d] * x[n, t$, d] + sum[j: 2] u[g, j] * h[n, j]
      cn = compute f32[n: N, k: 2] c[n, k] / (1.0 + exp(-z[n, k + 2])) + tanh(z[n, k + 4]) / (1.0 + exp(-z[n, k]))
      hn = compute f32[n: N, k: 2] tanh(cn[n, k]) / (1.0 + exp(-z[n, k + 6]))
      ys = stack f32[T, N, 2] t$ of hn
      end = last f32[N, 2] t$ of c
      y = compute f32[n: N, t: T, k: 2] ys[t, n, k] * end[n, k]
      output y = y
    }`,
    dims: sizes,
  },
  "carries that take each other's values": {
    text: `graph g(T) {
      scan t$: T carry [a to b, b to next]
      x = input f32[2]
      y0 = input f32[2]
      w = input f32[T, 2]
      a = carry f32[2] t$ from x
      b = carry f32[2] t$ from y0
      next = compute f32[k: 2] a[k] * b[k] + w[t$, k]
      before = stack f32[T, 2] t$ of a
      lastB = last f32[2] t$ of b
      y = compute f32[t: T, k: 2] before[t, k] * lastB[k]
      output y = y
    }`,
    dims: { T: 5 },
  },
  "a scan in each turn of another": {
    text: `graph g(T) {
      scan t$: T carry [h to after]
      scan s$: 3 carry [z to step]
      x = input f32[T, 2]
      u = input f32[2, 2]
      v = input f32[3, 2]
      first = input f32[2]
      h = carry f32[2] t$ from first
      begin = compute f32[k: 2] h[k] + x[t$, k]
      z = carry f32[2] s$ from begin
      step = compute f32[k: 2] tanh(z[k] + v[s$, k] * x[t$, k] + sum[j: 2] u[k, j] * z[j])
      steps = stack f32[3, 2] s$ of step
      end = last f32[2] s$ of z
      after = compute f32[k: 2] end[k] + (sum[s: 3] steps[s, k] ^ 2.0)
      ys = stack f32[T, 3, 2] t$ of steps
      final = last f32[2] t$ of h
      y = compute f32[t: T, s: 3, k: 2] ys[t, s, k] * final[k]
      output y = y
    }`,
    dims: { T: 3 },
  },
  "a guard by the turn, a filter over earlier places, a largest entry": {
    text: `graph g(N, T) {
      scan t$: T carry [h to next]
      x = input f32[N, T]
      first = input f32[N]
      h = carry f32[N] t$ from first
      prefix = compute f32[n: N] sum[s: T | t$ - s >= 0] x[n, s] ^ 2.0
      top = compute f32[] max[n: N] h[n]
      next = compute f32[n: N] if [t$ - 1 >= 0] then h[n] * x[n, t$ - 1] + prefix[n] else h[n] + top[]
      y = stack f32[T, N] t$ of next
      output y = y
    }`,
    dims: { N: 3, T: 4 },
  },
  "what does not change is carried and stacked": {
    text: `graph g(T) {
      scan t$: T carry [h to x]
      x = input f32[2]
      first = input f32[2]
      h = carry f32[2] t$ from first
      hs = stack f32[T, 2] t$ of h
      xs = stack f32[T, 2] t$ of x
      y = compute f32[t: T, k: 2] hs[t, k] * xs[t, k]
      output y = y
    }`,
    dims: { T: 3 },
  },
  "one scan after another": {
    text: `graph g(T) {
      scan t$: T carry [h to hn]
      scan t$2: T carry [g to gn]
      x = input f32[T]
      u = input f32[]
      zero = compute f32[] 0.0
      h = carry f32[] t$ from zero
      hn = compute f32[] tanh(u[] * h[] + x[t$])
      hs = stack f32[T] t$ of hn
      end = last f32[] t$ of h
      g = carry f32[] t$2 from end
      gn = compute f32[] tanh(u[] * g[] + hs[T - 1 - t$2])
      y = stack f32[T] t$2 of gn
      output y = y
    }`,
    dims: { T: 4 },
    order: 3,
  },
};
