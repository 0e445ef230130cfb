const product = "a product is written with indices: `y[n, m] = sum[k] a[n, k] * b[k, m]`";
const axes = "axes are named by indices: `y[n, j, i] = x[n, i, j]`";
const library = "names of the library stand alone: `import std.nn { relu }`, then `x |> relu`";
const sizes = "sizes are names in a type, `x: f32[N, D]`, and numbers wherever they are read";

/** Names that stand in the libraries of other languages, and how that is said here. */
const names: Readonly<Record<string, string>> = {
  True: "it is written `true`",
  False: "it is written `false`",
  self: "what a declaration owns has a plain name: `fc = Linear(10)`, then `fc(x)`",
  range: "an index has a range: `i in 0..n`",
  arange: "an index is a number: `y[i in 0..n] = real(i)`",
  len: sizes,
  shape: sizes,
  reshape: axes,
  view: axes,
  transpose: axes,
  permute: axes,
  matmul: product,
  mm: product,
  bmm: product,
  einsum: product,
  torch: library,
  nn: library,
  np: library,
  tf: library,
  keras: library,
};

/** How that is said here which another language calls by this name. */
export function foreignName(name: string): string | undefined {
  return Object.hasOwn(names, name) ? names[name] : undefined;
}

/** The same for what stands behind the point of a tensor. */
export function foreignMember(name: string): string {
  const methods = "a tensor has no methods: functions are applied to it, `x |> relu`, `sum[k] x[n, k]`";
  return name === "T" ? axes : (foreignName(name) ?? methods);
}
