/** Normalised, recognised graphs, as the passes leave them, for tests of what comes after. */

export const classifier = `
graph Classifier(N) {
  x = input f32[N, 20]
  w1 = param f32[32, 20] "fc1.weight"
  b1 = param f32[32] "fc1.bias"
  w2 = param f32[10, 32] "fc2.weight"
  b2 = param f32[10] "fc2.bias"
  fc1 = compute f32[n: N, o: 32] sum[i: 20] x[n, i] * w1[o, i] @contraction{batch: [], m: [n], n: [o], k: [i], left: x, right: w1}
  h = compute f32[n: N, o: 32] maximum(fc1[n, o] + b1[o], 0.0) @elementwise{}
  fc2 = compute f32[n: N, o: 10] sum[i: 32] h[n, i] * w2[o, i] @contraction{batch: [], m: [n], n: [o], k: [i], left: h, right: w2}
  logits = compute f32[n: N, o: 10] fc2[n, o] + b2[o] @elementwise{}
  top = compute f32[n: N] max[c: 10] logits[n, c] @rowwise{row: [n]}
  e = compute f32[n: N, c: 10] exp(logits[n, c] - top[n]) @elementwise{}
  total = compute f32[n: N] sum[c: 10] e[n, c] @rowwise{row: [n]}
  p = compute f32[n: N, c: 10] e[n, c] / total[n] @elementwise{}
  output probabilities = p
}`;

export const lenet = `
graph LeNet(N) {
  image = input f32[N, 1, 32, 32]
  w1 = param f32[6, 1, 5, 5] "conv1.weight"
  b1 = param f32[6] "conv1.bias"
  w2 = param f32[16, 6, 5, 5] "conv2.weight"
  b2 = param f32[16] "conv2.bias"
  w3 = param f32[120, 400] "fc1.weight"
  b3 = param f32[120] "fc1.bias"
  w4 = param f32[84, 120] "fc2.weight"
  b4 = param f32[84] "fc2.bias"
  w5 = param f32[10, 84] "fc3.weight"
  b5 = param f32[10] "fc3.bias"
  conv1 = compute f32[n: N, o: 6, y: 28, x: 28] sum[c: 1, u: 5, v: 5] image[n, c, y + u, x + v] * w1[o, c, u, v]
    @convolution{image: image, weight: w1, batch: [n], groups: [], outChannels: [o], inChannels: [c], pixels: [y, x], window: [u, v]}
  relu1 = compute f32[n: N, o: 6, y: 28, x: 28] maximum(conv1[n, o, y, x] + b1[o], 0.0) @elementwise{}
  pool1 = compute f32[n: N, c: 6, y: 14, x: 14] max[u: 2, v: 2] relu1[n, c, 2*y + u, 2*x + v] @window{image: relu1, pixels: [y, x], window: [u, v]}
  conv2 = compute f32[n: N, o: 16, y: 10, x: 10] sum[c: 6, u: 5, v: 5] pool1[n, c, y + u, x + v] * w2[o, c, u, v]
    @convolution{image: pool1, weight: w2, batch: [n], groups: [], outChannels: [o], inChannels: [c], pixels: [y, x], window: [u, v]}
  relu2 = compute f32[n: N, o: 16, y: 10, x: 10] maximum(conv2[n, o, y, x] + b2[o], 0.0) @elementwise{}
  pool2 = compute f32[n: N, c: 16, y: 5, x: 5] max[u: 2, v: 2] relu2[n, c, 2*y + u, 2*x + v] @window{image: relu2, pixels: [y, x], window: [u, v]}
  fc1 = compute f32[n: N, o: 120] sum[c: 16, y: 5, x: 5] pool2[n, c, y, x] * w3[o, 25*c + 5*y + x]
    @contraction{batch: [], m: [n], n: [o], k: [c, y, x], left: pool2, right: w3}
  relu3 = compute f32[n: N, o: 120] maximum(fc1[n, o] + b3[o], 0.0) @elementwise{}
  fc2 = compute f32[n: N, o: 84] sum[i: 120] relu3[n, i] * w4[o, i] @contraction{batch: [], m: [n], n: [o], k: [i], left: relu3, right: w4}
  relu4 = compute f32[n: N, o: 84] maximum(fc2[n, o] + b4[o], 0.0) @elementwise{}
  fc3 = compute f32[n: N, o: 10] sum[i: 84] relu4[n, i] * w5[o, i] @contraction{batch: [], m: [n], n: [o], k: [i], left: relu4, right: w5}
  logits = compute f32[n: N, o: 10] fc3[n, o] + b5[o] @elementwise{}
  output logits = logits
}`;

/** Two basic blocks of a residual network with equal shapes, the first behind a padded convolution. */
export function residual(size = 8, channels = 8): string {
  const conv = (name: string, image: string, from: number): string => `
  ${name}.w = param f32[${channels}, ${from}, 3, 3] "${name}.weight"
  ${name} = compute f32[n: N, o: ${channels}, y: ${size}, x: ${size}] sum[c: ${from}, u: 3, v: 3 | y + u - 1 >= 0, ${size} - y - u >= 0, x + v - 1 >= 0, ${size} - x - v >= 0] ${image}[n, c, y + u - 1, x + v - 1] * ${name}.w[o, c, u, v]
    @convolution{image: ${image}, weight: ${name}.w, batch: [n], groups: [], outChannels: [o], inChannels: [c], pixels: [y, x], window: [u, v]}`;
  const each = `f32[n: N, o: ${channels}, y: ${size}, x: ${size}]`;
  const block = (name: string, image: string): string => `${conv(`${name}.a`, image, channels)}
  ${name}.h = compute ${each} maximum(${name}.a[n, o, y, x], 0.0) @elementwise{}${conv(`${name}.b`, `${name}.h`, channels)}
  ${name} = compute ${each} maximum(${name}.b[n, o, y, x] + ${image}[n, o, y, x], 0.0) @elementwise{}`;
  return `
graph Residual(N) {
  image = input f32[N, 3, ${size}, ${size}]${conv("stem", "image", 3)}
  r = compute ${each} maximum(stem[n, o, y, x], 0.0) @elementwise{}${block("b1", "r")}${block("b2", "b1")}
  mean = compute f32[n: N, c: ${channels}] sum[y: ${size}, x: ${size}] b2[n, c, y, x] @rowwise{row: [n, c]}
  pooled = compute f32[n: N, c: ${channels}] mean[n, c] * ${1 / size / size} @elementwise{}
  output features = pooled
}`;
}

/** A value that a contraction reads, then an element-wise node for the last time. */
export const chain = `
graph Chain(N) {
  x = input f32[N, 7]
  w = param f32[7, 7] "w"
  a = compute f32[n: N, o: 7] sum[i: 7] x[n, i] * w[o, i] @contraction{batch: [], m: [n], n: [o], k: [i], left: x, right: w}
  t = compute f32[n: N, o: 7] sum[i: 7] a[n, i] * w[o, i] @contraction{batch: [], m: [n], n: [o], k: [i], left: a, right: w}
  b = compute f32[n: N, o: 7] maximum(a[n, o], 0.0) * 0.5 @elementwise{}
  c = compute f32[n: N, o: 7] b[n, 6 - o] - t[n, 6 - o] @elementwise{}
  output c = c
}`;
