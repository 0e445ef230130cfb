import type { Graph } from "../../compiler/graph/graph.ts";
import { parseGraph } from "../../compiler/graph/parse.ts";
import { differentiate } from "../../compiler/autodiff/index.ts";
import { normalize, optimize } from "../../compiler/optimize/index.ts";
import { lenet } from "./plan-graphs.ts";

/** The step of a classifier by momentum: mean cross-entropy of its `logits`, and an update of every parameter. */
export function momentumStep(forward: string, classes: number, rate = 0.05): Graph {
  const body = forward.slice(forward.indexOf("{") + 1, forward.lastIndexOf("output"));
  const params = [...body.matchAll(/(\S+) = param f32\[([^\]]*)\] "([^"]*)"/g)];
  const updates = params.map(([, name = "", shape = "", path = ""]) => {
    const extents = shape.split(",");
    const axes = extents.map((extent, place) => `i${place}: ${extent}`).join(", ");
    const at = extents.map((_, place) => `i${place}`).join(", ");
    return `
  v.${name} = slot f32[${shape}] "optimizer.v/${path}"
  g.${name} = grad f32[${shape}] loss[] by ${name}[]
  v2.${name} = compute f32[${axes}] 0.9 * v.${name}[${at}] + g.${name}[${at}]
  p2.${name} = compute f32[${axes}] ${name}[${at}] - ${rate} * v2.${name}[${at}]
  update slot "optimizer.v/${path}" = v2.${name}
  update param "${path}" = p2.${name}`;
  });
  const text = `graph step(N) {
  label = input i32[N] in 0..${classes}
  ${body}
  top = compute f32[n: N] max[c: ${classes}] logits[n, c]
  total = compute f32[n: N] sum[c: ${classes}] exp(logits[n, c] - top[n])
  each = compute f32[n: N] log(total[n]) + top[n] - logits[n, (label[n] in 0..${classes})]
  loss = compute f32[] (sum[n: N] each[n]) / f32(index(N))
  guess = compute i32[n: N] argmax[c: ${classes}] logits[n, c]
  accuracy = compute f32[] (sum[n: N] (if guess[n] == label[n] then 1.0 else 0.0)) / f32(index(N))
  ${updates.join("")}
  output loss = loss
  output accuracy = accuracy
}`;
  return optimize(differentiate(normalize(parseGraph(text))));
}

export const lenetStep = (): Graph => momentumStep(lenet, 10);
