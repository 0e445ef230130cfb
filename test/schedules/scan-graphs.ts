/** Recurrences as graphs: what a source elaborates to, and what no source would. */
export const scanGraphs: Readonly<Record<string, string>> = {
  "a vanilla recurrence": `graph forward(N, T) {
    scan t$: T carry [h to next]
    x = input f32[N, T, 3]
    first = input f32[N, 5]
    w = param f32[5, 3] "w"
    u = param f32[5, 5] "u"
    b = param f32[5] "b"
    h = carry f32[N, 5] t$ from first
    next = compute f32[n: N, k: 5] tanh(b[k] + sum[d: 3] w[k, d] * x[n, t$, d] + sum[j: 5] u[k, j] * h[n, j])
    ys = stack f32[T, N, 5] t$ of next
    y = compute f32[n: N, t: T, k: 5] ys[t, n, k]
    final = last f32[N, 5] t$ of h
    output y = y
    output final = final
  }`,
  "backwards in time": `graph forward(N, T) {
    scan t$: T carry [h to next]
    x = input f32[N, T, 2]
    first = compute f32[n: N, k: 2] 0.0
    h = carry f32[N, 2] t$ from first
    next = compute f32[n: N, k: 2] 0.5 * h[n, k] + x[n, T - 1 - t$, k]
    ys = stack f32[T, N, 2] t$ of next
    y = compute f32[n: N, t: T, k: 2] ys[T - 1 - t, n, k]
    output y = y
  }`,
  "carries that take each other's values": `graph forward(N, T) {
    scan t$: T carry [a to b, b to c, c to a, s to total]
    x = input f32[N, 2]
    y = input f32[N, 2]
    zero = compute f32[n: N, k: 2] 0.0
    a = carry f32[N, 2] t$ from x
    b = carry f32[N, 2] t$ from y
    c = carry f32[N, 2] t$ from zero
    s = carry f32[N, 2] t$ from zero
    total = compute f32[n: N, k: 2] s[n, k] + f32(index(t$)) * a[n, k]
    outA = last f32[N, 2] t$ of a
    outB = last f32[N, 2] t$ of b
    outC = last f32[N, 2] t$ of c
    outS = last f32[N, 2] t$ of s
    output a = outA
    output b = outB
    output c = outC
    output s = outS
  }`,
  "what stands before and behind, joined by a sum": `graph forward(N, T) {
    scan t$: T carry [h to next]
    x = input f32[N, T, 4]
    first = compute f32[n: N, k: 4] tanh(x[n, 0, k])
    h = carry f32[N, 4] t$ from first
    next = compute f32[n: N, k: 4] 0.5 * h[n, k] + first[n, k] * x[n, t$, k]
    end = last f32[N, 4] t$ of h
    both = compute f32[n: N, k: 4] first[n, k] * end[n, k] + first[n, k]
    output both = both
  }`,
  "a scan in each turn of another": `graph forward(N, T) {
    scan t$: T carry [h to after]
    scan s$: 3 carry [z to step]
    x = input f32[N, T, 4]
    u = param f32[4, 4] "u"
    first = compute f32[n: N, k: 4] 0.0
    h = carry f32[N, 4] t$ from first
    begin = compute f32[n: N, k: 4] h[n, k] + x[n, t$, k]
    z = carry f32[N, 4] s$ from begin
    step = compute f32[n: N, k: 4] z[n, k] - 0.1 * (sum[j: 4] u[k, j] * z[n, j]) + 0.01 * f32(index(s$))
    steps = stack f32[3, N, 4] s$ of step
    end = last f32[N, 4] s$ of z
    after = compute f32[n: N, k: 4] tanh(end[n, k])
    ys = stack f32[T, 3, N, 4] t$ of steps
    final = last f32[N, 4] t$ of h
    output ys = ys
    output final = final
  }`,
  "what is carried is stacked, and so is what does not change": `graph forward(N, T) {
    scan t$: T carry [h to next, n to count]
    x = input f32[N, 3]
    zero = compute i32[] 0
    h = carry f32[N, 3] t$ from x
    n = carry i32[] t$ from zero
    next = compute f32[n: N, k: 3] 0.9 * h[n, k]
    count = compute i32[] n[] + 2
    before = stack f32[T, N, 3] t$ of h
    same = stack f32[T, N, 3] t$ of x
    counted = stack i32[T] t$ of count
    output before = before
    output same = same
    output counted = counted
  }`,
  "a filter over earlier places and a guard by the turn": `graph forward(N, T) {
    scan t$: T carry [h to next]
    x = input f32[N, T]
    first = compute f32[n: N] 1.0
    h = carry f32[N] t$ from first
    prefix = compute f32[n: N] sum[s: T | t$ - s >= 0] x[n, s]
    next = compute f32[n: N] if [t$ - 1 >= 0] then h[n] + x[n, t$ - 1] * prefix[n] else h[n]
    ys = stack f32[T, N] t$ of next
    sums = stack f32[T, N] t$ of prefix
    output ys = ys
    output sums = sums
  }`,
};
